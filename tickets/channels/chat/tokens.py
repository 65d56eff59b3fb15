"""What a visitor's page holds as proof of itself: signed by us, opaque to the page, never in an address or a cookie.

A token carries the session's name (`uid`), its `epoch`, the `device` and what was said of the visitor, for nothing
is kept of them before their first message. Signed with HMAC-SHA256 (RFC 2104) over the widget's key and the rest; good
for thirty days.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings

from tickets.rules.sitters import Sitter

LASTS = timedelta(days=30)
LONGEST = 8_000
SKEW = timedelta(minutes=5)


def new_uid() -> str:
    """A name for a session: 128 bits of chance."""
    return secrets.token_urlsafe(16)


def mint(key: str, sitter: Sitter, now: datetime) -> str:
    """The token of this visitor at the widget with this key."""
    words = {name: value for name, value in asdict(sitter).items() if value}
    body = _pack(json.dumps([int(now.timestamp()), words], separators=(",", ":"), ensure_ascii=False).encode())
    return f"v1.{body}.{_sign(key, body)}"


def read(key: str, token: str, now: datetime) -> Sitter | None:
    """The visitor whose token this is; None for one that is forged, too old, or another widget's."""
    version, _, rest = token.partition(".")
    body, _, signature = rest.partition(".")
    if version != "v1" or len(token) > LONGEST or not token.isascii():
        return None
    if not hmac.compare_digest(_sign(key, body), signature):
        return None
    issued, words = json.loads(_unpack(body))
    age = now.timestamp() - issued
    return Sitter(**words) if -SKEW.total_seconds() <= age <= LASTS.total_seconds() else None


def chat_id(pk: int) -> str:
    """How a page names a conversation; worth nothing without its visitor's token."""
    return f"{pk:x}-{_sign('chat', str(pk))[:16]}"


def read_chat_id(name: str) -> int | None:
    """The conversation's key; None for a name that we did not give."""
    number, _, signature = name.partition("-")
    if not 0 < len(number) <= 15 or not name.isascii() or not all(one in "0123456789abcdef" for one in number):
        return None
    pk = int(number, 16)
    good = hmac.compare_digest(_sign("chat", str(pk))[:16], signature) and f"{pk:x}" == number
    return pk if good else None


def file_name(token: str, uid: str, now: datetime) -> str:
    """The address's part of a file: good for an hour, while this visitor's session (`uid`) lasts."""
    until = int((now + timedelta(hours=1)).timestamp())
    body = _pack(json.dumps([token, uid, until]).encode())
    return f"{body}.{_sign('file', body)}"


def read_file_name(name: str, now: datetime) -> tuple[str, str] | None:
    """The stored file's token and the session it was given to; None once the hour is over."""
    body, _, signature = name.partition(".")
    if len(name) > LONGEST or not name.isascii() or not hmac.compare_digest(_sign("file", body), signature):
        return None
    token, uid, until = json.loads(_unpack(body))
    return (token, uid) if now.timestamp() <= until else None


def _sign(key: str, body: str) -> str:
    mac = hmac.new(_secret(settings.SECRET_KEY), f"{key}:{body}".encode(), hashlib.sha256).digest()
    return _pack(mac[:24])


@lru_cache(maxsize=4)
def _secret(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"visitors of the chat channel", hashlib.sha256).digest()


def _pack(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unpack(text: str) -> Any:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):  # pragma: no cover - only what we signed comes here
        return b"null"
