"""Signed reply tokens: proof that a message answers something we gave to one participant.

The token sits in the plus part of our reply address: `support+<seat>-<mac>@example.com`, where seat is the
participant's id in base 36 and mac the first 80 bits of HMAC-SHA256 (RFC 2104) in base 32.
"""

import base64
import hashlib
import hmac
import re
import secrets

from django.conf import settings

TOKEN = re.compile(r"\+([0-9a-z]{1,13})-([a-z2-7]{16})@", re.IGNORECASE)
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _base36(number: int) -> str:
    out = ""
    while number:
        number, rest = divmod(number, 36)
        out = DIGITS[rest] + out
    return out or "0"


def _mac(seat: str) -> str:
    key = hashlib.sha256(b"helpdesk.reply:" + settings.SECRET_KEY.encode()).digest()
    return base64.b32encode(hmac.digest(key, seat.encode(), "sha256")[:10]).decode().lower()


def reply_address(inbox_address: str, participant_id: int) -> str:
    """The address that proves an answer to come from this participant's mail."""
    local, _, domain = inbox_address.rpartition("@")
    seat = _base36(participant_id)
    return f"{local}+{seat}-{_mac(seat)}@{domain}"


def read_reply_address(address: str) -> int | None:
    """The participant's id, or None when there is no token or its signature is wrong."""
    found = TOKEN.search(address[:400])
    if not found:
        return None
    seat, mac = found[1].lower(), found[2].lower()
    return int(seat, 36) if hmac.compare_digest(mac, _mac(seat)) else None


def header_id(domain: str) -> str:
    """A fresh Message-ID of ours; its 128 random bits are the proof, for only its recipient ever sees it."""
    return f"<hd.{secrets.token_hex(16)}@{domain}>"
