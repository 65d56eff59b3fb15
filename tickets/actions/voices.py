"""The one door in for messengers, text messages and social networks: what was said, changed, read, or no more wanted.

Repeats are harmless: a message by its provider's id, a change by its event's. What comes before what it is about is put
off for a while (NotYet), and then kept by itself.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from customers.models import Customer
from helpdesk.accounts.models import Workspace
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock, failpoints, rows, sql
from helpdesk.core.events import emit
from helpdesk.core.search import vector
from tickets.actions import _shape, calls, intake, media, messages, peers, returned, templates, voicing
from tickets.envelopes import DeliveryReport
from tickets.happenings import CallNews, Changed, Far, Fate, Happening, Judged, PeerNews, Said
from tickets.models import Delivery, ExternalMessage, Inbox, Message, MessageChange, Peer, Ticket
from tickets.queries import voicewords
from tickets.rules.windows import CLOSES, FIRST

# Every message asks: written out, the ORM took a quarter of its time for this line alone.
KNOWN_SQL = "SELECT message_id FROM tickets_externalmessage WHERE inbox_id = %s AND external_id = %s::text"
STATES = {"sent": 0, "delivered": 1, "read": 2}


class NotYet(Exception):
    """What this is about is not here yet: to be tried again."""


@transaction.atomic(savepoint=False)
def take(happening: Happening, inbox: Inbox, *, last: bool = False) -> Message | None:
    """Takes one event in; the message it is, or is about. `last`: what is missing will not come any more."""
    steps: dict[type, Callable[..., Message | None]] = {
        Said: _said,
        Changed: _changed,
        Fate: _fate,
        PeerNews: _news,
        CallNews: _rang,
        Judged: _judged,
    }
    return steps[type(happening)](happening, inbox, last)


def _rang(news: CallNews, inbox: Inbox, last: bool) -> Message | None:
    return calls.take(news, inbox)


def _judged(news: Judged, inbox: Inbox, last: bool) -> Message | None:
    templates.judged(inbox, news.name, news.language, news.state)
    emit("templates.changed", {"inbox": inbox.pk})
    return None


def _known(inbox: Inbox, external_id: str) -> ExternalMessage | None:
    found = ExternalMessage.objects.filter(inbox=inbox, external_id=external_id[:255])
    return found.select_related("message__ticket", "delivery").first()


def _said(said: Said, inbox: Inbox, last: bool) -> Message | None:
    peer, customer = peers.locked(inbox, said)
    known = sql.first(KNOWN_SQL, [inbox.pk, said.id[:255]])
    if known is not None:
        return Message.objects.get(pk=known[0])
    if said.ours and not last and _being_sent(peer):
        raise NotYet(said.id)
    failpoints.reach("intake.thread")
    ticket = peers.matter(peer, customer)
    is_new = ticket is None
    if ticket is None:
        ticket = peers.opened(peer, customer, said, _subject(said))
        message = _write(messages.first, ticket, peer, customer, said, ticket.created_at)
    else:
        message = _write(messages.append, ticket, peer, customer, said, clock.now())
        _turn(ticket, said)
    rows.add(ExternalMessage(inbox=inbox, external_id=said.id[:255], message=message))
    unknown = (Far("unsupported", said.unsupported),) if said.unsupported else ()
    media.want(message, inbox, (*said.files, *unknown))
    _keep(peer, ticket, said)
    if is_new and not peer.name:
        emit("peer.unnamed", {"peer": peer.pk})
    failpoints.reach("intake.timeline")
    intake.announce(ticket, message, is_new=is_new, why=inbox.kind)
    return message


def _being_sent(peer: Peer) -> bool:
    """Whether an answer of ours is on its way to them: what we hear of may be it, whose id we do not know yet."""
    return Delivery.objects.filter(peer=peer, state=Delivery.State.QUEUED, next_at__gt=clock.now()).exists()


def _write(
    write: Callable[..., Message], ticket: Ticket, peer: Peer, customer: Customer, said: Said, at: Any
) -> Message:
    fields: dict[str, Any] = {
        "channel": peer.inbox.kind,
        "from_name": (said.sender_name or peer.name)[:200],
        "from_address": said.sender[:254],
        "is_automatic": said.automatic,
        "album": said.album[:100],
        "is_public": said.is_public,
        "in_reply_to": said.answers[:998],
    }
    if said.ours:
        return write(ticket, "out", voicewords.text(said), at=at, **fields)
    return write(ticket, "in", voicewords.text(said), at=at, customer=customer, came_by=customer.came_by, **fields)


def _turn(ticket: Ticket, said: Said) -> None:
    """What we said in the provider's own app is our answer; all else makes it our turn."""
    if not said.ours:
        return intake.turn(ticket, machine=said.automatic)
    ticket.waiting_since = None
    ticket.status = "waiting" if ticket.status in ("new", "open") else ticket.status
    return _shape.save(ticket, "seq", "last_at", "status", "waiting_since")


def _keep(peer: Peer, ticket: Ticket, said: Said) -> None:
    peer.ticket = ticket
    if said.is_public:
        peer.public_at = min(said.at or clock.now(), clock.now())
        peer.save(update_fields=["ticket", "public_at"])
        return
    if not said.ours:
        peer.last_in_at, peer.stopped_at, peer.stop_word = _heard(peer, said), None, ""
    rows.change(peer, "ticket", "last_in_at", "stopped_at", "stop_word")


def _heard(peer: Peer, said: Said) -> datetime:
    """When they wrote last, by the network's clock, which counts for its window: what comes late opens none anew."""
    now = clock.now()
    at = min(said.at or now, now) if peer.inbox.kind in CLOSES else now
    return max(peer.last_in_at or at, at)


def _subject(said: Said) -> str:
    first = next((line.strip() for line in said.text.splitlines() if line.strip()), "") or said.subject
    if first:
        return first[: peers.SUBJECT]
    with translation.override(Workspace.objects.values_list("language", flat=True).first() or "en"):
        return gettext("Without words: %(what)s") % {"what": voicewords.kinds(said)}


def _changed(change: Changed, inbox: Inbox, last: bool) -> Message | None:
    """Edits, deletions and reactions are shown with what was there before; nothing is rewritten silently."""
    known = _known(inbox, change.of)
    if known is None:
        if not last:
            raise NotYet(change.of)
        return None
    ticket = Ticket.objects.select_for_update().get(pk=known.message.ticket_id)
    message = Message.objects.get(pk=known.message_id)
    row = MessageChange(message=message, kind=change.kind, uid=change.id[:255], by_name=change.by_name[:200])
    if MessageChange.objects.filter(message=message, uid=row.uid).exists() or message.removed_at is not None:
        return message
    row.text, row.at = change.text.replace("\x00", ""), clock.now()
    row.was = message.text if change.kind == "edited" else ""
    row.save()
    if change.kind == "edited" and message.kind == "in":
        message.text, message.search = row.text, vector(b=row.text)
        message.save(update_fields=["text", "search"])
    if change.kind == "deleted":
        ticket.last_at = max(ticket.last_at, row.at)
    _shape.save(ticket, "last_at")
    _shape.announce(SYSTEM, ticket, f"message.{change.kind}", message=message.pk)
    return message


def _fate(fate: Fate, inbox: Inbox, last: bool) -> Message | None:
    copies = _meant(fate, inbox)
    # A provider may tell of a message before its answer to our call is recorded.
    early = fate.state != "failed" and any(copy.state == Delivery.State.QUEUED for copy in copies)
    if (early or (not copies and fate.of)) and not last:
        raise NotYet(fate.of)
    for copy in copies:
        returned.apply(DeliveryReport(copy.address, (), fate.state, fate.code, fate.words), copy)
    return None


def _meant(fate: Fate, inbox: Inbox) -> list[Delivery]:
    """The copies that this tells of: one by its id, or all that this person has been sent up to a moment."""
    if fate.of:
        known = _known(inbox, fate.of)
        return [known.delivery] if known and known.delivery else []
    if not fate.until or not fate.peer:
        return []
    sent = Delivery.objects.filter(peer__inbox=inbox, peer__address=fate.peer, sent_at__lte=fate.until)
    return list(sent.filter(state__in=["sent", "delivered"], message__ticket__peers__address=fate.peer).distinct())


def _news(news: PeerNews, inbox: Inbox, last: bool) -> Message | None:
    peer = Peer.objects.select_for_update().filter(inbox=inbox, address=peers.known_as(inbox, news.peer)).first()
    if peer is None and news.kind == "stopped" and inbox.kind in FIRST:
        # Whom we might write to first is not to be, though we have never heard of them.
        peer, _customer = peers.locked(inbox, Said(id="", sender=news.peer))
    if peer is None or (peer.stopped_at is not None) == (news.kind == "stopped"):
        return None
    if news.confirm and peer.ticket_id:
        voicing.confirm(peer, news)
    peer.stopped_at = clock.now() if news.kind == "stopped" else None
    peer.stop_word = news.word[:40] if peer.stopped_at else ""
    peer.save(update_fields=["stopped_at", "stop_word"])
    if peer.ticket_id:
        ticket = Ticket.objects.get(pk=peer.ticket_id)
        _shape.announce(SYSTEM, ticket, f"peer.{news.kind}", word=news.word[:40])
    return None
