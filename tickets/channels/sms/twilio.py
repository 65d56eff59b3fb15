"""Twilio's Programmable Messaging (twilio.com/docs/messaging): SMS, MMS, and WhatsApp or RCS through it."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from helpdesk.core import fetch
from tickets.actions.inboxes import secrets_of
from tickets.actions.voiceboxes import address_of
from tickets.channels import calls
from tickets.channels.base import NothingForUs, ProviderRequest
from tickets.channels.sms import wire
from tickets.envelopes import SendResult
from tickets.happenings import Far, Fate, Happening, Nothing, Said
from tickets.models import Inbox

API = "https://api.twilio.com"
STATES = {"sent": "sent", "delivered": "delivered", "read": "read"}
LOST = frozenset(("failed", "undelivered", "canceled"))
UNDER_WAY = frozenset(("accepted", "scheduled", "queued", "sending"))
IN = frozenset(("", "received", "receiving"))
# Error codes (twilio.com/docs/api/errors) by whose trouble they are.
CAUSES = {
    **dict.fromkeys((21610,), "stopped"),
    **dict.fromkeys((63016,), "window"),
    **dict.fromkeys((21211, 21214, 21217, 21612, 21614, 30003, 30005, 30006, 63003, 63024), "recipient"),
    **dict.fromkeys((20003, 20005, 20404, 21606, 21659, 30002, 63007), "sign_in"),
    **dict.fromkeys((20429, 14107, 30001, 30022, 63018), "server"),
}
WORDS = {
    "21610": "the recipient has written STOP",
    "30003": "the telephone is off or out of reach",
    "30004": "the number or its network blocks the message",
    "30005": "the number does not exist",
    "30006": "a landline, or a network that takes no messages",
    "30007": "the network has filtered the message out",
    "30008": "the network gives no reason",
    "63016": "outside of the window only a template may be sent",
}
# What Twilio's own opt-out says of a message, and confirms by itself.
OPTS = {"STOP": "stopped", "START": "started"}
TYPES = frozenset(("", "text", "image", "video", "audio", "document", "location", "button", "interactive", "sticker"))


def genuine(request: ProviderRequest, secrets: Mapping[str, str], urls: Sequence[str]) -> bool:
    """HMAC-SHA1 over the address and the sorted fields, or the digest of a JSON body in the address."""
    given = (request.headers or {}).get("x-twilio-signature", "")
    tokens = [secret.encode() for secret in calls.valid(secrets)]
    said = _signed_fields(request)
    if said is None:
        return False
    tries = [signature(token, url, said) for token in tokens for one in urls for url in _spellings(one)]
    return any(calls.same(given, right) for right in tries)


def signature(token: bytes, url: str, said: str) -> str:
    """What Twilio writes into X-Twilio-Signature."""
    return base64.b64encode(hmac.new(token, (url + said).encode(), hashlib.sha1).digest()).decode()


def _signed_fields(request: ProviderRequest) -> str | None:
    """The fields as they are signed; None when a body's digest is not the one in the address."""
    digest = wire.query(request).get("bodySHA256")
    if digest is not None:
        right = hashlib.sha256(request.body).hexdigest()
        return "" if calls.same(digest.lower(), right) else None
    try:
        return "".join(name + value for name, value in sorted(set(wire.pairs(request))))
    except ValueError:
        return None


def _spellings(url: str) -> list[str]:
    """The address with its port written and without: Twilio's proxies are not of one mind."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname or ""
    return list(dict.fromkeys([url, *(urlunsplit(parts._replace(netloc=one)) for one in (host, f"{host}:{port}"))]))


def events(request: ProviderRequest) -> list[dict[str, Any]]:
    """A request is one message, or one piece of news about one."""
    told = wire.fields(request)
    status = _status(told)
    if status in UNDER_WAY:
        raise NothingForUs(status)
    if not _id(told):
        raise ValueError("a message without MessageSid")
    return [told]


def _id(told: Mapping[str, Any]) -> str:
    return str(told.get("MessageSid") or told.get("SmsSid") or told.get("SmsMessageSid") or "")


def _status(told: Mapping[str, Any]) -> str:
    return str(told.get("MessageStatus") or told.get("SmsStatus") or "").lower()


def read(told: Mapping[str, Any], region: str) -> Happening:
    """One event."""
    status = _status(told)
    if status in STATES or status in LOST:
        return _fate(told, status)
    if status not in IN:
        raise Nothing(status)
    files = tuple(_files(told))
    text = wire.words(told.get("Body") or told.get("ButtonText") or told.get("ListTitle"))
    sender = _from(str(told["From"]), region)
    kind = str(told.get("MessageType") or "").lower()
    said = Said(
        id=_id(told),
        sender=sender,
        sender_name=wire.words(told.get("ProfileName")).strip() or wire.shown(sender),
        text="\n".join(part for part in (text, _place(told)) if part),
        files=files,
        answers=str(told.get("OriginalRepliedMessageSid") or ""),
        about=wire.words(told.get("ReferralHeadline") or told.get("ReferralSourceUrl")),
        unsupported=kind if kind not in TYPES and not (text or files) else "",
    )
    opts = OPTS.get(str(told.get("OptOutType") or "").upper(), "")
    return wire.heard(said, own_words=":" not in sender, kind=opts)


def _from(address: str, region: str) -> str:
    """A number, or somebody of another network by Twilio's spelling (`whatsapp:+98…`), to whom it is written back."""
    return address if ":" in address else wire.number(address, region)


def _fate(told: Mapping[str, Any], status: str) -> Fate:
    code = str(told.get("ErrorCode") or "")
    if status in STATES:
        return Fate(STATES[status], of=_id(told), code=code)
    words = wire.words(told.get("ErrorMessage") or told.get("ChannelStatusMessage")) or WORDS.get(code, status)
    cause = CAUSES.get(int(code), "") if code.isascii() and code.isdigit() else ""
    return Fate("failed", of=_id(told), words=f"{cause}: {words}" if cause else words, code=code)


def _files(told: Mapping[str, Any]) -> list[Far]:
    found = []
    number = 0
    while told.get(f"MediaUrl{number}"):
        found.append(wire.far(str(told[f"MediaUrl{number}"]), str(told.get(f"MediaContentType{number}") or "")))
        number += 1
    if told.get("Latitude") and told.get("Longitude"):
        found.append(Far("location", name=f"{told['Latitude']},{told['Longitude']}"))
    return found


def _place(told: Mapping[str, Any]) -> str:
    if not (told.get("Latitude") and told.get("Longitude")):
        return ""
    said = ", ".join(wire.words(told[name]) for name in ("Label", "Address") if told.get(name))
    where = f"https://www.openstreetmap.org/?mlat={told['Latitude']}&mlon={told['Longitude']}"
    return f"{said}\n{where}" if said else where


def send(inbox: Inbox, part: wire.Text, key: str) -> SendResult:
    """Twilio knows no key of ours: a call whose answer was lost may be heard twice."""
    data: dict[str, Any] = {"To": part.to, "Body": part.text, **_sender(inbox, part.to)}
    if part.media:
        data["MediaUrl"] = list(part.media)
    if address_of(inbox).startswith("https://"):
        data["StatusCallback"] = address_of(inbox)
    reply = _call("POST", inbox, "/Messages.json", data=data)
    if reply.ok:
        return SendResult(ok=True, ids=(str((reply.data or {}).get("sid") or ""),))
    return _refused(reply)


def _sender(inbox: Inbox, to: str) -> dict[str, str]:
    if inbox.address.startswith("MG"):
        return {"MessagingServiceSid": inbox.address}
    network = to.rpartition(":")[0]
    bare = inbox.address.rpartition(":")[2]
    return {"From": f"{network}:{bare}" if network else bare}


def _refused(reply: calls.Reply) -> SendResult:
    data = reply.data if isinstance(reply.data, dict) else {}
    code = data.get("code") if isinstance(data.get("code"), int) else 0
    words = str(data.get("message") or reply.words)
    return calls.refused(reply, words, code=str(code or ""), cause=CAUSES.get(code or 0, ""))


def _call(method: str, inbox: Inbox, path: str, **given: Any) -> calls.Reply:
    account = str(inbox.settings.get("account") or "")
    where = str(inbox.settings.get("api_url") or API).rstrip("/")
    return calls.call(method, f"{where}/2010-04-01/Accounts/{account}{path}", auth=_auth(inbox), **given)


def _auth(inbox: Inbox) -> tuple[str, str]:
    """The account and its token; or an API key, written as key:secret."""
    kept = secrets_of(inbox)
    token = kept.get("token") or kept.get("secret") or ""
    name, colon, rest = token.partition(":")
    return (name, rest) if colon else (str(inbox.settings.get("account") or ""), token)


def connect(inbox: Inbox, address: str) -> SendResult:
    """Asks whether the account knows us and has the number; the number is told our address."""
    if inbox.address.startswith("MG") or not address.startswith("https://"):
        reply = _call("GET", inbox, ".json")
        return SendResult(ok=True) if reply.ok else _refused(reply)
    reply = _call("GET", inbox, "/IncomingPhoneNumbers.json", params={"PhoneNumber": inbox.address})
    if not reply.ok:
        return _refused(reply)
    rows = (reply.data or {}).get("incoming_phone_numbers") or []
    if not rows:
        return SendResult(ok=False, error="the account has no such number", permanent=True, cause="content")
    reply = _call("POST", inbox, f"/IncomingPhoneNumbers/{rows[0]['sid']}.json", data={"SmsUrl": address})
    return SendResult(ok=True) if reply.ok else _refused(reply)


def media(inbox: Inbox, url: str) -> bytes:
    """Accounts may ask for the password at their media; it is shown to Twilio alone."""
    own = urlsplit(str(inbox.settings.get("api_url") or API)).netloc
    host = urlsplit(url).netloc
    if host != own and not host.endswith(".twilio.com"):
        return fetch.get(url, {"Accept": "*/*"}, most=wire.MOST_FILE, seconds=60)
    word = wire.encoded(":".join(_auth(inbox)))
    try:
        return fetch.get(url, {"Accept": "*/*", "Authorization": f"Basic {word}"}, most=wire.MOST_FILE, seconds=60)
    except fetch.Unfetched as fault:
        if fault.status not in (400, 401, 403):
            raise
        return fetch.get(url, {"Accept": "*/*"}, most=wire.MOST_FILE, seconds=60)
