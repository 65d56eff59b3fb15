"""Many customers at once: found by what they were named by, made when unknown, in a few statements for all of them.

Everybody who is found stays locked against merging until the transaction ends, always in the order of their keys.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from customers.rules.happenings import Who
from customers.rules.identity import BadHandle, Handle, clean
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from helpdesk.core.models import AuditEntry
from helpdesk.core.search import indexed

LOCK_SQL = """
SELECT id, merged_into_id FROM customers_customer WHERE id = ANY(%s::bigint[]) AND erased_at IS NULL ORDER BY id
  FOR KEY SHARE
"""
FIND_SQL = """
SELECT i.kind, i.value, i.id, i.customer_id FROM customers_identity i
JOIN unnest(%s::text[], %s::text[]) AS asked(kind, value) ON asked.kind = i.kind AND asked.value = i.value
"""
MAKE_SQL = """
INSERT INTO customers_customer (id, name, language, tags, search, created_at, updated_at, version)
SELECT r.id, '', '', '{}', setweight(to_tsvector('simple', r.words), 'B'), %(now)s, %(now)s, 1
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(id bigint, words text)
"""
# In one order for everybody, so that two who make the same strangers at once wait for each other in turn.
TIE_SQL = """
INSERT INTO customers_identity (customer_id, kind, value, display, how, created_at)
SELECT r.id, r.kind, r.value, '', %(how)s, %(now)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(id bigint, kind text, value text)
ORDER BY r.kind COLLATE "C", r.value COLLATE "C"
ON CONFLICT (kind, value) DO NOTHING RETURNING customer_id
"""
IDS_SQL = "SELECT nextval(pg_get_serial_sequence('customers_customer', 'id')) FROM generate_series(1, %s)"


@dataclass(frozen=True)
class Known:
    """Who somebody is: the customer, and the identity that they were named by (None: by our own id)."""

    customer: int
    came_by: int | None = None


def cleaned(who: Who) -> Who | None:
    """The same, as it is stored; None when it cannot be anybody's."""
    if who.kind == "id":
        return who if who.value.isascii() and who.value.isdigit() and len(who.value) < 19 else None
    try:
        handle = clean(Handle(who.kind, who.value))
    except BadHandle:
        return None
    return Who(handle.kind, handle.value)


def recognise(whom: Collection[Who], how: str) -> dict[Who, Known]:
    """Who each of `whom` (cleaned) is by now; handles that nobody has become customers. Unknown ids are left out."""
    handles = {who for who in whom if who.kind != "id"}
    found = _found(handles)
    for _again in range(3):
        missing = handles - found.keys()
        if not missing:
            break
        _make(sorted(missing, key=lambda who: (who.kind, who.value)), how)
        found |= _found(missing)
    found |= {who: Known(int(who.value)) for who in whom if who.kind == "id"}
    now = present(known.customer for known in found.values())
    return {who: Known(now[known.customer], known.came_by) for who, known in found.items() if known.customer in now}


def _found(handles: Collection[Who]) -> dict[Who, Known]:
    asked = sorted(handles, key=lambda who: (who.kind, who.value))
    with connection.cursor() as cursor:
        cursor.execute(FIND_SQL, [[who.kind for who in asked], [who.value for who in asked]])
        return {Who(kind, value): Known(customer, key) for kind, value, key, customer in cursor.fetchall()}


def present(customers: Iterable[int]) -> dict[int, int]:
    """Who these customers are by now, over any number of merges, all locked; those who do not exist are left out."""
    now = {key: key for key in customers}
    while True:
        with connection.cursor() as cursor:
            cursor.execute(LOCK_SQL, [sorted(set(now.values()))])
            rows = dict(cursor.fetchall())
        if not any(rows.values()):
            return {key: at for key, at in now.items() if at in rows}
        now = {key: rows.get(at) or at for key, at in now.items()}


def _make(strangers: list[Who], how: str) -> None:
    """Customers for handles that nobody has. Whose handle somebody else makes meanwhile is not made."""
    with connection.cursor() as cursor:
        cursor.execute(IDS_SQL, [len(strangers)])
        ids = [row[0] for row in cursor.fetchall()]
        rows = [
            {"id": key, "kind": who.kind, "value": who.value, "words": indexed(who.value)}
            for key, who in zip(ids, strangers, strict=True)
        ]
        given: dict[str, Any] = {"rows": json.dumps(rows), "now": clock.now(), "how": how[:16]}
        cursor.execute(MAKE_SQL, given)
        cursor.execute(TIE_SQL, given)
        made = {row[0] for row in cursor.fetchall()}
        if late := [key for key in ids if key not in made]:
            cursor.execute("DELETE FROM customers_customer WHERE id = ANY(%s::bigint[])", [late])
    entries = [
        AuditEntry(at=clock.now(), actor=SYSTEM.label, verb="customer.created", subject=f"customer:{key}", facts={})
        for key in sorted(made)
    ]
    AuditEntry.objects.bulk_create(entries)
