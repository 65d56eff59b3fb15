"""LINE's Messaging API (developers.line.biz)."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from helpdesk.core import fetch
from tickets.actions.inboxes import secrets_of
from tickets.channels import calls
from tickets.channels.base import NothingForUs, NotMedia, ProviderRequest, Unreadable
from tickets.channels.hooks import packed
from tickets.channels.line import read
from tickets.channels.telegram.adapter import pieces
from tickets.envelopes import InboundAttachment, SendResult
from tickets.happenings import Happening, Nothing, OutFile, Outgoing
from tickets.models import Inbox

MOST_TEXT = 5000
MOST_FILE = 50 * 1024 * 1024
# What tells one try to deliver an event from another, and nothing of the event.
OF_THE_TRY = ("deliveryContext", "replyToken")


@dataclass(frozen=True)
class Part:
    """One push: to whom, and one message."""

    to: str
    message: Mapping[str, Any]


class Line:
    """A Messaging API channel. The secret is the channel secret, the token its channel access token."""

    api = "https://api.line.me"
    data_api = "https://api-data.line.me"

    def genuine(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox, urls: Sequence[str]) -> bool:
        """`x-line-signature`: HMAC-SHA256 of the body, in base64."""
        told = (request.headers or {}).get("x-line-signature", "")
        right = [hmac.new(secret.encode(), request.body, hashlib.sha256).digest() for secret in calls.valid(secrets)]
        return any(calls.same(told, base64.b64encode(one).decode()) for one in right)

    def hello(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox) -> str | None:
        """LINE tries the address by a POST without events."""
        return None

    def split(self, request: ProviderRequest, settings: Mapping[str, Any]) -> list[bytes]:
        """Its events, those of a bot that stands by left out."""
        told = json.loads(request.body)
        found, why = [], "no events"
        for event in told["events"]:
            try:
                if event.get("mode") == read.STANDBY:
                    raise Nothing("standby")
                read.event(event)
            except Nothing as reason:
                why = str(reason)
                continue
            found.append(packed({name: value for name, value in event.items() if name not in OF_THE_TRY}))
        if not found:
            raise NothingForUs(why)
        return found

    def parse(self, data: bytes, received_at: datetime) -> Happening:
        """One event."""
        try:
            return read.event(json.loads(data))
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise Unreadable(str(fault)) from fault

    def parts(self, message: Outgoing) -> Sequence[Part]:
        """The words in pieces, then each file: pictures, films and sounds by themselves, all else as a link."""
        said = [{"type": "text", "text": piece} for piece in pieces(message.text, MOST_TEXT)]
        return [Part(message.to, one) for one in [*said, *map(_file, message.files)]]

    def send(self, inbox: Inbox, part: Part, key: str) -> SendResult:
        """A push. LINE knows our key for a day: the same one twice is one message (409 names it)."""
        head = self._head(inbox) | {"X-Line-Retry-Key": str(uuid.uuid5(uuid.NAMESPACE_URL, key))}
        body = {"to": part.to, "messages": [dict(part.message)]}
        reply = calls.call("POST", f"{self._at(inbox)}/v2/bot/message/push", json=body, headers=head)
        data = reply.data if isinstance(reply.data, dict) else {}
        if reply.ok or reply.status == 409:
            return SendResult(ok=True, ids=tuple(str(one["id"]) for one in data.get("sentMessages") or []))
        words = str(data.get("message") or reply.words)
        if reply.status == 429 and "monthly limit" in words.lower():
            return SendResult(ok=False, error=words, permanent=True, cause="content", status_code="429")
        return calls.refused(reply, words)

    def connect(self, inbox: Inbox, address: str) -> SendResult:
        """Tells LINE our address, which also proves the token."""
        where = f"{self._at(inbox)}/v2/bot/channel/webhook/endpoint"
        reply = calls.call("PUT", where, json={"endpoint": address}, headers=self._head(inbox))
        return SendResult(ok=True) if reply.ok else calls.refused(reply)

    def profile(self, inbox: Inbox, address: str) -> str:
        """What they call themselves; "" when LINE does not say."""
        reply = calls.call("GET", f"{self._at(inbox)}/v2/bot/profile/{address}", headers=self._head(inbox))
        return str(reply.data.get("displayName") or "") if reply.ok and isinstance(reply.data, dict) else ""

    def fetch(self, inbox: Inbox, place: Mapping[str, Any]) -> InboundAttachment:
        """A file out of LINE's store, or from where its sender keeps it."""
        head = {"Accept": "*/*"}
        if "url" in place:
            return InboundAttachment("", "", fetch.get(str(place["url"]), head, most=MOST_FILE, seconds=60))
        at = str(inbox.settings.get("api_url") or self.data_api).rstrip("/")
        address = f"{at}/v2/bot/message/{place['id']}/content"
        try:
            data = fetch.get(address, head | self._head(inbox), most=MOST_FILE, seconds=60)
        except fetch.Unfetched as fault:
            if fault.status in (404, 410):
                raise NotMedia("LINE no longer has the file") from fault
            raise
        return InboundAttachment("", "", data)

    def _at(self, inbox: Inbox) -> str:
        return str(inbox.settings.get("api_url") or self.api).rstrip("/")

    def _head(self, inbox: Inbox) -> dict[str, str]:
        return {"Authorization": f"Bearer {secrets_of(inbox).get('token', '')}"}


def _file(one: OutFile) -> dict[str, Any]:
    main = one.content_type.partition("/")[0]
    if main == "image" and one.content_type in ("image/jpeg", "image/png"):
        return {"type": "image", "originalContentUrl": one.url, "previewImageUrl": one.url}
    return {"type": "text", "text": f"{one.name}\n{one.url}"}
