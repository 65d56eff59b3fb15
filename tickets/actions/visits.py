"""What a visitor's page tells beside their words: read up to here, still there, on that page, who it is, goodbye."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from customers import actions as customers
from customers.actions import consent as permission
from customers.actions import splitting
from customers.models import Customer, TimelineEntry
from customers.queries.contact import refused
from customers.rules.identity import BadHandle, Handle, clean
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from helpdesk.core.errors import Invalid
from helpdesk.core.events import emit
from helpdesk.core.realtime import chat_group, hint
from tickets.actions import _shape, visitors
from tickets.models import Conversation, Inbox, Message, Participant, Ticket, Visitor
from tickets.rules.sitters import CLAIMED, VERIFIED, Sitter

NEW_VISIT_MINUTES = 30
MOST_ENDED = 50
MOST_WORDS = 2000


def seen(*, visitor_id: int, conversation: int, seq: int) -> None:
    """Their screen has shown everything up to `seq`; it never goes back."""
    rows = Conversation.objects.filter(pk=conversation, visitor_id=visitor_id)
    newest = Least(seq, Ticket.objects.filter(chat=conversation).values("seq"))
    rows.update(visitor_seq=Greatest(F("visitor_seq"), newest), seen_at=clock.now())


def alive(conversation: int) -> None:
    """Their page has just spoken to us."""
    Conversation.objects.filter(pk=conversation).update(seen_at=clock.now())


@transaction.atomic
def rate(*, inbox: Inbox, sitter: Sitter, conversation: int, rating: int, text: str = "") -> Conversation:
    """How it was, from 1 to 5, with words if they like. Saying it again changes it."""
    if rating not in (1, 2, 3, 4, 5):
        raise Invalid({"rating": _("Choose one of the five.")})
    visitor, ticket, row = visitors.own(inbox, sitter, conversation)
    words = text.replace("\x00", "").strip()[:MOST_WORDS]
    if (row.rating, row.rating_text) == (rating, words or row.rating_text):
        return row
    first = row.rating is None
    row.rating, row.rating_text, row.rated_at = rating, words or row.rating_text, clock.now()
    row.save(update_fields=["rating", "rating_text", "rated_at"])
    if first or words:
        _shape.tell(ticket, "rating", f"{rating}/5 {words}".strip(), at=row.rated_at, link_id=row.pk)
    _shape.announce(visitors.by(visitor), ticket, "chat.rated", rating=rating)
    return row


def checked_address(email: str) -> str:
    """The address in its one spelling. Raises Invalid."""
    try:
        return clean(Handle("email", email)).value
    except BadHandle as error:
        raise Invalid({"email": _("This is no e-mail address. It looks like name@example.com.")}) from error


@transaction.atomic
def leave(*, inbox: Inbox, sitter: Sitter, conversation: int, email: str) -> Conversation:
    """They go and want the answer by mail. They keep their place."""
    address = checked_address(email)
    visitor, ticket, row = visitors.own(inbox, sitter, conversation)
    if visitor.email != address:
        visitor.email = address
        visitor.save(update_fields=["email"])
    row.wants_mail = True
    row.save(update_fields=["wants_mail"])
    _shape.announce(visitors.by(visitor), ticket, "chat.left")
    emit("chat.left", {"conversation": row.pk})
    return row


@transaction.atomic
def look_at(*, inbox: Inbox, sitter: Sitter, url: str, title: str, consent: bool | None = None) -> None:
    """The page they are on now; in their history only with consent, unless they refused it themselves since. Nothing is
    kept of who has not spoken."""
    visitor = visitors.locked(inbox, sitter)
    if visitor is None:
        return
    now, moved = clock.now(), bool(url) and url[:1000] != visitor.page_url
    visitor.visits += 1 if (now - visitor.seen_at).total_seconds() > NEW_VISIT_MINUTES * 60 else 0
    visitor.page_url, visitor.page_title, visitor.seen_at = url[:1000], title[:300], now
    said, visitor.consent = visitor.consent, visitor.consent if consent is None else consent
    visitor.save(update_fields=["visits", "page_url", "page_title", "seen_at", "consent"])
    if consent is not None and consent != said:
        permission.told_by_page(customer=visitor.customer, given=consent, language=visitor.language)
    if moved and visitor.consent and not refused(visitor.customer_id, "pages"):
        customers.note_event(
            customer_id=visitor.customer_id,
            kind="page_view",
            channel="chat",
            occurred_at=now,
            summary=title or url,
            came_by=visitor.came_by,
        )


@transaction.atomic
def sign_off(*, inbox: Inbox, sitter: Sitter) -> None:
    """The session is over on this device: its tokens are dead, and its pages fall silent. A person's other devices
    go on."""
    visitor = visitors.locked(inbox, sitter) or visitors.person(inbox, sitter)
    if visitor is not None:
        _end_device(visitor, sitter.device)


def _end_device(visitor: Visitor, device: str) -> None:
    """A session that is one browser's ends whole, and so does one of which too many devices have ended."""
    if not device or visitor.identity != VERIFIED or len(visitor.ended) >= MOST_ENDED:
        _end_session(visitor)
    elif device not in visitor.ended:
        visitor.ended.append(device)
        visitor.save(update_fields=["ended"])
        _fall_silent(visitor)


def _end_session(visitor: Visitor) -> None:
    visitor.epoch, visitor.ended = visitor.epoch + 1, []
    visitor.save(update_fields=["epoch", "ended"])
    _fall_silent(visitor)


def _fall_silent(visitor: Visitor) -> None:
    groups = [chat_group(pk) for pk in visitor.conversations.values_list("pk", flat=True)]
    hint(groups, "over")


@transaction.atomic
def identify(*, inbox: Inbox, sitter: Sitter, claim: dict[str, Any], fresh_uid: str) -> Sitter:
    """Who the session is from now on; the caller gives the page a new token, and the old one is dead.

    A host's proof joins what this session has said to the person it names. A mere claim never does.
    """
    told = {name: value for name, value in claim.items() if value or name == "identity"}
    row = visitors.locked(inbox, sitter)
    if claim.get("identity") == VERIFIED:
        return _proven(inbox, sitter, row, told, fresh_uid)
    if row is None:
        fresh = {"uid": fresh_uid, "device": fresh_uid} if told else {}
        return Sitter(**{**_plain(sitter), **told, **fresh, "epoch": 1})
    if row.identity != VERIFIED:
        _write(row, told | {"identity": told.get("identity", CLAIMED)})
        _end_session(row)
    return sitter_of(row, sitter.device)


def _proven(inbox: Inbox, sitter: Sitter, row: Visitor | None, told: dict[str, Any], fresh_uid: str) -> Sitter:
    who = told["external_id"]
    person = visitors.person(inbox, Sitter(fresh_uid, identity=VERIFIED, external_id=who))
    if row is not None and row.identity == VERIFIED and row.external_id != who:
        # Somebody else signs in on this device.
        _end_device(row, sitter.device)
        row = None
    if person is not None:
        _write(person, told)
        if row is not None and row.pk != person.pk:
            _join(row, person)
        return sitter_of(person, sitter.device if row is not None and row.pk == person.pk else fresh_uid)
    if row is None:
        return Sitter(**{**_plain(Sitter(fresh_uid, language=sitter.language, device=fresh_uid)), **told})
    owner = customers.resolve(handle=Handle("external_id", who), name=told.get("name", ""), verified=True)
    _give(row, owner)
    _write(row, told)
    _end_session(row)
    return sitter_of(row, fresh_uid)


def _join(row: Visitor, person: Visitor) -> None:
    """What the session said before it was known goes to the person, who may have one open chat only."""
    person.customer.came_by = person.came_by
    _give(row, person.customer)
    if person.conversations.filter(ended_at__isnull=True).exists():
        for chat in row.conversations.filter(ended_at__isnull=True):
            Conversation.objects.filter(pk=chat.pk).update(state="ended", ended_at=clock.now())
            emit("chat.ended", {"conversation": chat.pk})
    _end_session(row)
    row.conversations.update(visitor=person)


def _give(row: Visitor, owner: Customer) -> None:
    before = row.customer_id
    if before == owner.pk:
        return
    theirs = Ticket.objects.filter(chat__visitor=row, customer_id=before)
    for ticket in theirs.select_for_update().order_by("pk"):
        with_it = [
            Message.objects.filter(ticket=ticket, customer_id=before),
            Participant.objects.filter(ticket=ticket, customer_id=before),
            TimelineEntry.objects.filter(ticket=ticket.number, customer_id=before),
        ]
        moved = {one.model._meta.label_lower: list(one.values_list("pk", flat=True)) for one in with_it}
        splitting.given(by=SYSTEM, giver=before, taker=owner.pk, rows={**moved, "tickets.ticket": [ticket.pk]})
        for rows in with_it:
            rows.update(customer=owner)
        ticket.customer = owner
        _shape.save(ticket, "customer")
        _shape.announce(SYSTEM, ticket, "chat.identified", before=before, customer=owner.pk)
    splitting.given(by=SYSTEM, giver=before, taker=owner.pk, rows={"tickets.visitor": [row.pk]})
    row.customer, row.came_by = owner, owner.came_by or row.came_by
    row.save(update_fields=["customer", "came_by"])


def _write(row: Visitor, told: dict[str, Any]) -> None:
    for name, value in told.items():
        setattr(row, name, value)
    if told:
        row.save(update_fields=list(told))


def sitter_of(row: Visitor, device: str = "") -> Sitter:
    """The visitor as the token of this device names them."""
    return Sitter(row.uid, row.epoch, row.identity, language=row.language or "en", device=device)


def _plain(sitter: Sitter) -> dict[str, Any]:
    return {name: getattr(sitter, name) for name in sitter.__dataclass_fields__}
