"""Whether a shop's webhook comes from that shop: signatures over the bytes as they came, in constant time. Pure.

Doubt means no: without a secret or a signature nothing is genuine. Shopify and WooCommerce sign the body alone, so that
what protects against a repeat is that each event counts once; the store's own webhook signs its time as well
(Standard Webhooks).
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from helpdesk.core.rules import webhooks

HEADERS = {"shopify": "x-shopify-hmac-sha256", "woocommerce": "x-wc-webhook-signature"}


def genuine(kind: str, headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> bool:
    """Whether somebody who has the secret sent these bytes (and, for `store`, within the last five minutes).

    The names of `headers` are in lower case.
    """
    if not secret:
        return False
    if kind == "store":
        return webhooks.genuine(headers, body, [secret], now)
    right = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    return kind in HEADERS and hmac.compare_digest(headers.get(HEADERS[kind], "").encode(), right)
