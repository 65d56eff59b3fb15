"""Standard Webhooks 1.0 (standardwebhooks.com): how a message is signed, believed, and tried again. Pure.

A secret is `whsec_` and its bytes in base64; any other text is taken as it is. While one is rotated both sign, with a
space between, so that whoever checks needs to know only one of them.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)
# Seconds until the next try, by how often in a row it has failed.
SCHEDULE = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
# So many failures in a row, and nothing is sent until the wait is over; so many, and the address is given up.
TRIPS, GIVES_UP = 4, 40


def key(secret: str) -> bytes:
    """The bytes that sign."""
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()


def sign(secret: str, ident: str, at: str, body: bytes) -> str:
    """One signature: `v1,…`."""
    mac = hmac.new(key(secret), f"{ident}.{at}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(mac.digest()).decode()}"


def headers(secrets: Iterable[str], ident: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message, signed with every secret that counts now."""
    moment = str(int(at.timestamp()))
    signed = " ".join(sign(secret, ident, moment, body) for secret in secrets)
    return {"webhook-id": ident, "webhook-timestamp": moment, "webhook-signature": signed}


def genuine(given: Mapping[str, str], body: bytes, secrets: Iterable[str], now: datetime) -> bool:
    """Whether somebody who has one of the secrets sent these bytes within the last five minutes.

    The names of `given` are in lower case. Without a secret nothing is genuine.
    """
    ident, at, told = (given.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not ident or not (at.isascii() and at.isdigit() and len(at) < 12):
        return False
    if abs(now.timestamp() - int(at)) > TOLERANCE.total_seconds():
        return False
    right = [sign(secret, ident, at, body).encode() for secret in secrets if secret]
    return any(hmac.compare_digest(one.encode(), own) for one in told.split() for own in right)


def wait(failures: int, jitter: float = 0.5) -> timedelta:
    """How long to wait after so many failures in a row; `jitter` (0 to 1) spreads it a tenth either way."""
    seconds = SCHEDULE[min(max(failures, 1), len(SCHEDULE)) - 1]
    return timedelta(seconds=seconds * (0.9 + 0.2 * jitter))
