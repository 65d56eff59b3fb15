"""Personal links into one request: signed, expiring, and only as good as the seat that they were sent to.

The token names a seat (Participant) and its end; its signature also covers the seat's address, so that a link dies with
the seat, or when the seat moves to another address.
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta

from django.conf import settings

from helpdesk.core import clock
from tickets.models import Participant

LIFE = timedelta(days=14)
TOKEN = re.compile(r"([0-9]{1,18})-([0-9]{10})-([A-Za-z0-9_-]{27})\Z")


def make(seat: Participant) -> str:
    """The token for the holder of this seat, good for two weeks."""
    ends = int((clock.now() + LIFE).timestamp())
    return f"{seat.pk}-{ends}-{_signature(seat, ends)}"


def seat_of(token: str) -> Participant | None:
    """The seat that a token opens, with its ticket; None when it is forged, over, or its seat is gone."""
    hit = TOKEN.match(token)
    if not hit or int(hit[2]) <= clock.now().timestamp():
        return None
    seat = Participant.objects.select_related("ticket__customer", "ticket__inbox").filter(pk=int(hit[1])).first()
    good = seat is not None and hmac.compare_digest(_signature(seat, int(hit[2])), hit[3])
    return seat if good else None


def ended(token: str) -> datetime | None:
    """When a token of this form ended, to tell its holder; None for what is none, or is still good."""
    hit = TOKEN.match(token)
    ends = datetime.fromtimestamp(int(hit[2]), tz=clock.now().tzinfo) if hit else None
    return ends if ends is not None and ends <= clock.now() else None


def resume(seat: Participant, language: str) -> str:
    """The whole address under which this person goes on with their request."""
    return f"{settings.PUBLIC_URL}/{'fa' if language == 'fa' else 'en'}/t/{make(seat)}/"


def _signature(seat: Participant, ends: int) -> str:
    key = hmac.new(str(settings.SECRET_KEY).encode(), b"personal links into one request", hashlib.sha256).digest()
    mac = hmac.new(key, f"{seat.pk}:{seat.address}:{ends}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac[:20]).decode().rstrip("=")
