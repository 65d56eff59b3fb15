"""How far an inbox has been fetched, and how fetching fares. The server's own UIDs count; flags and dates never do."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from django.db import DatabaseError, connection

from helpdesk.core import clock
from tickets.actions import oauthtokens
from tickets.models import Inbox, SeenMail
from tickets.rules.mailtrouble import cause_of

LOCK_SPACE = 0x1AB0


@contextmanager
def alone(inbox: Inbox) -> Iterator[bool]:
    """True while this process is the only one that fetches the inbox; False when another is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, inbox.pk])
        row = cursor.fetchone()
    mine = bool(row and row[0])
    try:
        yield mine
    finally:
        # A connection that has broken took its lock with it.
        if mine:
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, inbox.pk])


def position(inbox: Inbox, uid_validity: int) -> int:
    """The last UID taken in; 0 when the server has renumbered the folder, so that all of it is looked at again."""
    kept = Inbox.objects.values_list("uid_validity", "last_uid").get(pk=inbox.pk)
    return kept[1] if kept[0] == uid_validity else 0


def fetched(inbox: Inbox, uid_validity: int, uid: int) -> None:
    """Everything up to `uid` is durably ours."""
    Inbox.objects.filter(pk=inbox.pk).update(uid_validity=uid_validity, last_uid=uid)


def seen(inbox: Inbox) -> set[str]:
    """The names of the mails on its POP3 server that are ours already."""
    return set(SeenMail.objects.filter(inbox=inbox).values_list("uid", flat=True))


def note_seen(inbox: Inbox, names: Iterable[str]) -> None:
    """These mails are durably ours, or are to be left alone."""
    rows = [SeenMail(inbox=inbox, uid=name) for name in dict.fromkeys(names)]
    SeenMail.objects.bulk_create(rows, ignore_conflicts=True, batch_size=5000)


def forget_unlisted(inbox: Inbox, names: Iterable[str]) -> None:
    """These mails are no longer on the server, so that we need not remember them."""
    gone = sorted(names)
    for at in range(0, len(gone), 5000):
        SeenMail.objects.filter(inbox=inbox, uid__in=gone[at : at + 5000]).delete()


def silent_since(inbox: Inbox) -> datetime:
    """Since when no fetch has come to its end."""
    kept = Inbox.objects.values_list("last_success_at", "created_at").get(pk=inbox.pk)
    return kept[0] or kept[1]


def fetch_ok(inbox: Inbox) -> None:
    """The heartbeat: the server answered all that we asked."""
    Inbox.objects.filter(pk=inbox.pk).update(last_success_at=clock.now(), last_error="")


def fetch_failed(inbox: Inbox, why: str) -> None:
    """Keeps the reason for the settings page; the heartbeat stays old. A broken connection is first made anew."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    if inbox.settings.get("oauth") and cause_of(why) == "password":
        oauthtokens.spoil(inbox)
    Inbox.objects.filter(pk=inbox.pk).update(last_error=why.replace("\x00", "")[:300])
