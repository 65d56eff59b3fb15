"""What a visitor does before a widget: speak, read, ask for a person, say whether it is solved, leave, sign off.

Nobody here acts by a role: the session's token was read by the edge, and its `uid` and `epoch` must be those of the
row, which is locked first; then the ticket, then the conversation.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers import actions as customers
from customers.rules.identity import Handle
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock, rows, sql
from helpdesk.core.actor import Actor
from helpdesk.core.errors import Invalid, NotAllowed, NotFound
from helpdesk.core.events import emit
from helpdesk.core.realtime import chat_group, hint, user_group
from tickets.actions import _shape, messages
from tickets.actions.tickets import open_row
from tickets.envelopes import InboundAttachment
from tickets.models import Conversation, Inbox, Message, Ticket, Visitor
from tickets.rules import lifecycle
from tickets.rules.sitters import VERIFIED, Sitter

CHANNEL = "chat"
MOST_TEXT = 20_000
SUBJECT = 80
# Who comes back within a day goes on where they left off.
SAME_MATTER = timedelta(hours=24)


@dataclass(frozen=True)
class Words:
    """One message of a visitor. `client_id` makes a repeat harmless; `name` and `email` are what was asked before."""

    client_id: str
    text: str = ""
    files: Sequence[InboundAttachment] = ()
    page_url: str = ""
    name: str = ""
    email: str = ""


class Said(NamedTuple):
    """What became of it; `is_new`: it is no repeat."""

    conversation: Conversation
    message: Message
    visitor: Visitor
    is_new: bool


def by(visitor: Visitor) -> Actor:
    """The visitor as the audit names them."""
    return Actor(kind="customer", user_id=None, role="", customer_id=visitor.customer_id, name=visitor.name)


def say(*, inbox: Inbox, sitter: Sitter, words: Words, starts: Callable[[], None] | None = None) -> Said:
    """Takes a visitor's message into their open conversation, or opens one. A repeat answers the first message.

    `starts` is called before a conversation is opened, and may refuse it.
    """
    text = _text(words)
    with transaction.atomic(savepoint=False):
        visitor = locked(inbox, sitter) or _made(inbox, sitter, words)
        repeated = _repeat(visitor, words.client_id)
        if repeated is not None:
            return Said(repeated.ticket.chat, repeated, visitor, False)
        _introduce(visitor, words)
        there = _newest(visitor)
        if there is not None and _goes_on(*there):
            return _go_on(visitor, *there, text, words)
        if starts is not None:
            starts()
        return _open(visitor, inbox, text, words)


def _newest(visitor: Visitor) -> tuple[Ticket, Conversation] | None:
    """The visitor's newest conversation and its ticket, which is locked: that keeps both as they are."""
    mine = Ticket.objects.select_for_update(of=("self",)).filter(chat__visitor=visitor)
    ticket = mine.defer("search").order_by("-chat__id").first()
    return (ticket, Conversation.objects.get(ticket=ticket)) if ticket else None


def _goes_on(ticket: Ticket, row: Conversation) -> bool:
    """Not where the ticket has become part of another one: answers are written there, and this page shows none."""
    if ticket.merged_into_id is not None:
        return False
    return row.ended_at is None or row.ended_at > clock.now() - SAME_MATTER


def _text(words: Words) -> str:
    text = words.text.replace("\x00", "").replace("\r\n", "\n").strip()
    if not text and not words.files:
        raise Invalid({"text": _("Write something first.")})
    if len(text) > MOST_TEXT:
        raise Invalid({"text": _("This is too long. Keep it under 20,000 characters, or attach a file.")})
    return text


def locked(inbox: Inbox, sitter: Sitter) -> Visitor | None:
    """The visitor's row, locked; None before their first message. Raises NotAllowed for a session that has ended."""
    found = Visitor.objects.select_for_update(of=("self",)).select_related("customer")
    mine = found.filter(inbox=inbox, uid=sitter.uid)
    # One whose customer was merged while we waited for the lock is found at the second look.
    row = mine.first() or mine.first()
    if row is not None and sitter.is_over(row.epoch, row.ended):
        raise session_over()
    return row


def person(inbox: Inbox, sitter: Sitter) -> Visitor | None:
    """Whom the host vouched for, locked, where another device of theirs has spoken and this one has not."""
    known = Visitor.objects.select_for_update(of=("self",)).select_related("customer")
    wanted = sitter.external_id if sitter.identity == VERIFIED else None
    return known.filter(inbox=inbox, identity=VERIFIED, external_id=wanted).first() if wanted else None


def session_over() -> NotAllowed:
    """The refusal of a token that was good once."""
    return NotAllowed("session_over", _("This conversation was closed on this device. Start again."))


def _made(inbox: Inbox, sitter: Sitter, words: Words) -> Visitor:
    now, proven = clock.now(), sitter.identity == VERIFIED
    fields: dict[str, Any] = {
        name: getattr(sitter, name)
        for name in ("uid", "epoch", "identity", "external_id", "name", "email", "phone", "language")
    }
    try:
        with transaction.atomic():
            handle = Handle("external_id", sitter.external_id)
            customer = (
                customers.resolve(handle=handle, name=sitter.name, verified=True, language=sitter.language)
                if proven
                else customers.create(by=SYSTEM, name=sitter.name or words.name, language=sitter.language)
            )
            return rows.add(
                Visitor(
                    inbox=inbox,
                    customer=customer,
                    came_by=customer.came_by if proven else None,
                    attributes=dict(sitter.attributes),
                    seen_at=now,
                    created_at=now,
                    **fields,
                )
            )
    except IntegrityError:
        # The same session's other message, or the same person's other device, came first.
        row = locked(inbox, sitter)
        if row is None and proven:
            theirs = Visitor.objects.select_for_update(of=("self",)).select_related("customer")
            row = theirs.get(inbox=inbox, identity=VERIFIED, external_id=sitter.external_id)
            if sitter.device in row.ended:
                raise session_over() from None
        if row is None:
            raise
        return row


def _introduce(visitor: Visitor, words: Words) -> None:
    """What they told us before the chat: a claim, kept as one, and never over what their host vouches for."""
    told = {"name": words.name.strip()[:200], "email": words.email.strip()[:254]}
    fresh = {name: value for name, value in told.items() if value and value != getattr(visitor, name)}
    if visitor.identity == VERIFIED:
        fresh = {name: value for name, value in fresh.items() if not getattr(visitor, name)}
    for name, value in fresh.items():
        setattr(visitor, name, value)
    if fresh:
        visitor.save(update_fields=list(fresh))


REPEAT_SQL = """
SELECT m.id FROM tickets_message m JOIN tickets_conversation c ON c.ticket_id = m.ticket_id
WHERE c.visitor_id = %s AND m.client_id = %s LIMIT 1
"""


def _repeat(visitor: Visitor, client_id: str) -> Message | None:
    # Hardly ever there, so asked for by its key alone: the ORM's whole row took a third of the time of saying it.
    found = sql.first(REPEAT_SQL, [visitor.pk, client_id])
    rows = Message.objects.select_related("ticket__chat").defer("search", "ticket__search")
    return rows.get(pk=found[0]) if found else None


def _open(visitor: Visitor, inbox: Inbox, text: str, words: Words) -> Said:
    now = clock.now()
    ticket = open_row(
        subject=_subject(text, words),
        channel=CHANNEL,
        customer=visitor.customer,
        came_by=visitor.came_by,
        inbox=inbox,
        team_id=inbox.team_id,
        created_at=now,
        waiting_since=now,
        status="new",
    )
    message = messages.first(ticket, "in", text, at=now, **_from(visitor, words))
    messages.attach(message, words.files)
    page = words.page_url[:1000]
    times = {"queued_at": now, "seen_at": now, "created_at": now}
    row = rows.add(
        Conversation(ticket=ticket, inbox=inbox, visitor=visitor, page_url=page, visitor_seq=ticket.seq, **times)
    )
    emit("ticket.created", {"ticket": ticket.pk})
    emit("chat.queued", {"conversation": row.pk})
    _announce(visitor, ticket, row, message)
    return Said(row, message, visitor, True)


def _subject(text: str, words: Words) -> str:
    line = next(iter(text.splitlines()), "") or (words.files[0].name if words.files else "")
    return line if len(line) <= SUBJECT else f"{line[: SUBJECT - 1].rstrip()}…"


def _from(visitor: Visitor, words: Words) -> dict[str, Any]:
    name = visitor.name[:200]
    said = {"customer": visitor.customer, "came_by": visitor.came_by, "from_name": name}
    said |= {"from_address": visitor.email[:254]}
    return {**said, "channel": CHANNEL, "client_id": words.client_id}


def _go_on(visitor: Visitor, ticket: Ticket, row: Conversation, text: str, words: Words) -> Said:
    now = clock.now()
    message = messages.append(ticket, "in", text, at=now, **_from(visitor, words))
    messages.attach(message, words.files)
    our_turn(ticket)
    row.visitor_seq, row.seen_at, row.wants_mail = ticket.seq, now, False
    fields = ["visitor_seq", "seen_at", "wants_mail"]
    if row.ended_at is not None:
        _back_in_the_queue(row)
        fields += ["state", "ended_at", "queued_at", "agent", "taken_at", "solved"]
    rows.change(row, *fields)
    _announce(visitor, ticket, row, message)
    return Said(row, message, visitor, True)


def _back_in_the_queue(row: Conversation) -> None:
    row.state, row.ended_at, row.queued_at = "queued", None, clock.now()
    row.agent_id, row.taken_at, row.solved = None, None, None
    emit("chat.queued", {"conversation": row.pk})


def _both(row: Conversation) -> tuple[Ticket, Conversation]:
    ticket = Ticket.objects.select_for_update().defer("search").get(pk=row.ticket_id)
    return ticket, Conversation.objects.select_for_update().get(pk=row.pk)


def our_turn(ticket: Ticket) -> None:
    """The customer has spoken: the ticket is open again where it was not, and waits for us."""
    ticket.status = lifecycle.after_customer_message(ticket.status, automatic=False)
    if ticket.status not in lifecycle.ENDED:
        ticket.resolved_at = None
    ticket.waiting_since = ticket.waiting_since or clock.now()
    ticket.snoozed_until = None
    _shape.save(ticket, "seq", "last_at", "status", "resolved_at", "waiting_since", "snoozed_until")


def _announce(visitor: Visitor, ticket: Ticket, row: Conversation, message: Message) -> None:
    emit("message.received", {"ticket": ticket.pk, "message": message.pk})
    _shape.announce(by(visitor), ticket, "message.received", message=message.pk, said=message.seq)
    hint([chat_group(row.pk)], "seq", seq=message.seq)
    if row.agent_id:
        hint([user_group(row.agent_id)], "calling")


def ask_for_a_person(
    *, inbox: Inbox, sitter: Sitter, client_id: str, page_url: str = "", starts: Callable[[], None] | None = None
) -> Conversation:
    """One tap: whoever has no open conversation gets one, with these words as their first."""
    with transaction.atomic():
        visitor = locked(inbox, sitter)
        row = visitor.conversations.filter(ended_at__isnull=True).first() if visitor else None
        if row is not None:
            return row
    with translation.override(sitter.language or None):
        text = gettext("I would like to talk to a person.")
    words = Words(client_id, text, page_url=page_url)
    return say(inbox=inbox, sitter=sitter, words=words, starts=starts).conversation


@transaction.atomic
def solved(*, inbox: Inbox, sitter: Sitter, conversation: int, is_solved: bool) -> Conversation:
    """Their own word on it: solved ends and confirms; not yet goes back to the same agent with more weight."""
    visitor, ticket, row = own(inbox, sitter, conversation)
    if row.solved is is_solved:
        return row
    if is_solved:
        _confirm(visitor, ticket)
        row.state, row.ended_at = "ended", row.ended_at or clock.now()
        emit("chat.ended", {"conversation": row.pk})
    else:
        _not_yet(visitor, ticket)
        if row.ended_at is not None:
            _back_in_the_queue(row)
    row.solved = is_solved
    row.save(update_fields=["solved", "state", "ended_at", "queued_at", "agent", "taken_at"])
    hint([chat_group(row.pk)], "state")
    return row


def _confirm(visitor: Visitor, ticket: Ticket) -> None:
    now, ended = clock.now(), ticket.status in lifecycle.ENDED
    if not ended:
        ticket.status, ticket.resolved_at, ticket.waiting_since, ticket.snoozed_until = "resolved", now, None, None
        emit("ticket.resolved", {"ticket": ticket.pk})
        _shape.tell(ticket, "status", "resolved", at=now)
    ticket.confirmed_at = now
    _shape.save(ticket, "status", "resolved_at", "waiting_since", "snoozed_until", "confirmed_at")
    _shape.announce(by(visitor), ticket, "ticket.confirmed")


def _not_yet(visitor: Visitor, ticket: Ticket) -> None:
    was_over = ticket.status in lifecycle.ENDED
    ticket.priority = {"low": "normal", "normal": "high"}.get(ticket.priority, ticket.priority)
    ticket.confirmed_at = None
    if was_over:
        ticket.status, ticket.resolved_at = "open", None
        emit("ticket.reopened", {"ticket": ticket.pk})
        _shape.tell(ticket, "status", "open", at=clock.now())
    ticket.waiting_since = ticket.waiting_since or clock.now()
    _shape.save(ticket, "status", "resolved_at", "waiting_since", "priority", "confirmed_at")
    _shape.announce(by(visitor), ticket, "ticket.not_solved")


def own(inbox: Inbox, sitter: Sitter, conversation: int) -> tuple[Visitor, Ticket, Conversation]:
    """Their conversation with its ticket, all locked. Raises NotFound for anybody else's."""
    visitor = locked(inbox, sitter)
    found = visitor.conversations.filter(pk=conversation).first() if visitor else None
    if visitor is None or found is None:
        raise NotFound
    ticket, row = _both(found)
    return visitor, ticket, row
