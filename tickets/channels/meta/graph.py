"""What WhatsApp, Messenger and Instagram share: Meta's signature, its greeting, and its Graph API."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from helpdesk.core import fetch
from tickets.channels import calls
from tickets.channels.base import NotMedia, ProviderRequest
from tickets.envelopes import InboundAttachment, SendResult
from tickets.models import Inbox

API = "https://graph.facebook.com"
# Versions live for two years; `api_version` of an inbox moves it on without a release of ours.
VERSION = "v24.0"
SIGNED_BY = "x-hub-signature-256"
MOST_FILE = 100 * 1024 * 1024
# How long a large file may take.
SECONDS = 120
# Answers that say no more than that the moment is bad.
PASSING = frozenset((0, 408, 425, 429))


def signed(request: ProviderRequest, secrets: Mapping[str, str]) -> bool:
    """Whether the bytes carry the app's signature: HMAC-SHA256 with the app's secret, over them as they came."""
    told = (request.headers or {}).get(SIGNED_BY, "").removeprefix("sha256=").lower()
    return any(calls.same(told, _signature(secret, request.body)) for secret in calls.valid(secrets))


def _signature(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def greeted(request: ProviderRequest, secrets: Mapping[str, str]) -> str | None:
    """The challenge, for whoever knows the word that was typed beside our address (hub.verify_token)."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
    words = calls.valid(secrets, "verify_token") or calls.valid(secrets)
    told = asked.get("hub.verify_token", "")
    if asked.get("hub.mode") != "subscribe" or not any(calls.same(told, word) for word in words):
        return None
    return asked.get("hub.challenge", "")[:200]


def read_body(body: bytes) -> dict[str, Any]:
    """The request's JSON. Raises ValueError for what Meta would never send."""
    told = json.loads(body)
    if isinstance(told, list) and len(told) == 1:
        told = told[0]
    if not isinstance(told, dict):
        raise ValueError("a notification is an object")
    return told


def rows(found: Any) -> list[dict[str, Any]]:
    """What stands in a list, or alone where a list is usual; all else is nothing."""
    many = found if isinstance(found, list) else [found] if isinstance(found, dict) and found else []
    return [one for one in many if isinstance(one, dict)]


def part(row: Any, *names: str) -> dict[str, Any]:
    """The object that lies that deep; {} when there is none."""
    for name in names:
        row = row.get(name) if isinstance(row, dict) else None
    return row if isinstance(row, dict) else {}


def moment(told: Any) -> datetime | None:
    """A time as Meta writes it: seconds or milliseconds, as a number or in digits, or ISO 8601."""
    text = str(told if told is not None else "").strip()
    try:
        if text.isascii() and text.isdigit():
            number = int(text)
            return (
                datetime.fromtimestamp(number / 1000 if number > 2**33 else number, UTC) if 0 < number < 2**43 else None
            )
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except (ValueError, OverflowError):
        return None


def stamp(*told: Any) -> str:
    """An id for what the provider gave none: the same for the same bytes."""
    text = json.dumps(told, sort_keys=True, ensure_ascii=True)
    return "hash:" + hashlib.sha256(text.encode()).hexdigest()[:32]


def root(inbox: Inbox, api: str = API) -> str:
    """Where this inbox's API stands, with its version."""
    host = str(inbox.settings.get("api_url") or api).rstrip("/")
    return f"{host}/{inbox.settings.get('api_version') or VERSION}"


def bearer(token: str) -> dict[str, str]:
    """How the Graph API is signed in to."""
    return {"Authorization": f"Bearer {token}"}


def no_token(what: str = "the inbox has no access token") -> SendResult:
    """Nothing can be sent before somebody connects the inbox."""
    return SendResult(ok=False, error=f"sign-in refused: {what}", cause="sign_in")


def pages(url: str, headers: Mapping[str, str], params: Mapping[str, Any], most: int = 50) -> Iterator[calls.Reply]:
    """The pages of a list of the Graph API, until the last one or one that fails."""
    after = ""
    for _ in range(most):
        reply = calls.call("GET", url, headers=dict(headers), params=dict(params) | ({"after": after} if after else {}))
        yield reply
        data = reply.data if isinstance(reply.data, dict) else {}
        after = str(part(data, "paging", "cursors").get("after") or "") if part(data, "paging").get("next") else ""
        if not reply.ok or not after:
            return


def download(url: str, own: Mapping[str, str] | None = None, name: str = "") -> InboundAttachment:
    """A file at an address that the provider named."""
    data = fetch.get(url, {"Accept": "*/*"} | dict(own or {}), most=MOST_FILE, seconds=SECONDS)
    return InboundAttachment(name or _last(url), "", data)


def _last(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2][:100] or "file"


def gone(reply: calls.Reply, words: str) -> Exception:
    """What a refusal to give a file means: to be asked again, or never."""
    if reply.status in PASSING or reply.status >= 500:
        return OSError(words or "no answer")
    return NotMedia(words or "the file is gone")
