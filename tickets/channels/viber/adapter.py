"""Viber's bots (developers.viber.com, REST Bot API)."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from helpdesk.core import fetch
from tickets.actions.inboxes import secrets_of
from tickets.channels import calls
from tickets.channels.base import NothingForUs, ProviderRequest, Unreadable
from tickets.channels.hooks import packed
from tickets.channels.telegram.adapter import pieces
from tickets.envelopes import InboundAttachment, SendResult
from tickets.happenings import Far, Fate, Happening, Nothing, OutFile, Outgoing, PeerNews, Said
from tickets.models import Inbox

MOST_TEXT = 7000
MOST_FILE = 200 * 1024 * 1024
FILES = {
    "picture": ("image", "image/jpeg"),
    "video": ("video", "video/mp4"),
    "file": ("file", "application/octet-stream"),
    "sticker": ("image", "image/png"),
}
FATES = {"delivered": "delivered", "seen": "read", "failed": "failed"}
# Viber's own statuses: 2 a wrong token, 6 not subscribed, 12 too many calls.
LOCKED, GONE, BUSY = (2,), (5, 6), (12,)


@dataclass(frozen=True)
class Part:
    """One message."""

    to: str
    message: Mapping[str, Any]


class Viber:
    """A bot. Its token signs what comes in and what goes out."""

    api = "https://chatapi.viber.com"

    def genuine(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox, urls: Sequence[str]) -> bool:
        """`X-Viber-Content-Signature`: HMAC-SHA256 of the body with the token, in hex."""
        told = (request.headers or {}).get("x-viber-content-signature", "").lower()
        keys = [*calls.valid(secrets, "token"), *calls.valid(secrets)]
        return any(calls.same(told, hmac.new(key.encode(), request.body, hashlib.sha256).hexdigest()) for key in keys)

    def hello(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox) -> str | None:
        """Viber asks by a signed POST (`webhook`)."""
        return None

    def split(self, request: ProviderRequest, settings: Mapping[str, Any]) -> list[bytes]:
        """A request is one event."""
        told = json.loads(request.body)
        try:
            event(told)
        except Nothing as why:
            raise NothingForUs(str(why)) from why
        return [packed({name: value for name, value in told.items() if name != "silent"})]

    def parse(self, data: bytes, received_at: datetime) -> Happening:
        """One event."""
        try:
            return event(json.loads(data))
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise Unreadable(str(fault)) from fault

    def parts(self, message: Outgoing) -> Sequence[Part]:
        """The words in pieces, then each file by its address."""
        said = [{"type": "text", "text": piece} for piece in pieces(message.text, MOST_TEXT)]
        return [Part(message.to, one) for one in [*said, *map(_file, message.files)]]

    def send(self, inbox: Inbox, part: Part, key: str) -> SendResult:
        """One message; Viber knows no key of ours."""
        body = {"receiver": part.to, "min_api_version": 1, "sender": {"name": inbox.name[:28]}, **part.message}
        return self._call(inbox, "send_message", body | {"tracking_data": key[:200]})

    def connect(self, inbox: Inbox, address: str) -> SendResult:
        """Tells Viber our address, which also proves the token."""
        types = ["delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started"]
        return self._call(inbox, "set_webhook", {"url": address, "event_types": types, "send_name": True})

    def _call(self, inbox: Inbox, method: str, body: Mapping[str, Any]) -> SendResult:
        at = str(inbox.settings.get("api_url") or self.api).rstrip("/")
        head = {"X-Viber-Auth-Token": secrets_of(inbox).get("token", "")}
        reply = calls.call("POST", f"{at}/pa/{method}", json=dict(body), headers=head)
        data = reply.data if isinstance(reply.data, dict) else {}
        status = data.get("status", -1)
        if reply.ok and status == 0:
            token = data.get("message_token")
            return SendResult(ok=True, ids=(str(token),) if token else ())
        words, code = str(data.get("status_message") or reply.words), str(status)
        if status in LOCKED:
            return calls.refused(reply, words, code=code, cause="sign_in")
        if status in GONE:
            return SendResult(ok=False, error=words, permanent=True, cause="stopped", status_code=code)
        if reply.ok and status in BUSY:
            return SendResult(ok=False, error=words, cause="server", status_code=code)
        return calls.refused(reply, words)

    def fetch(self, inbox: Inbox, place: Mapping[str, Any]) -> InboundAttachment:
        """A file, from Viber's store."""
        data = fetch.get(str(place["url"]), {"Accept": "*/*"}, most=MOST_FILE, seconds=60)
        return InboundAttachment("", "", data)


def event(row: Mapping[str, Any]) -> Happening:
    """One event. Raises Nothing for what no customer said."""
    kind = row.get("event")
    if kind == "message":
        return _said(row)
    if kind in FATES:
        return Fate(
            FATES[str(kind)], of=str(row["message_token"]), words=str(row.get("desc") or ""), peer=str(row["user_id"])
        )
    if kind in ("subscribed", "unsubscribed"):
        who = str((row.get("user") or {}).get("id") or row.get("user_id") or "")
        return PeerNews(who, "started" if kind == "subscribed" else "stopped", "unsubscribed", _time(row))
    raise Nothing(str(kind))


def _said(row: Mapping[str, Any]) -> Said:
    sender, message = row["sender"], row["message"]
    kind = str(message.get("type") or "")
    text = "\n".join(part for part in (str(message.get("text") or ""), _more(message, kind)) if part)
    files = _files(message, kind)
    return Said(
        id=str(row["message_token"]),
        sender=str(sender["id"]),
        sender_name=str(sender.get("name") or ""),
        text=text,
        at=_time(row),
        files=tuple(files),
        unsupported="" if text or files else kind or "message",
        language=str(sender.get("language") or "")[:2],
    )


def _more(message: Mapping[str, Any], kind: str) -> str:
    if kind == "location":
        place = message.get("location") or {}
        return f"https://www.openstreetmap.org/?mlat={place.get('lat')}&mlon={place.get('lon')}"
    if kind == "contact":
        one = message.get("contact") or {}
        return f"{one.get('name', '')}\n{one.get('phone_number', '')}".strip()
    return str(message.get("media") or "") if kind == "url" else ""


def _files(message: Mapping[str, Any], kind: str) -> list[Far]:
    if kind in ("location", "contact"):
        return [Far(kind)]
    if kind not in FILES:
        return []
    what, content_type = FILES[kind]
    name = str(message.get("file_name") or f"{what}.{content_type.partition('/')[2]}")
    url = str(message.get("media") or "")
    return [Far(what, name, content_type, message.get("size"), {"url": url} if url else {})]


def _file(one: OutFile) -> dict[str, Any]:
    main = one.content_type.partition("/")[0]
    if one.content_type in ("image/jpeg", "image/png") and len(one.data) < 1024 * 1024:
        return {"type": "picture", "text": "", "media": one.url}
    if main == "video":
        return {"type": "video", "media": one.url, "size": len(one.data)}
    return {"type": "file", "media": one.url, "size": len(one.data), "file_name": one.name[:255]}


def _time(row: Mapping[str, Any]) -> datetime | None:
    at = row.get("timestamp")
    return datetime.fromtimestamp(at / 1000, UTC) if isinstance(at, int) and 0 < at < 2**43 else None
