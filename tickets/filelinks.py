"""Signed addresses of our own files, for networks that fetch what we send by themselves. Good for a day."""

from django.conf import settings
from django.core import signing

SALT = "files that go out"
DAY = 86_400


def address(attachment_id: int) -> str:
    """Where a network may fetch this file for a day."""
    return f"{settings.PUBLIC_URL}/f/{signing.dumps(attachment_id, salt=SALT)}/"


def read(token: str) -> int | None:
    """The attachment that an address names; None when we did not make it, or it is older than a day."""
    try:
        found = signing.loads(token, salt=SALT, max_age=DAY)
    except signing.BadSignature:
        return None
    return found if isinstance(found, int) else None
