"""Any other provider, or a modem of one's own, by plain HTTP: docs/generic-channel.md has both directions in full."""

from collections.abc import Mapping, Sequence
from typing import Any

from helpdesk.core import fetch
from tickets.actions.inboxes import secrets_of
from tickets.channels import calls
from tickets.channels.base import NothingForUs, ProviderRequest
from tickets.channels.sms import wire
from tickets.envelopes import SendResult
from tickets.happenings import Fate, Happening, Said
from tickets.models import Inbox

STATES = {
    **dict.fromkeys(("sent", "accepted", "submitted"), "sent"),
    **dict.fromkeys(("delivered", "delivrd"), "delivered"),
    **dict.fromkeys(("failed", "undelivered", "undeliv", "rejected", "rejectd", "expired"), "failed"),
}
IDS = ("id", "message_id", "messageid", "messageId", "msgid")
SENDERS = ("from", "sender", "msisdn", "mobile")
TEXTS = ("text", "message", "body", "content")
STATUS = ("status", "state")


def genuine(request: ProviderRequest, secrets: Mapping[str, str], urls: Sequence[str]) -> bool:
    """The secret as a password, as a bearer's token, or in the address."""
    return wire.vouched(request, secrets)


def events(request: ProviderRequest) -> list[dict[str, Any]]:
    """A request is one message or one state."""
    told = wire.fields(request)
    if not _of(told, IDS):
        raise ValueError("a message without an id")
    status = _of(told, STATUS).lower()
    if status and not _of(told, TEXTS) and status not in STATES:
        raise NothingForUs(status)
    return [told]


def _of(told: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((wire.words(told[name]) for name in names if told.get(name) not in (None, "")), "")


def read(told: Mapping[str, Any], region: str) -> Happening:
    """One event."""
    status = _of(told, STATUS).lower()
    if status in STATES and not _of(told, TEXTS):
        return Fate(STATES[status], of=_of(told, IDS), words=wire.words(told.get("error")), code=status[:12])
    typed = _of(told, SENDERS)
    if not typed:
        raise KeyError("from")
    sender = wire.number(typed, region)
    urls = told.get("media") if isinstance(told.get("media"), list) else []
    files = tuple(wire.far(str(url)) for url in urls or [])
    name = wire.words(told.get("name")) or wire.shown(sender)
    return wire.heard(Said(id=_of(told, IDS), sender=sender, sender_name=name, text=_of(told, TEXTS), files=files))


def send(inbox: Inbox, part: wire.Text, key: str) -> SendResult:
    """`id` is our key and the same at every try. Its own id may be answered; else news come under ours."""
    body: dict[str, Any] = {"id": key, "from": inbox.address, "to": part.to, "text": part.text}
    where = str(inbox.settings.get("send_url") or "")
    if not where:
        return SendResult(ok=False, error="the inbox has no address to send to", permanent=True, cause="content")
    reply = calls.call("POST", where, json=body | {"media": list(part.media)}, headers=_headers(inbox, key))
    if not reply.ok:
        return calls.refused(reply)
    own = reply.data.get("id") if isinstance(reply.data, dict) else None
    return SendResult(ok=True, ids=(str(own or key),))


def _headers(inbox: Inbox, key: str) -> dict[str, str]:
    token = secrets_of(inbox).get("token", "")
    return {"Idempotency-Key": key} | ({"Authorization": f"Bearer {token}"} if token else {})


def connect(inbox: Inbox, address: str) -> SendResult:
    """There is nothing that every provider could be asked; whether we know where to send to is all there is to see."""
    if inbox.settings.get("send_url"):
        return SendResult(ok=True)
    return SendResult(ok=False, error="the inbox has no address to send to", permanent=True, cause="content")


def media(inbox: Inbox, url: str) -> bytes:
    """A file at a public address."""
    return fetch.get(url, {"Accept": "*/*"}, most=wire.MOST_FILE, seconds=60)
