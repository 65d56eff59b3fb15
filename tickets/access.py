"""Which tickets, messages, files and raw mails an actor may see: the edges' only way to any of them."""

from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from helpdesk.accounts.rules.policy import Actor, Facts, can
from helpdesk.core import sql
from helpdesk.core.errors import NotAllowed, NotFound
from helpdesk.core.joined import Joined
from tickets import filelinks
from tickets.models import (
    Attachment,
    CallBack,
    Conversation,
    Delivery,
    Inbox,
    Merge,
    Message,
    Participant,
    RawInbound,
    Reason,
    Split,
    Template,
    Ticket,
)

# What no page of a ticket shows.
HEAVY = ("search", "customer__search", "team__hours", "assignee__password", "inbox__settings", "inbox__secret_box")


def sight(actor: Actor, prefix: str = "") -> Q:
    """The condition under which `actor` sees a ticket: the query form of policy.can(…, "ticket.view", …)."""
    if actor.kind == "system" or actor.role == "admin":
        return Q()
    return (
        Q(**{f"{prefix}team_id__in": sorted(actor.team_ids)})
        | Q(**{f"{prefix}team_id__isnull": True})
        | Q(**{f"{prefix}assignee_id": actor.user_id})
    )


def visible(actor: Actor) -> QuerySet[Ticket]:
    """The tickets that `actor` may see."""
    return Ticket.objects.filter(sight(actor)) if can(actor, "ticket.view") else Ticket.objects.none()


def in_hand(actor: Actor, customer_id: int) -> QuerySet[Ticket, Any]:
    """The numbers of this customer's tickets that are assigned to `actor`, of whatever team (wiring.IN_HAND)."""
    return Ticket.objects.filter(customer_id=customer_id, assignee_id=actor.user_id).values("number")


def facts(ticket: Ticket) -> Facts:
    """What the policy needs to know of a ticket."""
    return Facts(team_id=ticket.team_id, assignee_id=ticket.assignee_id)


def require(actor: Actor, verb: str, ticket: Ticket) -> None:
    """Raises NotFound when the ticket may not be seen, NotAllowed when it may be seen but not changed this way."""
    if not can(actor, "ticket.view", facts(ticket)):
        raise NotFound
    if not can(actor, verb, facts(ticket)):
        raise NotAllowed


# Every page of a ticket, and every step taken on it, begins with this: by the ORM it took 2.5 ms of processor time.
WHOLE = Joined(Ticket, ("customer", "team", "assignee", "inbox", "reason"), HEAVY)


def _one(actor: Actor, column: str, value: int, verb: str) -> Ticket:
    found = WHOLE.first(f"own.{column} = %s", [value])
    if found is None:
        raise NotFound
    require(actor, verb, found)
    return found


def get(actor: Actor, number: int, verb: str = "ticket.view") -> Ticket:
    """The ticket with this number. Raises NotFound, also for what may not be seen."""
    return _one(actor, "number", number, verb)


def after(ticket: Ticket) -> Ticket:
    """The ticket as an allowed change of the actor has left it, even when that took it out of their reach."""
    rows = Ticket.objects.filter(pk=ticket.pk)
    return rows.select_related("customer", "team", "assignee", "inbox", "reason").defer(*HEAVY).get()


def get_by_id(actor: Actor, pk: int, verb: str = "ticket.view") -> Ticket:
    """The ticket with this id, as get()."""
    return _one(actor, "id", pk, verb)


def lock(by: Actor, verb: str, ticket: Ticket) -> Ticket:
    """The ticket's row, locked and fresh, once `by` is allowed `verb` on it as it is now."""
    row = Ticket.objects.select_for_update().filter(pk=ticket.pk).first()
    if row is None:
        raise NotFound
    require(by, verb, row)
    return row


def lock_all(by: Actor, verb: str, *tickets: Ticket) -> list[Ticket]:
    """The rows of several tickets in the order given, locked in the order of their ids, each checked as by lock()."""
    locked = {pk: lock(by, verb, Ticket(pk=pk)) for pk in sorted({ticket.pk for ticket in tickets})}
    return [locked[ticket.pk] for ticket in tickets]


class Part(NamedTuple):
    """A ticket that is shown as a part of another one; `merge_id` takes it out again."""

    pk: int
    number: int
    subject: str
    merge_id: int


PARTS_SQL = """
WITH RECURSIVE part (id) AS (
  SELECT id FROM tickets_ticket WHERE merged_into_id = %s
  UNION SELECT t.id FROM tickets_ticket t JOIN part ON t.merged_into_id = part.id)
SELECT t.id, t.number, t.subject, m.id, t.team_id, t.assignee_id FROM part JOIN tickets_ticket t ON t.id = part.id
JOIN tickets_merge m ON m.source_id = t.id AND m.undone_at IS NULL ORDER BY t.number
"""


def parts(actor: Actor, ticket: Ticket) -> tuple[list[Part], int]:
    """The parts of a joined ticket that `actor` may see, each by its own rights, and how many others there are."""
    found = sql.rows(PARTS_SQL, [ticket.pk]) if ticket.part_count else []
    seen = [Part(*row[:4]) for row in found if can(actor, "ticket.view", Facts(*row[4:]))]
    return seen, len(found) - len(seen)


WHOLE_SQL = """
SELECT t.id, t.number, t.subject, m.id, t.team_id, t.assignee_id FROM tickets_ticket t
JOIN tickets_merge m ON m.target_id = t.id WHERE m.source_id = %s AND m.undone_at IS NULL
"""


def whole(actor: Actor, ticket: Ticket) -> Part | None:
    """The ticket that this one is a part of, if `actor` may see it."""
    row = sql.first(WHOLE_SQL, [ticket.pk]) if ticket.merged_into_id else None
    return Part(*row[:4]) if row and can(actor, "ticket.view", Facts(*row[4:])) else None


def messages(actor: Actor, ticket: Ticket) -> QuerySet[Message]:
    """What was said and noted in a ticket that `actor` may see and in its parts, without what was taken back."""
    require(actor, "ticket.view", ticket)
    keys = [ticket.pk, *(part.pk for part in parts(actor, ticket)[0])]
    return Message.objects.filter(ticket__in=keys, withdrawn_at__isnull=True)


def get_merge(actor: Actor, pk: int, verb: str = "ticket.change") -> Merge:
    """One joining of two tickets that `actor` may both see."""
    found = Merge.objects.select_related("target", "source").filter(pk=pk).first()
    if found is None:
        raise NotFound
    for side in (found.target, found.source):
        require(actor, verb, side)
    return found


def get_split(actor: Actor, pk: int, verb: str = "ticket.change") -> Split:
    """One splitting of a ticket; `actor` may see both."""
    found = Split.objects.select_related("source", "made").filter(pk=pk).first()
    if found is None:
        raise NotFound
    for side in (found.source, found.made):
        require(actor, verb, side)
    return found


def get_seat(actor: Actor, pk: int, verb: str = "ticket.reply") -> Participant:
    """One who takes part in a ticket that `actor` may see."""
    found = Participant.objects.select_related("ticket").filter(sight(actor, "ticket__"), pk=pk).first()
    if found is None:
        raise NotFound
    require(actor, verb, found.ticket)
    return found


def get_chat(actor: Actor, number: int, verb: str = "ticket.view") -> Conversation:
    """The chat of the ticket with this number. Raises NotFound, also when the ticket is no chat."""
    whole = get(actor, number, verb)
    found = Conversation.objects.select_related("visitor", "agent").filter(ticket_id=whole.pk).first()
    if found is None:
        raise NotFound
    found.ticket = whole
    return found


class Stand(NamedTuple):
    """How a chat stands: all that may change what its page shows."""

    ticket_id: int
    version: int
    state: str
    agent_id: int | None
    visitor_seq: int
    rating: int | None
    wants_mail: bool

    @property
    def mark(self) -> str:
        """In one word, for a page to say what it has."""
        return ".".join(map(str, self[1:]))


STAND_SQL = """
SELECT t.team_id, t.assignee_id, t.id, t.version, c.state, c.agent_id, c.visitor_seq, c.rating, c.wants_mail
FROM tickets_ticket t JOIN tickets_conversation c ON c.ticket_id = t.id WHERE t.number = %s
"""


def stand(actor: Actor, number: int, verb: str = "ticket.view") -> Stand:
    """How the chat of the ticket with this number stands, in one statement. Raises as get_chat()."""
    row = sql.first(STAND_SQL, [number])
    if row is None or not can(actor, "ticket.view", Facts(*row[:2])):
        raise NotFound
    if not can(actor, verb, Facts(*row[:2])):
        raise NotAllowed
    return Stand(*row[2:])


def files_of(actor: Actor, message: Message) -> list[Attachment]:
    """The files of a message that `actor` may see."""
    require(actor, "file.view", message.ticket)
    return list(message.attachments.select_related("file").order_by("id"))


def source_of(actor: Actor, message: Message) -> RawInbound:
    """The mail that a message was, as it came. Raises NotFound when there is none, or its words were erased."""
    require(actor, "ticket.view", message.ticket)
    found = RawInbound.objects.select_related("file").filter(message=message, file__size__gt=0).order_by("id").first()
    if found is None:
        raise NotFound
    return found


def reason(value: int | str) -> Reason | None:
    """A contact reason in use, by id or name; every member of staff may know it."""
    rows = Reason.objects.filter(is_active=True)
    return rows.filter(pk=value).first() if isinstance(value, int) else rows.filter(name__iexact=value).first()


def get_message(actor: Actor, pk: int, verb: str = "ticket.view") -> Message:
    """One message of a ticket that `actor` may see."""
    found = Message.objects.select_related("ticket").filter(sight(actor, "ticket__"), pk=pk).first()
    if found is None:
        raise NotFound
    require(actor, verb, found.ticket)
    return found


def get_delivery(actor: Actor, pk: int, verb: str = "ticket.reply") -> Delivery:
    """One recipient's copy of a message that `actor` may see."""
    found = Delivery.objects.select_related("message__ticket").filter(sight(actor, "message__ticket__"), pk=pk).first()
    if found is None:
        raise NotFound
    require(actor, verb, found.message.ticket)
    return found


def get_attachment(actor: Actor, token: str) -> Attachment:
    """The file with this token, if its ticket may be seen: knowing the token alone is not enough."""
    rows = Attachment.objects.select_related("file", "message__ticket").filter(file__token=token)
    found = rows.filter(sight(actor, "message__ticket__")).first()
    if found is None or not can(actor, "file.view", facts(found.message.ticket)):
        raise NotFound
    return found


def quarantine(actor: Actor) -> QuerySet[RawInbound]:
    """Mails that could not be read, newest first."""
    if not can(actor, "quarantine.view"):
        return RawInbound.objects.none()
    rows = RawInbound.objects.filter(state=RawInbound.State.QUARANTINED).select_related("inbox", "file")
    return rows.order_by("-received_at", "-id")


def get_raw(actor: Actor, pk: int) -> RawInbound:
    """One of them."""
    found = quarantine(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def inboxes(actor: Actor) -> QuerySet[Inbox]:
    """The inboxes, for those who keep them."""
    return Inbox.objects.order_by("name", "id") if can(actor, "inbox.manage") else Inbox.objects.none()


def get_inbox(actor: Actor, pk: int) -> Inbox:
    """One of them."""
    found = inboxes(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def hook(kind: str, key: str) -> Inbox:
    """The active inbox that providers reach under this key or id. Raises NotFound."""
    rows = Inbox.objects.filter(kind=kind, is_active=True)
    by_id = rows.filter(pk=int(key)) if key.isascii() and key.isdigit() and len(key) < 18 else rows.none()
    found = rows.filter(key=key).first() or by_id.first()
    if found is None:
        raise NotFound
    return found


def sent_file(token: str) -> Attachment:
    """A file of an answer that left, by its signed address (tickets/filelinks.py). Raises NotFound."""
    rows = Attachment.objects.select_related("file").filter(pk=filelinks.read(token) or 0, message__kind="out")
    found = rows.exclude(scan__in=["infected", "pending"]).filter(message__withdrawn_at=None).first()
    if found is None:
        raise NotFound
    return found


def call_back(actor: Actor, pk: int) -> CallBack:
    """A call that we owe in a ticket that `actor` may answer. Raises NotFound."""
    found = CallBack.objects.filter(pk=pk, ticket__in=visible(actor).values("pk")).select_related("ticket").first()
    if found is None:
        raise NotFound
    return found


def template(ticket: Ticket, channel: str, pk: int) -> Template:
    """Approved words of an inbox of this kind. Raises NotFound."""
    found = Template.objects.filter(pk=pk, inbox__kind=channel, inbox__is_active=True, state="approved").first()
    if found is None:
        raise NotFound
    return found


def visitor_file(token: str, session: str) -> Attachment:
    """A file of the conversations of a visitor whose `session` ("id:epoch:device") still lasts, if a scanner lets
    it pass.

    Raises NotFound.
    """
    visitor_id, epoch, device = [*session.split(":", 2), "", ""][:3]
    theirs = Attachment.objects.filter(file__token=token, message__ticket__chat__visitor_id=int(visitor_id))
    theirs = theirs.filter(message__ticket__chat__visitor__epoch=int(epoch or 0))
    theirs = theirs.exclude(message__ticket__chat__visitor__ended__contains=[device])
    shown = theirs.filter(message__removed_at=None, message__held_at=None).exclude(message__kind="note")
    found = shown.exclude(scan__in=["pending", "infected"]).select_related("file").first()
    if found is None:
        raise NotFound
    return found
