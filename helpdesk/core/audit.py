"""The audit: entries in the transaction of their cause, sealed into a hash chain by one worker after commit."""

import hashlib
import json
from typing import Any, Protocol

from django.db import connection, transaction

from helpdesk.core import clock, failpoints, rows
from helpdesk.core.models import AuditEntry, AuditSeal

SEAL_LOCK = 0x5EA1


class By(Protocol):
    """Whoever acted, told in one word such as `user:7` or `system`."""

    @property
    def label(self) -> str: ...


def record(by: By | None, verb: str, subject: str, facts: dict[str, Any] | None = None) -> None:
    """Writes one entry: who (`by`), did what (`verb`), to what (`subject`, e.g. `ticket:42`), with which facts."""
    actor = by.label if by else "nobody"
    rows.add(AuditEntry(at=clock.now(), actor=actor, verb=verb, subject=subject, facts=facts or {}))


def link(previous: bytes, entry: AuditEntry) -> bytes:
    """The next hash of the chain: SHA-256 over the previous hash and the entry in canonical JSON."""
    body = [entry.pk, entry.at.isoformat(), entry.actor, entry.verb, entry.subject, entry.facts]
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous + text.encode()).digest()


@transaction.atomic
def seal(limit: int = 1000) -> int:
    """Seals entries that are not sealed yet, in order; one worker at a time. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEAL_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    last = AuditSeal.objects.order_by("-number").first()
    number, previous = (last.number, bytes(last.hash)) if last else (0, b"")
    entries = list(AuditEntry.objects.filter(seal__isnull=True).order_by("id")[:limit])
    seals = []
    for entry in entries:
        number, previous = number + 1, link(previous, entry)
        seals.append(AuditSeal(number=number, entry=entry, hash=previous))
    AuditSeal.objects.bulk_create(seals)
    if seals:
        failpoints.reach("audit.sealed")
    return len(seals)


def first_broken() -> int | None:
    """The number of the first link that does not hold, or None when the whole chain does."""
    previous, expected = b"", 1
    for link_row in AuditSeal.objects.select_related("entry").order_by("number").iterator(chunk_size=2000):
        previous = link(previous, link_row.entry)
        if link_row.number != expected or bytes(link_row.hash) != previous:
            return expected
        expected += 1
    return None
