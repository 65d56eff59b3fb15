"""Bandwidth's Messaging API v2 (dev.bandwidth.com/docs/messaging). Its calls to us carry a password of ours."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from helpdesk.core import fetch
from tickets.actions.inboxes import secrets_of
from tickets.channels import calls
from tickets.channels.base import NothingForUs, ProviderRequest
from tickets.channels.sms import wire
from tickets.envelopes import SendResult
from tickets.happenings import Fate, Happening, Said
from tickets.models import Inbox

API = "https://messaging.bandwidth.com"
STATES = {"message-sent": "sent", "message-delivered": "delivered", "message-read": "read", "message-failed": "failed"}
# Error codes (dev.bandwidth.com/docs/messaging/errors) that say more than that it failed.
CAUSES = {
    **dict.fromkeys((4302, 4303, 4432, 4433, 4720, 4721, 5106), "recipient"),
    **dict.fromkeys((4431, 4434, 4795), "stopped"),
}


def genuine(request: ProviderRequest, secrets: Mapping[str, str], urls: Sequence[str]) -> bool:
    """The password that was entered beside our address."""
    return wire.vouched(request, secrets)


def events(request: ProviderRequest) -> list[dict[str, Any]]:
    """A request is a list of events; a message by itself is read, too."""
    told = json.loads(request.body)
    rows = told if isinstance(told, list) else [told]
    found = [row for row in map(_event, rows) if row is not None]
    if not found:
        raise NothingForUs(", ".join(str(row.get("type")) for row in rows) or "nothing")
    return found


def _event(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """One that we read, in one form; None for other news. Raises ValueError for what Bandwidth would never send."""
    kind = str(row.get("type") or ("message-received" if row.get("direction", "in") == "in" else ""))
    if kind not in STATES and kind != "message-received":
        return None
    message = row.get("message", row)
    if not message.get("id") or (kind == "message-received" and not message.get("from")):
        raise ValueError("a message without its id or sender")
    about = {name: row[name] for name in ("errorCode", "description") if name in row}
    return about | {"type": kind, "message": message}


def read(told: Mapping[str, Any], region: str) -> Happening:
    """One event."""
    message, kind = told["message"], told["type"]
    if kind in STATES:
        return _fate(told, message, STATES[kind])
    urls = [str(url) for url in message.get("media") or [] if not _is_layout(str(url))]
    sender = wire.number(str(message["from"]), region)
    return wire.heard(
        Said(
            id=str(message["id"]),
            sender=sender,
            sender_name=wire.shown(sender),
            text=wire.words(message.get("text")),
            at=_time(message.get("time")),
            files=tuple(wire.far(url) for url in urls),
            subject=wire.words(message.get("subject")),
        )
    )


def _is_layout(url: str) -> bool:
    """How telephones arrange the pictures of a message; nothing for people."""
    return urlsplit(url).path.lower().endswith(".smil")


def _fate(told: Mapping[str, Any], message: Mapping[str, Any], state: str) -> Fate:
    code = str(told.get("errorCode") or "")
    words = wire.words(told.get("description")) if state == "failed" else ""
    cause = CAUSES.get(int(code), "") if state == "failed" and code.isascii() and code.isdigit() else ""
    return Fate(state, of=str(message["id"]), words=f"{cause}: {words}" if cause else words, code=code)


def _time(typed: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(typed).replace("Z", "+00:00")) if typed else None
    except ValueError:
        return None


def send(inbox: Inbox, part: wire.Text, key: str) -> SendResult:
    """Bandwidth gives `tag` back with the news, but sends the same one twice: it knows no key of ours."""
    account, _, application = str(inbox.settings.get("account") or "").partition("/")
    body: dict[str, Any] = {"from": inbox.address, "to": [part.to], "text": part.text, "tag": key}
    body |= {"applicationId": application} | ({"media": list(part.media)} if part.media else {})
    reply = _call("POST", inbox, f"/api/v2/users/{account}/messages", json=body)
    if reply.ok:
        return SendResult(ok=True, ids=(str((reply.data or {}).get("id") or ""),))
    return _refused(reply)


def _refused(reply: calls.Reply) -> SendResult:
    data = reply.data if isinstance(reply.data, dict) else {}
    faults = [str(one.get("description") or "") for one in data.get("fieldErrors") or [] if isinstance(one, dict)]
    words = "; ".join([str(data.get("description") or reply.words), *faults])
    return calls.refused(reply, words, cause="sign_in" if reply.status == 403 else "")


def _call(method: str, inbox: Inbox, path: str, **given: Any) -> calls.Reply:
    where = str(inbox.settings.get("api_url") or API).rstrip("/")
    return calls.call(method, where + path, headers=_headers(inbox), **given)


def _headers(inbox: Inbox) -> dict[str, str]:
    """A user and password (user:password), or a token of OAuth."""
    token = secrets_of(inbox).get("token", "")
    return {"Authorization": f"Basic {wire.encoded(token)}" if ":" in token else f"Bearer {token}"}


def connect(inbox: Inbox, address: str) -> SendResult:
    """Asks for the account's media, which only somebody of the account may see."""
    account = str(inbox.settings.get("account") or "").partition("/")[0]
    reply = _call("GET", inbox, f"/api/v2/users/{account}/media")
    return SendResult(ok=True) if reply.ok else _refused(reply)


def media(inbox: Inbox, url: str) -> bytes:
    """Its media ask for the account's password, which is shown to Bandwidth alone."""
    mine = urlsplit(url).netloc == urlsplit(str(inbox.settings.get("api_url") or API)).netloc
    headers = {"Accept": "*/*"} | (_headers(inbox) if mine else {})
    return fetch.get(url, headers, most=wire.MOST_FILE, seconds=60)
