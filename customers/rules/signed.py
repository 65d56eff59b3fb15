"""Whether a shop's webhook comes from that shop: signatures over the bytes as they came, in constant time. Pure.

Doubt means no: without a secret or a signature nothing is genuine. Shopify and WooCommerce sign the body alone, so that
what protects against a repeat is that each event counts once; the store's own webhook signs its time as well
(Standard Webhooks).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)
HEADERS = {"shopify": "x-shopify-hmac-sha256", "woocommerce": "x-wc-webhook-signature"}


def genuine(kind: str, headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> bool:
    """Whether somebody who has the secret sent these bytes (and, for `store`, within the last five minutes).

    The names of `headers` are in lower case.
    """
    if not secret:
        return False
    if kind == "store":
        return _standard(headers, body, secret, now)
    right = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    return kind in HEADERS and hmac.compare_digest(headers.get(HEADERS[kind], "").encode(), right)


def _standard(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> bool:
    ident, at, given = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not ident or not (at.isascii() and at.isdigit() and len(at) < 12):
        return False
    if abs(now.timestamp() - int(at)) > WINDOW.total_seconds():
        return False
    right = sign(secret, ident, at, body).encode()
    return any(hmac.compare_digest(one.encode(), right) for one in given.split())


def sign(secret: str, ident: str, at: str, body: bytes) -> str:
    """The signature of Standard Webhooks: `v1,…`."""
    mac = hmac.new(_key(secret), f"{ident}.{at}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(mac.digest()).decode()}"


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()
