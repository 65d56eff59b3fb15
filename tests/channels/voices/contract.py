"""One row for each kind of voice: how its provider tells and signs things. test_contract.py holds all to one contract.

A new channel adds its row here; without one its tests fail.
"""

import base64
import dataclasses
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from helpdesk import wiring
from helpdesk.core import clock
from helpdesk.core.rules import webhooks
from tests.support.standin import Answered, Asked
from tickets.actions.inboxes import secrets_of
from tickets.channels.sms.twilio import signature
from tickets.models import Inbox

SECRET = base64.b64encode(b"a secret of this test, 32 bytes.").decode()
Told = Any
HOST = "http://testserver"


@dataclass(frozen=True)
class Signed:
    """What is posted: the bytes, their type, the headers, and what the address says besides."""

    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""


@dataclass(frozen=True)
class Row:
    """`said(ident, text, who)`, `edited(of, text)`, `deleted(of)`, `unknown(ident)`, `pictured(ident, url)` make what a
    provider tells; None where it knows no such thing. `sign(inbox, secret, told)` makes the request. `who` is a number
    by which the row makes up somebody. `lost` is what a revoked token is answered; `sent` an answer to a call.
    """

    kind: str
    said: Callable[[str, str, int], Told]
    sign: Callable[[Inbox, str, Told], Signed]
    unknown: Callable[[str], Told] | None = None
    edited: Callable[[str, str], Told] | None = None
    deleted: Callable[[str], Told] | None = None
    pictured: Callable[[str, str], Told] | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    sent: Callable[[Asked, int], Answered] = lambda asked, number: Answered(data={"id": f"out-{number}"})
    lost: Answered = field(default_factory=lambda: Answered(401, {"error": {"code": 190, "message": "expired"}}))


def _now() -> int:
    return int(clock.now().timestamp())


def _json(told: Told) -> bytes:
    return json.dumps(told).encode()


# Telegram
def _tg_user(who: int) -> dict[str, Any]:
    return {"id": 4000 + who, "is_bot": False, "first_name": f"Person {who}"}


def _tg(ident: str, who: int = 1, **more: Any) -> Told:
    number = int(ident)
    row = {"message_id": number, "from": _tg_user(who), "chat": {**_tg_user(who), "type": "private"}}
    return {"update_id": 9000 + number, "message": row | {"date": _now()} | more}


def _tg_edit(of: str, text: str) -> Told:
    return {"update_id": 9900, "edited_message": _tg(of, text=text)["message"]}


TELEGRAM = Row(
    "telegram",
    said=lambda ident, text, who: _tg(ident, who, text=text),
    sign=lambda inbox, secret, told: Signed(_json(told), headers={"X-Telegram-Bot-Api-Secret-Token": secret}),
    unknown=lambda ident: _tg(ident, hologram={"depth": 3}),
    edited=_tg_edit,
    pictured=lambda ident, url: _tg(ident, photo=[{"file_id": "gone", "width": 9, "height": 9}]),
    sent=lambda asked, number: Answered(data={"ok": True, "result": {"message_id": number, "chat": {"id": 4001}}}),
    lost=Answered(401, {"ok": False, "description": "Unauthorized"}),
)


# Meta
def _hub(inbox: Inbox, secret: str, told: Told) -> Signed:
    mac = hmac.new(secret.encode(), _json(told), hashlib.sha256).hexdigest()
    return Signed(_json(told), headers={"X-Hub-Signature-256": f"sha256={mac}"})


def _wa(ident: str, who: int = 1, **row: Any) -> Told:
    number = f"98912000{who:04}"
    said = {"from": number, "id": f"wamid.{ident}", "timestamp": str(_now()), **row}
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "1065"}, "messages": [said]}
    value["contacts"] = [{"profile": {"name": f"Person {who}"}, "wa_id": number}]
    return {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]}


def _wa_edit(of: str, text: str) -> Told:
    now = {"original_message_id": f"wamid.{of}", "message": {"type": "text", "text": {"body": text}}}
    return _wa(f"{of}-edit", type="edit", edit=now)


WHATSAPP = Row(
    "whatsapp",
    said=lambda ident, text, who: _wa(ident, who, type="text", text={"body": text}),
    sign=_hub,
    unknown=lambda ident: _wa(ident, type="hologram", hologram={}),
    edited=_wa_edit,
    deleted=lambda of: _wa(f"{of}-gone", type="revoke", revoke={"original_message_id": f"wamid.{of}"}),
    pictured=lambda ident, url: _wa(ident, type="image", image={"id": "gone", "mime_type": "image/jpeg"}),
    settings={"phone_id": "1065", "account_id": "1022"},
    sent=lambda asked, number: Answered(data={"messages": [{"id": f"wamid.out{number}"}]}),
)


def _page(ident: str, who: int = 1, **message: Any) -> Told:
    at = _now() * 1000
    row = {"sender": {"id": f"7{who}"}, "recipient": {"id": "1"}, "timestamp": at}
    return {
        "object": "page",
        "entry": [{"id": "1", "messaging": [row | {"message": {"mid": f"m_{ident}", **message}}]}],
    }


def _page_edit(of: str, text: str) -> Told:
    row = {"sender": {"id": "71"}, "recipient": {"id": "1"}, "timestamp": _now() * 1000}
    edit = {"mid": f"m_{of}", "text": text, "num_edit": 1}
    return {"object": "page", "entry": [{"id": "1", "messaging": [row | {"message_edit": edit}]}]}


def _page_picture(ident: str, url: str) -> Told:
    return _page(ident, attachments=[{"type": "image", "payload": {"url": f"{url}/gone.jpg"}}])


def _social(kind: str) -> Row:
    return Row(
        kind,
        said=lambda ident, text, who: _page(ident, who, text=text),
        sign=_hub,
        unknown=lambda ident: _page(ident, attachments=[{"type": "hologram", "payload": {}}]),
        edited=_page_edit,
        deleted=lambda of: _page(of, is_deleted=True),
        pictured=_page_picture,
        settings={"page_id": "1"},
        sent=lambda asked, number: Answered(data={"recipient_id": "71", "message_id": f"m_out{number}"}),
    )


# Text messages
def _number(who: int) -> str:
    return f"+98912000{who:04}"


def _form(inbox: Inbox, secret: str, told: Told) -> Signed:
    where = f"{HOST}/hooks/sms/{inbox.key}/"
    said = "".join(name + value for name, value in sorted(told.items()))
    headers = {"X-Twilio-Signature": signature(secret.encode(), where, said)}
    return Signed(urlencode(told).encode(), "application/x-www-form-urlencoded", headers)


def _twilio(ident: str, who: int = 1, **more: str) -> Told:
    return {"MessageSid": f"SM{ident}", "From": _number(who), "To": "+982191000000", "Body": "", **more}


TWILIO = Row(
    "sms",
    said=lambda ident, text, who: _twilio(ident, who, Body=text),
    sign=_form,
    unknown=lambda ident: _twilio(ident, MessageType="hologram"),
    pictured=lambda ident, url: _twilio(ident, MediaUrl0=f"{url}/gone.jpg", MediaContentType0="image/jpeg"),
    settings={"provider": "twilio", "account": "AC1", "address": "+982191000000"},
    sent=lambda asked, number: Answered(201, {"sid": f"SMout{number}"}),
    lost=Answered(401, {"code": 20003, "message": "Authenticate"}),
)


def _basic(inbox: Inbox, secret: str, told: Told) -> Signed:
    word = base64.b64encode(f"desk:{secret}".encode()).decode()
    return Signed(_json(told), headers={"Authorization": f"Basic {word}"})


def _bandwidth(ident: str, who: int = 1, **more: Any) -> Told:
    message = {"id": f"b{ident}", "direction": "in", "from": _number(who), "to": ["+15550001"], "text": "", **more}
    return [{"type": "message-received", "time": "2026-01-01T10:00:00Z", "message": message}]


BANDWIDTH = Row(
    "sms",
    said=lambda ident, text, who: _bandwidth(ident, who, text=text),
    sign=_basic,
    pictured=lambda ident, url: _bandwidth(ident, media=[f"{url}/a.smil", f"{url}/gone.jpg"]),
    settings={"provider": "bandwidth", "account": "1/app", "address": "+15550001"},
    sent=lambda asked, number: Answered(202, {"id": f"bout{number}"}),
    lost=Answered(401, {"type": "unauthorized", "description": "Authentication Failed"}),
)


def _in_address(inbox: Inbox, secret: str, told: Told) -> Signed:
    return Signed(urlencode(told).encode(), "application/x-www-form-urlencoded", query=urlencode({"secret": secret}))


def _kavenegar_sent(asked: Asked, number: int) -> Answered:
    return Answered(data={"return": {"status": 200, "message": "تایید شد"}, "entries": [{"messageid": number}]})


KAVENEGAR = Row(
    "sms",
    said=lambda ident, text, who: {"messageid": ident, "from": f"0912000{who:04}", "to": "1000", "message": text},
    sign=_in_address,
    settings={"provider": "kavenegar", "address": "1000"},
    sent=_kavenegar_sent,
    lost=Answered(403, {"return": {"status": 403, "message": "کد شناسایی نامعتبر"}}),
)
HTTP = Row(
    "sms",
    said=lambda ident, text, who: {"id": ident, "from": _number(who), "text": text},
    sign=_basic,
    pictured=lambda ident, url: {"id": ident, "from": _number(1), "media": [f"{url}/gone.jpg"]},
    settings={"provider": "http", "address": "1000"},
)


# A channel of one's own
def _own(inbox: Inbox, secret: str, told: Told) -> Signed:
    signed = webhooks.headers([secret] if secret else ["none"], "evt-1", clock.now(), _json(told))
    return Signed(_json(told), headers=signed)


def _created(ident: str, who: int = 1, kind: str = "created", **more: Any) -> Told:
    return {
        "type": f"message.{kind}",
        "data": {"id": ident, "from": {"id": f"u{who}", "name": f"Person {who}"}, **more},
    }


GENERIC = Row(
    "generic",
    said=lambda ident, text, who: _created(ident, who, text=text),
    sign=_own,
    unknown=lambda ident: _created(ident, kind="hologram"),
    edited=lambda of, text: {"type": "message.edited", "data": {"id": f"{of}-e", "of": of, "text": text}},
    deleted=lambda of: {"type": "message.deleted", "data": {"id": f"{of}-d", "of": of}},
    pictured=lambda ident, url: _created(ident, files=[{"url": f"{url}/gone.jpg", "type": "image/jpeg"}]),
    lost=Answered(401, {}),
)


# Messengers of Iran, and Viber and LINE
def _worded(inbox: Inbox, secret: str, told: Told) -> Signed:
    return Signed(_json(told), query=urlencode({"secret": secret}))


BALE = dataclasses.replace(TELEGRAM, kind="bale", sign=_worded)


def _rubika(ident: str, who: int = 1, kind: str = "NewMessage", **more: Any) -> Told:
    message = {"message_id": ident, "sender_type": "User", "sender_id": f"u{who}", "time": str(_now()), **more}
    name = "updated_message" if kind == "UpdatedMessage" else "new_message"
    return {"update": {"type": kind, "chat_id": f"b{who}", name: message}}


RUBIKA = Row(
    "rubika",
    said=lambda ident, text, who: _rubika(ident, who, text=text),
    sign=_worded,
    unknown=lambda ident: _rubika(ident, hologram={}),
    edited=lambda of, text: _rubika(of, kind="UpdatedMessage", text=text),
    deleted=lambda of: {"update": {"type": "RemovedMessage", "chat_id": "b1", "removed_message_id": of}},
    pictured=lambda ident, url: _rubika(ident, file={"file_id": "gone", "file_name": "a.jpg", "file_type": "Image"}),
    sent=lambda asked, number: Answered(data={"status": "OK", "data": {"message_id": str(number)}}),
    lost=Answered(200, {"status": "INVALID_AUTH"}),
)


def _by_viber(inbox: Inbox, secret: str, told: Told) -> Signed:
    mac = hmac.new(secret.encode(), _json(told), hashlib.sha256).hexdigest()
    return Signed(_json(told), headers={"X-Viber-Content-Signature": mac})


def _viber(ident: str, who: int = 1, **message: Any) -> Told:
    sender = {"id": f"v{who}", "name": f"Person {who}"}
    return {
        "event": "message",
        "message_token": ident,
        "timestamp": _now() * 1000,
        "sender": sender,
        "message": message,
    }


VIBER = Row(
    "viber",
    said=lambda ident, text, who: _viber(ident, who, type="text", text=text),
    sign=_by_viber,
    unknown=lambda ident: _viber(ident, type="hologram"),
    pictured=lambda ident, url: _viber(ident, type="picture", media=f"{url}/gone.jpg"),
    sent=lambda asked, number: Answered(data={"status": 0, "message_token": number}),
    lost=Answered(200, {"status": 2, "status_message": "invalidAuthToken"}),
)


def _by_line(inbox: Inbox, secret: str, told: Told) -> Signed:
    mac = hmac.new(secret.encode(), _json(told), hashlib.sha256).digest()
    return Signed(_json(told), headers={"X-Line-Signature": base64.b64encode(mac).decode()})


def _line(kind: str, who: int = 1, **more: Any) -> Told:
    source = {"type": "user", "userId": f"U{who}"}
    row = {"type": kind, "mode": "active", "timestamp": _now() * 1000, "source": source, **more}
    return {"destination": "Ubot", "events": [row]}


LINE = Row(
    "line",
    said=lambda ident, text, who: _line("message", who, message={"id": ident, "type": "text", "text": text}),
    sign=_by_line,
    unknown=lambda ident: _line("message", message={"id": ident, "type": "hologram"}),
    deleted=lambda of: _line("unsend", unsend={"messageId": of}),
    pictured=lambda ident, url: _line(
        "message", message={"id": ident, "type": "image", "contentProvider": {"type": "line"}}
    ),
    sent=lambda asked, number: Answered(data={"sentMessages": [{"id": str(number)}]}),
    lost=Answered(401, {"message": "Authentication failed"}),
)

ALL: dict[str, Row] = {
    "telegram": TELEGRAM,
    "whatsapp": WHATSAPP,
    "messenger": _social("messenger"),
    "instagram": _social("instagram"),
    "sms by Twilio": TWILIO,
    "sms by Bandwidth": BANDWIDTH,
    "sms by Kavenegar": KAVENEGAR,
    "sms by HTTP": HTTP,
    "generic": GENERIC,
    "bale": BALE,
    "rubika": RUBIKA,
    "viber": VIBER,
    "line": LINE,
}
ROWS = {name: row for name, row in ALL.items() if row.kind in wiring.CHANNELS}


def signed(row: Row, inbox: Inbox, told: Told, secret: str | None = None) -> Signed:
    """The request as the provider would send it; with another secret, as a forger would."""
    return row.sign(inbox, secrets_of(inbox).get("secret", "") if secret is None else secret, told)
