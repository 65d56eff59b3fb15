"""Kavenegar (kavenegar.com/rest.html). It signs nothing: the secret stands in the address that is entered there."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tickets.actions.inboxes import secrets_of
from tickets.channels import calls
from tickets.channels.base import NothingForUs, NotMedia, ProviderRequest
from tickets.channels.sms import wire
from tickets.envelopes import SendResult
from tickets.happenings import Fate, Happening, Said
from tickets.models import Inbox

API = "https://api.kavenegar.com"
REGION = "IR"
# The states of a message: what became of it, with our words for those that failed.
STATES = {4: "sent", 5: "sent", 6: "failed", 10: "delivered", 11: "failed", 13: "failed", 14: "failed"}
UNDER_WAY = frozenset((1, 2))
WORDS = {
    6: "the line could not send it",
    11: "it did not reach the telephone",
    13: "it was cancelled",
    14: "stopped: the recipient takes no messages from this line",
}
# What `return.status` means; all others are about this message.
LOCKED = frozenset((401, 403, 407, 412, 416, 418, 426, 428, 501))
LATER = frozenset((402, 409))
RECIPIENT = frozenset((411,))


def genuine(request: ProviderRequest, secrets: Mapping[str, str], urls: Sequence[str]) -> bool:
    """The secret in the address."""
    return wire.vouched(request, secrets)


def events(request: ProviderRequest) -> list[dict[str, Any]]:
    """A request is one message or one state; a list of them (`entries`) is read, too."""
    told = wire.fields(request)
    rows = told.get("entries") if isinstance(told.get("entries"), list) else [told]
    found = [{str(name).lower(): value for name, value in row.items()} for row in rows or []]
    if any(not _id(row) for row in found):
        raise ValueError("a message without messageid")
    wanted = [row for row in found if not (_is_news(row) and _state(row) not in STATES)]
    if not wanted:
        raise NothingForUs("a state on the way")
    return wanted


def _id(row: Mapping[str, Any]) -> str:
    return str(row.get("messageid") or row.get("id") or "")


def _is_news(row: Mapping[str, Any]) -> bool:
    return "message" not in row and ("status" in row or "statusid" in row)


def _state(row: Mapping[str, Any]) -> int:
    typed = str(row.get("status", row.get("statusid", "")))
    return int(typed) if typed.isascii() and typed.isdigit() else 0


def read(told: Mapping[str, Any], region: str) -> Happening:
    """One event."""
    if _is_news(told):
        state = _state(told)
        return Fate(STATES[state], of=_id(told), words=WORDS.get(state, ""), code=str(state))
    sender = wire.number(str(told.get("from") or told["sender"]), region or REGION)
    seconds = str(told.get("date") or "")
    return wire.heard(
        Said(
            id=_id(told),
            sender=sender,
            sender_name=wire.shown(sender),
            text=wire.words(told["message"]),
            at=datetime.fromtimestamp(int(seconds), UTC) if seconds.isdigit() and len(seconds) == 10 else None,
        )
    )


def send(inbox: Inbox, part: wire.Text, key: str) -> SendResult:
    """`localid` is our key: a repeat is answered with the first one's id and is not sent again."""
    mark = int(hashlib.sha256(key.encode()).hexdigest()[:15], 16) % 10**15
    data = {"receptor": _receptor(part.to), "message": part.with_links, "localid": str(mark)}
    reply = _call(inbox, "sms/send", data | ({"sender": inbox.address} if inbox.address else {}))
    told = reply.data if isinstance(reply.data, dict) else {}
    if reply.ok and _status(told) in (0, 200):
        return SendResult(ok=True, ids=tuple(str(one.get("messageid") or "") for one in told.get("entries") or []))
    return _refused(reply, told)


def _receptor(number: str) -> str:
    """As it is dialled in Iran."""
    return f"0{number[3:]}" if number.startswith("+98") else number.replace("+", "00", 1)


def _status(data: Mapping[str, Any]) -> int:
    told = data.get("return")
    return int(told.get("status") or 0) if isinstance(told, dict) else 0


def _refused(reply: calls.Reply, data: Mapping[str, Any]) -> SendResult:
    status = _status(data) or reply.status
    told = data.get("return")
    words = str(told.get("message") or "") if isinstance(told, dict) else reply.words
    if status in LATER:
        return SendResult(ok=False, error=words, cause="server", status_code=str(status))
    if status in LOCKED:
        return SendResult(ok=False, error=f"sign-in refused: {words}", cause="sign_in", status_code=str(status))
    if reply.status and 200 < status < 500 and status not in calls.AGAIN:
        cause = "recipient" if status in RECIPIENT else "content"
        return SendResult(ok=False, error=words, permanent=True, cause=cause, status_code=str(status))
    return calls.refused(reply, words)


def _call(inbox: Inbox, method: str, data: Mapping[str, Any]) -> calls.Reply:
    """The key stands in the address, of which no word is ever told on."""
    where = str(inbox.settings.get("api_url") or API).rstrip("/")
    key = secrets_of(inbox).get("token", "")
    if not key:
        return calls.Reply(401, words="the inbox has no API key")
    return calls.call("POST", f"{where}/v1/{key}/{method}.json", data=dict(data))


def connect(inbox: Inbox, address: str) -> SendResult:
    """Asks what the account has."""
    reply = _call(inbox, "account/info", {})
    data = reply.data if isinstance(reply.data, dict) else {}
    return SendResult(ok=True) if reply.ok and _status(data) in (0, 200) else _refused(reply, data)


def media(inbox: Inbox, url: str) -> bytes:
    """Its messages are words alone."""
    raise NotMedia("text messages of this provider have no files")
