"""Telegram's Bot API (core.telegram.org/bots/api). Bale, Eitaa and Rubika's bots speak dialects of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from helpdesk.core import fetch
from tickets.actions.inboxes import secrets_of
from tickets.channels import calls
from tickets.channels.base import NothingForUs, NotMedia, ProviderRequest, Unreadable
from tickets.channels.hooks import packed
from tickets.channels.telegram import read
from tickets.envelopes import InboundAttachment, SendResult
from tickets.happenings import Happening, Nothing, Outgoing
from tickets.models import Inbox

MOST_TEXT = 4096
MOST_FILE = 20 * 1024 * 1024
SIGNED_BY = "x-telegram-bot-api-secret-token"
# How a file is sent, by the first part of its type.
METHODS = {"image": ("sendPhoto", "photo"), "video": ("sendVideo", "video"), "audio": ("sendAudio", "audio")}
DOCUMENT = ("sendDocument", "document")
GONE = ("blocked by the user", "user is deactivated", "chat not found", "can't initiate conversation")


@dataclass(frozen=True)
class Part:
    """One call: its method, what it says, and the file that goes along."""

    method: str
    fields: Mapping[str, Any]
    file: tuple[str, str, bytes, str] | None = None


class Telegram:
    """A bot. The secret is the word that we gave to `setWebhook`; the token is the bot's own."""

    api = "https://api.telegram.org"

    def genuine(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox, urls: Sequence[str]) -> bool:
        """Telegram repeats the secret that it was given with the address."""
        told = (request.headers or {}).get(SIGNED_BY, "")
        return any(calls.same(told, secret) for secret in calls.valid(secrets))

    def hello(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox) -> str | None:
        """Telegram never asks."""
        return None

    def split(self, request: ProviderRequest, settings: Mapping[str, Any]) -> list[bytes]:
        """A request is one update. What is said in groups is left alone unless the inbox wants it."""
        told = json.loads(request.body)
        if not isinstance(told, dict):
            raise ValueError("an update is an object")
        group = read.chat_of(told).get("type", "private") != "private"
        if group and not settings.get("groups"):
            raise NothingForUs("a group")
        try:
            read.update(told)
        except Nothing as why:
            raise NothingForUs(str(why)) from why
        return [packed(told)]

    def parse(self, data: bytes, received_at: datetime) -> Happening:
        """One update."""
        try:
            return read.update(json.loads(data))
        except (ValueError, KeyError, TypeError) as fault:
            raise Unreadable(str(fault)) from fault

    def parts(self, message: Outgoing) -> Sequence[Part]:
        """The words in pieces that Telegram takes, then each file."""
        to = {"chat_id": message.to}
        said = [Part("sendMessage", to | {"text": piece}) for piece in pieces(message.text, MOST_TEXT)]
        return [*said, *(_file_part(to, one.name, one.content_type, one.data) for one in message.files)]

    def send(self, inbox: Inbox, part: Part, key: str) -> SendResult:
        """Telegram knows no key of ours: a call whose answer was lost may be heard twice."""
        token = secrets_of(inbox).get("token", "")
        if not token:
            return SendResult(ok=False, error="sign-in refused: the bot has no token", cause="sign_in")
        given: dict[str, Any] = {"data": dict(part.fields)}
        if part.file is not None:
            field, name, data, content_type = part.file
            given["files"] = {field: (name, data, content_type)}
        reply = calls.call("POST", f"{self._api(inbox)}/bot{token}/{part.method}", **given)
        return self._result(reply, part)

    def _api(self, inbox: Inbox) -> str:
        return str(inbox.settings.get("api_url") or self.api).rstrip("/")

    def _result(self, reply: calls.Reply, part: Part) -> SendResult:
        data = reply.data if isinstance(reply.data, dict) else {}
        if reply.ok and data.get("ok", True):
            sent = data.get("result")
            if not isinstance(sent, dict) or "message_id" not in sent:
                return SendResult(ok=True)
            chat = (sent.get("chat") or {}).get("id", part.fields.get("chat_id", ""))
            return SendResult(ok=True, ids=(f"{chat}:{sent['message_id']}",))
        words = str(data.get("description") or reply.words)
        wait = float((data.get("parameters") or {}).get("retry_after") or reply.retry_after)
        stopped = any(word in words.lower() for word in GONE)
        # An address without a bot is answered 404: the token is none.
        lost = reply.status in (401, 404)
        found = calls.refused(reply, words, cause="stopped" if stopped else "sign_in" if lost else "")
        return replace(found, retry_after=max(wait, found.retry_after))

    def connect(self, inbox: Inbox, address: str) -> SendResult:
        """Tells Telegram our address and the word that it is to repeat."""
        secret = next(iter(calls.valid(secrets_of(inbox))), "")
        return self.send(inbox, Part("setWebhook", self.where(address, secret)), "")

    def where(self, address: str, secret: str) -> dict[str, str]:
        """What `setWebhook` is told."""
        return {"url": address, "secret_token": secret, "allowed_updates": json.dumps(read.WANTED)}

    def fetch(self, inbox: Inbox, place: Mapping[str, Any]) -> InboundAttachment:
        """Asks where the file lies, then reads it there."""
        token = secrets_of(inbox).get("token", "")
        told = calls.call("GET", f"{self._api(inbox)}/bot{token}/getFile", params={"file_id": place["file_id"]})
        path = ((told.data or {}).get("result") or {}).get("file_path") if told.ok else None
        if not path:
            if told.status in (0, 429) or told.status >= 500:
                raise OSError(told.words or "no answer")
            raise NotMedia(str((told.data or {}).get("description") or "the file is gone"))
        data = fetch.get(f"{self._api(inbox)}/file/bot{token}/{path}", {"Accept": "*/*"}, most=MOST_FILE, seconds=60)
        return InboundAttachment(str(path).rpartition("/")[2], "application/octet-stream", data)


def _file_part(to: Mapping[str, Any], name: str, content_type: str, data: bytes) -> Part:
    method, field = METHODS.get(content_type.partition("/")[0], DOCUMENT)
    if content_type in ("image/svg+xml", "image/gif") or len(data) > 10 * 1024 * 1024:
        method, field = DOCUMENT
    return Part(method, to, (field, name, data, content_type))


def pieces(text: str, most: int) -> list[str]:
    """The text in pieces of at most so many signs, cut where lines or words end."""
    found, rest = [], text.strip()
    while len(rest) > most:
        cut = max(rest.rfind("\n", 1, most), 0) or max(rest.rfind(" ", 1, most), 0) or most
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*found, rest] if rest else found
