"""Reply tokens: proof that a mail answers what we sent to one person.

They stand in the plus part of our address and carry a participant's number with its signature: 96 bits of
HMAC-SHA256 (RFC 2104) in base 32. A token proves only that its holder had our mail: the rules still check that the
sender is the person it was given to. Our Message-IDs need no signature: their 128 random bits reach one reader.
"""

import base64
import hashlib
import hmac
import re
import secrets
from functools import lru_cache

from django.conf import settings

SIGNATURE_BYTES = 12
TOKEN = re.compile(r"([rb])([0-9a-z]{1,13})-([a-z2-7]{20})\Z")
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
REPLY, BOUNCE = "r", "b"


def reply_address(inbox_address: str, participant_id: int) -> str:
    """The address under which this participant answers: `local+token@domain`."""
    local, _, domain = inbox_address.rpartition("@")
    return f"{local}+{_make(REPLY, participant_id)}@{domain}"


def read_reply_address(address: str) -> int | None:
    """The participant whose token this address carries, or None when it carries none or a forged one."""
    local, _, _ = address.strip().lower().rpartition("@")
    return _read(REPLY, local.rpartition("+")[2])


def bounce_address(inbox_address: str, delivery_id: int) -> str:
    """Where the bounces of this copy come back to (variable envelope return path)."""
    local, _, domain = inbox_address.rpartition("@")
    return f"{local}+{_make(BOUNCE, delivery_id)}@{domain}"


def read_bounce_address(address: str) -> int | None:
    """The copy that bounced to this address, or None."""
    local, _, _ = address.strip().lower().rpartition("@")
    return _read(BOUNCE, local.rpartition("+")[2])


def header_id(domain: str) -> str:
    """A fresh Message-ID of ours, with its angle brackets."""
    return f"<hd.{secrets.token_hex(16)}@{domain}>"


def base_address(address: str) -> str:
    """Our inbox's own address behind one that carries a token; others come back unchanged."""
    local, _, domain = address.rpartition("@")
    plain, plus, token = local.rpartition("+")
    return f"{plain}@{domain}" if plus and TOKEN.match(token.lower()) else address


def _make(kind: str, number: int) -> str:
    if number <= 0:
        raise ValueError("a token needs the number of a saved row")
    return f"{kind}{_base36(number)}-{_signature(kind, number)}"


def _read(kind: str, token: str) -> int | None:
    hit = TOKEN.match(token)
    if not hit or hit[1] != kind:
        return None
    number = int(hit[2], 36)
    good = hmac.compare_digest(_signature(kind, number), hit[3]) and _base36(number) == hit[2]
    return number if good and number < 2**63 else None


def _signature(kind: str, number: int) -> str:
    mac = hmac.new(_key(settings.SECRET_KEY), f"{kind}:{number}".encode(), hashlib.sha256).digest()
    return base64.b32encode(mac[:SIGNATURE_BYTES]).decode().lower().rstrip("=")


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"reply tokens of the e-mail channel", hashlib.sha256).digest()


def _base36(number: int) -> str:
    out = ""
    while number:
        number, digit = divmod(number, 36)
        out = DIGITS[digit] + out
    return out
