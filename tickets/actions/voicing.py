"""An answer that leaves by a messenger, a text message or a social network: to whom, how, and part by part.

A message of several parts (words and files are several calls at most providers) goes on where it stopped: what has gone
is recorded call by call, so that a repeat sends only what is missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from helpdesk import wiring
from helpdesk.core import clock, failpoints, files
from helpdesk.core.errors import Conflict, DomainError, Text
from helpdesk.core.events import emit
from tickets import filelinks, tokens
from tickets.actions import _shape, cursors, messages
from tickets.envelopes import SendResult
from tickets.happenings import OutFile, Outgoing, PeerNews, TemplateUse
from tickets.models import Attachment, Delivery, ExternalMessage, Inbox, Message, Peer, Ticket
from tickets.queries import peers
from tickets.queries.ways import REACHED_BY
from tickets.rules.windows import FIRST, PRIVATE_REPLY, VOICES, Window, address_of

NOWHERE = "voice.invalid"
WHY: dict[str, Text] = {
    "stopped": _("They asked for no more messages here. Use another channel."),
    "never": _("They have not written here yet, and this network lets only them begin."),
    "over": _("The time to answer here is over. Use an approved template, or another channel."),
    "spoken": _("A telephone takes no written words, and we know no other way. Call them, and log the call."),
    "nobody": _("Nobody can be reached by this channel in this ticket. Use another channel."),
}

HEARD = {
    "stopped": gettext_noop("You will get no more messages from us. To get them again, write START."),
    "started": gettext_noop("You will get our messages again. To stop them, write STOP."),
}


def is_voice(channel: str) -> bool:
    """Whether what is written by this channel leaves through here."""
    return channel in VOICES


def queue(ticket: Ticket, message: Message, template: TemplateUse | None = None) -> Delivery:
    """Has an answer leave to whoever spoke by its channel last, once the time for undoing is over. For other actions.

    Raises Conflict (window_closed, no_way) when the network would not take it.
    """
    peer = next(iter(peers.of(ticket, message.channel)), None) or _begun(ticket, message.channel)
    if peer is None:
        raise Conflict("no_way", WHY["nobody"])
    found = Window("open") if message.is_public else allowed(peer, template)
    how: dict[str, Any] = {"tag": found.tag} if found.tag else {}
    if template is not None:
        how["template"] = {"name": template.name, "language": template.language}
        how["template"] |= {"values": list(template.values), "header": template.header, "shape": dict(template.shape)}
    copy = Delivery.objects.create(
        message=message, peer=peer, address=peer.address, header_id=tokens.header_id(NOWHERE), envelope=how
    )
    later = clock.now() + timedelta(seconds=settings.UNDO_SECONDS)
    emit("message.queued", {"message": message.pk}, not_before=later)
    return copy


def confirm(peer: Peer, news: PeerNews) -> None:
    """Says once that we have heard their STOP or START, in the language that they wrote it in. For other actions."""
    ticket = Ticket.objects.select_for_update().get(pk=peer.ticket_id or 0)
    with translation.override("en" if news.word.isascii() else "fa"):
        text = gettext(HEARD[news.kind])
    fields: dict[str, Any] = {"channel": peer.inbox.kind, "is_automatic": True}
    message = messages.append(ticket, "out", text, at=clock.now(), **fields)
    _shape.save(ticket, "seq", "last_at")
    Delivery.objects.create(
        message=message, peer=peer, address=peer.address, header_id=tokens.header_id(NOWHERE), envelope={}
    )
    emit("message.queued", {"message": message.pk})


def _begun(ticket: Ticket, channel: str) -> Peer | None:
    """The other side of a conversation that we begin: a number of theirs, by the first such inbox. Its next words come
    to this ticket."""
    inbox = Inbox.objects.filter(kind=channel, is_active=True).order_by("id").first()
    if channel not in FIRST or inbox is None:
        return None
    known = ticket.customer.identities.filter(kind__in=REACHED_BY.get(channel, ())).order_by("id")
    row = next(iter(sorted(known, key=lambda one: one.kind != channel)), None)
    if row is None:
        return None
    given = {"customer": ticket.customer, "came_by": row.pk, "ticket": ticket, "created_at": clock.now()}
    peer, made = Peer.objects.get_or_create(inbox=inbox, address=address_of(channel, row.value), defaults=given)
    if not made:
        peer.ticket = ticket
        peer.save(update_fields=["ticket"])
    return peer


def allowed(peer: Peer, template: TemplateUse | None = None) -> Window:
    """The window, when words (or this template) may be sent now. Raises Conflict(window_closed) with what to do."""
    found = peers.window_of(peer)
    if found.takes_words or (template is not None and found.state == "template"):
        return found
    raise Conflict("window_closed", WHY[found.why], why=found.why)


def send(message: Message, copy: Delivery) -> SendResult:
    """Makes the calls that are still missing, outside any transaction."""
    peer = Peer.objects.select_related("inbox").filter(pk=copy.peer_id or 0, inbox__is_active=True).first()
    if peer is None:
        return SendResult(ok=False, error="the inbox of this conversation is no longer in use", permanent=True)
    adapter = import_string(wiring.CHANNELS[peer.inbox.kind])()
    try:
        parts: Sequence[Any] = adapter.parts(outgoing(message, copy, peer))
    except (DomainError, ValueError) as fault:
        return SendResult(ok=False, error=_said(fault), permanent=True, cause="content")
    for number in range(int(copy.envelope.get("gone", 0)), len(parts)):
        failpoints.reach("voice.before")
        result: SendResult = adapter.send(peer.inbox, parts[number], f"{copy.header_id.strip('<>')}:{number}")
        failpoints.reach("voice.accepted")
        if not result.ok:
            _note(peer, result)
            return _told(result)
        _gone(peer, message, copy, number + 1, result.ids)
    return SendResult(ok=True)


def _told(result: SendResult) -> SendResult:
    """What cannot be mended by another try begins with its cause: queries/copywords says it in words."""
    if result.cause not in ("window", "stopped"):
        return result
    return replace(result, error=f"{result.cause}: {result.error}", permanent=True)


def _said(fault: Exception) -> str:
    if isinstance(fault, DomainError):
        errors: Mapping[str, Text] = getattr(fault, "errors", {})
        return "; ".join(str(text) for text in errors.values()) or str(fault.message)
    return str(fault)


def _note(peer: Peer, result: SendResult) -> None:
    """What a refusal says beyond this message: the inbox is locked out, or this person wants nothing any more."""
    if result.cause == "sign_in":
        cursors.fetch_failed(peer.inbox, result.error)
    if result.cause == "stopped":
        rows = Peer.objects.filter(pk=peer.pk, stopped_at=None)
        rows.update(stopped_at=clock.now(), stop_word=result.status_code[:40])


@transaction.atomic
def _gone(peer: Peer, message: Message, copy: Delivery, count: int, ids: tuple[str, ...]) -> None:
    copy.envelope = copy.envelope | {"gone": count}
    copy.save(update_fields=["envelope"])
    rows = [
        ExternalMessage(inbox=peer.inbox, external_id=one[:255], message=message, delivery=copy) for one in ids if one
    ]
    ExternalMessage.objects.bulk_create(rows, ignore_conflicts=True)


def outgoing(message: Message, copy: Delivery, peer: Peer) -> Outgoing:
    """What goes out. Notes have no way in: only messages of kind `out` have copies."""
    if message.kind != Message.Kind.OUT:
        raise ValueError("only an answer can be sent")
    use = copy.envelope.get("template")
    asked = message.ticket.messages.filter(kind="in", channel=message.channel, seq__lt=message.seq, is_public=True)
    newest = asked.order_by("-seq").values_list("pk", flat=True)[:1]
    to_public = message.is_public or copy.envelope.get("tag") == PRIVATE_REPLY
    return Outgoing(
        key=copy.header_id.strip("<>"),
        to=copy.address,
        text=message.text,
        files=tuple(
            OutFile(one.name, one.content_type, files.read(one.file), filelinks.address(one.pk))
            for one in Attachment.objects.filter(message=message).select_related("file").order_by("id")
        ),
        answers=peers.last_external(peer, newest) if to_public else "",
        template=TemplateUse(**use | {"values": tuple(use["values"])}) if use else None,
        tag=str(copy.envelope.get("tag", "")),
        is_public=message.is_public,
        language=message.ticket.customer.language,
    )
