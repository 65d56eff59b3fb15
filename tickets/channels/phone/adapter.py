"""The generic push of telephone exchanges: newCall, answer and hangup, as forms or JSON (interfaces.md).

The address holds the key; where a secret is given beside it (`X-Phone-Secret` or HTTP Basic), it must agree.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from helpdesk.core import fetch
from tickets.channels import calls as web
from tickets.channels import formdata as form
from tickets.channels.base import NothingForUs, NotMedia, ProviderRequest, Unreadable
from tickets.channels.hooks import packed
from tickets.channels.phone import bridge
from tickets.envelopes import InboundAttachment, SendResult
from tickets.happenings import CallNews, Happening, Outgoing
from tickets.models import Inbox
from tickets.rules import calls
from tickets.rules.calls import Fact

EVENTS = {"newcall": calls.RING, "answer": calls.ANSWER, "hangup": calls.HANGUP}
HEARD = (
    *("kind", "direction", "number", "our_number", "queue", "answered_by", "cause"),
    *("wait_seconds", "hold_seconds", "held", "recording"),
)
MOST_FILE = 50 * 1024 * 1024
SENT = (
    *("event", "from", "to", "direction", "callId", "user", "queue", "answeringNumber", "cause"),
    *("recordingUrl", "transcript", "waitSeconds", "holdSeconds"),
)


class Phone:
    """An exchange that pushes."""

    def genuine(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox, urls: Sequence[str]) -> bool:
        """The unguessable address is the proof; a secret, once there is one, must come along."""
        wanted = web.valid(secrets)
        told = _told(request.headers or {})
        known_by_key = f"/{inbox.key}/" in request.path
        return any(web.same(told, one) for one in wanted) if wanted else known_by_key

    def hello(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox) -> str | None:
        """Exchanges do not ask."""
        return None

    def split(self, request: ProviderRequest, settings: Mapping[str, Any]) -> list[bytes]:
        """A request is one event."""
        fields = _fields(request)
        if str(fields.get("event", "")).lower() not in EVENTS:
            raise NothingForUs(f"event {str(fields.get('event', ''))[:40]!r}")
        if not fields.get("callId"):
            raise ValueError("callId is missing")
        return [packed({name: fields[name] for name in SENT if name in fields})]

    def parse(self, data: bytes, received_at: datetime) -> Happening:
        """One event; its time is when it came, since the push names none."""
        row = json.loads(data)
        try:
            if "bridge" in row:
                return _heard(row["bridge"], datetime.fromisoformat(row["at"]))
            return CallNews(str(row["callId"]), _fact(row, received_at))
        except (KeyError, TypeError, ValueError) as fault:
            raise Unreadable(str(fault)) from fault

    def parts(self, message: Outgoing) -> Sequence[Any]:
        """Nothing is written by telephone."""
        raise ValueError("a telephone takes no written answer")

    def send(self, inbox: Inbox, part: Any, key: str) -> SendResult:
        """Never reached: parts() refuses."""
        return SendResult(ok=False, error="a telephone takes no written answer", permanent=True)

    def connect(self, inbox: Inbox, address: str) -> SendResult:
        """Asks the Asterisk, where one is named; any other exchange tells us and cannot be asked."""
        return bridge.try_out(inbox) if inbox.settings.get("ami_host") else SendResult(ok=True)

    def fetch(self, inbox: Inbox, place: Mapping[str, Any]) -> InboundAttachment:
        """A recording, from where the exchange keeps it, or out of the folder that the inbox names."""
        if "path" in place:
            return _of_folder(str(inbox.settings.get("recordings") or ""), str(place["path"]))
        data = fetch.get(str(place["url"]), {"Accept": "audio/*,*/*"}, most=MOST_FILE, seconds=60)
        return _recording(data)


def _recording(data: bytes) -> InboundAttachment:
    if data[:4] == b"RIFF":
        return InboundAttachment("recording.wav", "audio/wav", data)
    if data[:4] == b"OggS":
        return InboundAttachment("recording.ogg", "audio/ogg", data)
    return InboundAttachment("recording.mp3", "audio/mpeg", data)


def _of_folder(folder: str, path: str) -> InboundAttachment:
    """A file that the exchange wrote beside us; it must lie in the folder that the admin named, and be finished."""
    if not folder:
        raise NotMedia("no folder for recordings is named on the inbox's page")
    root = Path(folder).resolve()
    found = (root / Path(path).name if Path(path).is_absolute() else root / path).resolve()
    if not found.is_relative_to(root):
        raise NotMedia("outside of the folder for recordings")
    if found.stat().st_size > MOST_FILE:
        raise NotMedia("too big")
    return _recording(found.read_bytes())


def _told(headers: Mapping[str, str]) -> str:
    kind, _space, word = headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            return base64.b64decode(word, validate=True).decode().partition(":")[2]
        except ValueError:
            return ""
    return headers.get("x-phone-secret", "")


def _fields(request: ProviderRequest) -> dict[str, Any]:
    """The event's fields, from JSON or a form; `user[]` may come several times."""
    if "json" in request.content_type or request.body.lstrip()[:1] == b"{":
        told = json.loads(request.body)
        if not isinstance(told, dict):
            raise ValueError("an event is an object")
    else:
        told = {name: found if name.startswith("user") else found[-1] for name, found in form.fields(request).items()}
    users = told.pop("user[]", None) or told.get("user") or []
    return told | {"user": [str(one) for one in (users if isinstance(users, list) else [users])]}


def _fact(row: Mapping[str, Any], at: datetime) -> Fact:
    out = str(row.get("direction") or "").lower() in ("out", "outbound", "outgoing")
    here, there = str(row.get("from") or ""), str(row.get("to") or "")
    return Fact(
        kind=EVENTS[str(row["event"]).lower()],
        at=at,
        direction=("out" if out else "in") if row.get("direction") or here or there else "",
        number=there if out else here,
        our_number=here if out else there,
        queue=str(row.get("queue") or ""),
        users=tuple(row.get("user") or ()),
        answered_by=str(row.get("answeringNumber") or ""),
        cause=str(row.get("cause") or ""),
        wait_seconds=_seconds(row.get("waitSeconds")),
        hold_seconds=_seconds(row.get("holdSeconds")),
        recording=str(row.get("recordingUrl") or ""),
        transcript=str(row.get("transcript") or ""),
    )


def _heard(row: Mapping[str, Any], at: datetime) -> CallNews:
    """What the bridge to an exchange kept (bridge.py)."""
    told = {name: row[name] for name in HEARD if name in row}
    return CallNews(str(row["call"]), Fact(at=at, users=tuple(row.get("users") or ()), **told))


def _seconds(given: Any) -> int | None:
    text = str(given if given is not None else "").strip().partition(".")[0]
    return min(int(text), 86_400) if text.isascii() and text.isdigit() else None
