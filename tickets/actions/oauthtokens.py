"""The tokens by which we read a mailbox, sealed with the inbox's other secrets. One process at a time renews them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction

from helpdesk.core import clock
from helpdesk.core import secrets as sealed
from tickets.actions.inboxes import secrets_of
from tickets.models import Inbox

LOCK_SPACE = 0x0A07
# A token that ends so soon is renewed before it is used.
EARLY = timedelta(minutes=2)


@dataclass(frozen=True)
class Tokens:
    """What an issuer gave. `refresh` "": the old one stays."""

    access: str
    refresh: str
    expires_at: datetime


@contextmanager
def renewing(inbox: Inbox) -> Iterator[None]:
    """Only one process at a time is inside for this inbox; a lock of the session, since no row may be held over
    the network."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_SPACE, inbox.pk])
    try:
        yield
    finally:
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, inbox.pk])


def usable(inbox: Inbox) -> str:
    """The access token if it still lasts, else ""."""
    hidden = secrets_of(inbox)
    ends = hidden.get("oauth_expires_at", "")
    return hidden.get("oauth_access", "") if ends and datetime.fromisoformat(ends) > clock.now() + EARLY else ""


def fields(tokens: Tokens) -> dict[str, str]:
    """The tokens as secrets of an inbox."""
    given = {"oauth_access": tokens.access, "oauth_expires_at": tokens.expires_at.isoformat()}
    return given | ({"oauth_refresh": tokens.refresh} if tokens.refresh else {})


@transaction.atomic
def keep(inbox: Inbox, tokens: Tokens) -> None:
    """Keeps renewed tokens; the inbox in hand has them too."""
    _write(inbox, fields(tokens))


@transaction.atomic
def spoil(inbox: Inbox) -> None:
    """The server refused the access token: the next use asks the issuer."""
    _write(inbox, {"oauth_access": "", "oauth_expires_at": ""})


def _write(inbox: Inbox, given: dict[str, str]) -> None:
    row = Inbox.objects.select_for_update().get(pk=inbox.pk)
    inbox.secret_box = row.secret_box = sealed.seal(json.dumps(secrets_of(row) | given))
    row.save(update_fields=["secret_box"])
