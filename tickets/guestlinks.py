"""Guest links: one person's way to one ticket, without a sign-in, for thirty days.

A link names the seat it was given to and when it ends, signed: 128 bits of HMAC-SHA256 (RFC 2104) in base 32. The
signature also covers the seat's number of `links`: raising it ends all that were given out before, at once. Taking the
seat away ends them too. Only the seat's own address ever gets one.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

from django.conf import settings

LASTS = timedelta(days=30)
TOKEN = re.compile(r"([0-9a-f]{1,15})-([0-9a-f]{1,8})-([a-z2-7]{26})\Z")


class Seat(Protocol):
    """Whose link it is: a participant."""

    pk: int
    links: int


@dataclass(frozen=True)
class Link:
    """What a true link says: whose seat, and until when it works."""

    seat_id: int
    until: datetime


def make(seat_id: int, now: datetime, links: int = 0) -> str:
    """The token of a link that works from now on for thirty days, unless the seat's number of `links` is raised."""
    ends = int((now + LASTS).timestamp())
    return f"{seat_id:x}-{ends:x}-{_signature(seat_id, ends, links)}"


def seat_of(token: str) -> int | None:
    """The seat that a token speaks of; what it says must still be read with the seat's number of `links`."""
    hit = TOKEN.match(token)
    return int(hit[1], 16) if hit else None


def read(token: str, links: int = 0) -> Link | None:
    """What this token says, be it too old; None for a forged one and for one that was ended."""
    hit = TOKEN.match(token)
    if not hit:
        return None
    seat_id, ends = int(hit[1], 16), int(hit[2], 16)
    spelt = f"{seat_id:x}-{ends:x}-" == token[: token.rindex("-") + 1]
    good = hmac.compare_digest(_signature(seat_id, ends, links), hit[3])
    return Link(seat_id, datetime.fromtimestamp(ends, UTC)) if good and spelt else None


def address(seat: Seat, now: datetime, language: str) -> str:
    """The whole address, to be mailed to the owner of the seat."""
    return f"{settings.PUBLIC_URL}/{'fa' if language == 'fa' else 'en'}/t/{make(seat.pk, now, seat.links)}/"


def _signature(seat_id: int, ends: int, links: int) -> str:
    said = f"{seat_id}:{ends}:{links}" if links else f"{seat_id}:{ends}"
    mac = hmac.new(_key(settings.SECRET_KEY), said.encode(), hashlib.sha256).digest()
    return base64.b32encode(mac[:16]).decode().lower().rstrip("=")


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"guest links of the portal", hashlib.sha256).digest()
