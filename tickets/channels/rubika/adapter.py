"""Rubika's bots (rubika.ir/botapi): updates come as `update`, buttons as `inline_message`."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from helpdesk.core import fetch
from tickets.actions.inboxes import secrets_of
from tickets.channels import calls
from tickets.channels.base import NothingForUs, NotMedia, ProviderRequest, Unreadable
from tickets.channels.hooks import packed
from tickets.channels.telegram.adapter import pieces
from tickets.envelopes import InboundAttachment, SendResult
from tickets.happenings import Changed, Far, Happening, Nothing, Outgoing, PeerNews, Said
from tickets.models import Inbox

MOST_TEXT = 4000
MOST_FILE = 50 * 1024 * 1024
FILES = {"Image": ("image", "image/jpeg"), "Video": ("video", "video/mp4"), "Gif": ("video", "video/mp4")} | {
    "Voice": ("audio", "audio/ogg"),
    "Music": ("audio", "audio/mpeg"),
}
LOCKED = ("INVALID_AUTH", "INVALID_TOKEN", "INVALID_ACCESS")
BUSY = ("TOO_REQUESTS", "TOO_MANY_REQUESTS")


class Rubika:
    """A bot. Its updates carry no signature: the word stands in the address that we tell it."""

    api = "https://botapi.rubika.ir/v3"

    def genuine(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox, urls: Sequence[str]) -> bool:
        """By the word in the address."""
        words = calls.query_words(request.path, "secret")
        return any(calls.same(word, secret) for word in words for secret in calls.valid(secrets))

    def hello(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox) -> str | None:
        """Rubika never asks."""
        return None

    def split(self, request: ProviderRequest, settings: Mapping[str, Any]) -> list[bytes]:
        """A request is one update."""
        told = json.loads(request.body)
        try:
            update(told)
        except Nothing as why:
            raise NothingForUs(str(why)) from why
        return [packed(told)]

    def parse(self, data: bytes, received_at: datetime) -> Happening:
        """One update."""
        try:
            return update(json.loads(data))
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise Unreadable(str(fault)) from fault

    def parts(self, message: Outgoing) -> Sequence[Mapping[str, Any]]:
        """The words in pieces; of files their addresses, as words."""
        links = [f"{one.name}\n{one.url}" for one in message.files]
        return [{"chat_id": message.to, "text": text} for text in [*pieces(message.text, MOST_TEXT), *links]]

    def send(self, inbox: Inbox, part: Mapping[str, Any], key: str) -> SendResult:
        """One message; Rubika knows no key of ours."""
        reply, data = self._call(inbox, "sendMessage", part)
        number = data.get("message_id") or (data.get("message_update") or {}).get("message_id")
        if reply.ok and number:
            return SendResult(ok=True, ids=(f"{part['chat_id']}:{number}",))
        return self._refused(reply)

    def connect(self, inbox: Inbox, address: str) -> SendResult:
        """Tells Rubika our address for each sort of update, which also proves the token."""
        secret = next(iter(calls.valid(secrets_of(inbox))), "")
        for kind in ("ReceiveUpdate", "ReceiveInlineMessage"):
            given = {"url": f"{address}?secret={secret}", "type": kind}
            reply, _data = self._call(inbox, "updateBotEndpoints", given)
            if not reply.ok or _status(reply) != "OK":
                return self._refused(reply)
        return SendResult(ok=True)

    def fetch(self, inbox: Inbox, place: Mapping[str, Any]) -> InboundAttachment:
        """Asks where the file lies, then reads it there."""
        reply, data = self._call(inbox, "getFile", {"file_id": place["file_id"]})
        url = str(data.get("download_url") or "")
        if not url:
            if reply.status in (0, 429) or reply.status >= 500:
                raise OSError(reply.words or "no answer")
            raise NotMedia("the file is gone")
        return InboundAttachment("", "", fetch.get(url, {"Accept": "*/*"}, most=MOST_FILE, seconds=60))

    def _call(self, inbox: Inbox, method: str, body: Mapping[str, Any]) -> tuple[calls.Reply, dict[str, Any]]:
        at = str(inbox.settings.get("api_url") or self.api).rstrip("/")
        reply = calls.call("POST", f"{at}/{secrets_of(inbox).get('token', '')}/{method}", json=dict(body))
        data = reply.data.get("data") if isinstance(reply.data, dict) else None
        return reply, data if isinstance(data, dict) else {}

    def _refused(self, reply: calls.Reply) -> SendResult:
        status = _status(reply)
        if status in LOCKED:
            return calls.refused(reply, status, cause="sign_in")
        if reply.ok and status in BUSY:
            return SendResult(ok=False, error=status, cause="server", status_code=status[:12])
        return calls.refused(reply, status)


def _status(reply: calls.Reply) -> str:
    return str(reply.data.get("status") or "") if isinstance(reply.data, dict) else ""


def update(told: Mapping[str, Any]) -> Happening:
    """One update. Raises Nothing for what no customer said."""
    if isinstance(told.get("inline_message"), dict):
        return _pressed(told["inline_message"])
    row = told["update"]
    chat, kind = str(row["chat_id"]), row.get("type")
    if kind in ("StartedBot", "StoppedBot"):
        return PeerNews(chat, "started" if kind == "StartedBot" else "stopped", "stopped")
    if kind == "RemovedMessage":
        of = f"{chat}:{row['removed_message_id']}"
        return Changed(id=f"removed:{of}", of=of, kind="deleted", peer=chat)
    message = row.get("new_message") or row.get("updated_message")
    if not isinstance(message, dict):
        raise Nothing(str(kind))
    if message.get("sender_type", "User") != "User":
        raise Nothing("a bot's own words")
    said = _said(chat, message)
    if kind == "UpdatedMessage":
        key = f"edit:{said.id}:{message.get('time')}:{len(said.text)}"
        return Changed(id=key, of=said.id, kind="edited", text=said.text, at=said.at, peer=chat)
    return said


def _said(chat: str, message: Mapping[str, Any]) -> Said:
    files, text = _files(message), _text(message)
    kinds = [name for name in ("poll", "forwarded_from", "live_location") if message.get(name)]
    before = str(message.get("reply_to_message_id") or "")
    return Said(
        id=f"{chat}:{message['message_id']}",
        sender=chat,
        text=text,
        at=_time(message),
        files=tuple(files),
        answers=f"{chat}:{before}" if before else "",
        unsupported="" if text or files else next(iter(kinds), "message"),
    )


def _text(message: Mapping[str, Any]) -> str:
    lines = [str(message.get("text") or "")]
    if isinstance(place := message.get("location"), dict):
        lines.append(f"https://www.openstreetmap.org/?mlat={place.get('latitude')}&mlon={place.get('longitude')}")
    if isinstance(one := message.get("contact_message"), dict):
        name = f"{one.get('first_name', '')} {one.get('last_name', '')}".strip()
        lines.append(f"{name}\n{one.get('phone_number', '')}".strip())
    if isinstance(poll := message.get("poll"), dict):
        lines.append(str(poll.get("question") or ""))
    return "\n".join(line for line in lines if line)


def _files(message: Mapping[str, Any]) -> list[Far]:
    found = []
    for holder in (message, message.get("sticker") or {}):
        one = holder.get("file")
        if isinstance(one, dict) and one.get("file_id"):
            what, content_type = FILES.get(str(one.get("file_type") or ""), ("file", "application/octet-stream"))
            size = int(one["size"]) if str(one.get("size", "")).isdecimal() else None
            found.append(Far(what, str(one.get("file_name") or ""), content_type, size, {"file_id": one["file_id"]}))
    return found


def _pressed(row: Mapping[str, Any]) -> Said:
    """A button of ours: what stands on it is what they say."""
    chat, told = str(row["chat_id"]), row.get("aux_data") or {}
    return Said(
        id=f"button:{chat}:{row['message_id']}:{told.get('button_id') or ''}",
        sender=chat,
        text=str(row.get("text") or told.get("button_id") or ""),
    )


def _time(message: Mapping[str, Any]) -> datetime | None:
    at = str(message.get("time") or "")
    return datetime.fromtimestamp(int(at), UTC) if at.isascii() and at.isdigit() and len(at) < 11 else None
