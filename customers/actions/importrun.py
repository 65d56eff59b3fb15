"""The rows of a file become customers, some at a time: each batch with its lines and counts in one transaction, so that
it may be killed at any moment and told twice."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from customers.actions import importing
from customers.models import Consent, Customer, CustomerImport, Identity, ImportLine
from customers.purposes import DOUBLE
from customers.queries import contact, tombstones
from customers.queries import imports as queries
from customers.rules import columns, sheets
from customers.rules.identity import Handle
from customers.rules.importing import EMPTY, ERASED, NEW, REFUSED, Verdict, decide, filled
from helpdesk.core import clock
from helpdesk.core.events import emit
from helpdesk.core.models import AuditEntry
from helpdesk.core.search import indexed

State = CustomerImport.State
BATCH, SECONDS, TRIES = 1_000, 20.0, 5
MOST_LINES = 200_000
IDS_SQL = "SELECT nextval(pg_get_serial_sequence('customers_customer', 'id')) FROM generate_series(1, %s)"
MAKE_SQL = """
INSERT INTO customers_customer
  (id, name, language, tone, channel, tags, attributes, search, created_at, updated_at, version)
SELECT r.id, r.name, r.language, r.tone, r.channel, ARRAY(SELECT jsonb_array_elements_text(r.tags)), r.attributes,
  setweight(to_tsvector('simple', r.a), 'A') || setweight(to_tsvector('simple', r.b), 'B'), %(now)s, %(now)s, 1
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(id bigint, name text, language text, tone text, channel text,
  tags jsonb, attributes jsonb, a text, b text)
"""
CHANGE_SQL = """
UPDATE customers_customer c SET name = r.name, language = r.language, tone = r.tone, channel = r.channel,
  tags = ARRAY(SELECT jsonb_array_elements_text(r.tags)), attributes = r.attributes,
  search = setweight(to_tsvector('simple', r.a), 'A') || setweight(to_tsvector('simple', r.b), 'B'),
  updated_at = %(now)s, version = c.version + 1
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(id bigint, name text, language text, tone text, channel text,
  tags jsonb, attributes jsonb, a text, b text)
WHERE c.id = r.id
"""
TIE_SQL = """
INSERT INTO customers_identity (customer_id, kind, value, display, how, created_at)
SELECT r.id, r.kind, r.value, '', 'import', %(now)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(id bigint, kind text, value text)
ORDER BY r.kind COLLATE "C", r.value COLLATE "C"
ON CONFLICT (kind, value) DO NOTHING
"""
KEEP_SQL = """
UPDATE customers_importline l SET is_refused = true, why = r.why
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(line int, why jsonb) WHERE l.of_id = %(of)s AND l.line = r.line
"""


class _Raced(Exception):
    """Somebody took a handle between our look and our writing: looked at again."""


@dataclass
class _Self:
    """A customer as this batch leaves them."""

    facts: dict[str, Any]
    is_new: bool
    handles: list[Handle] = field(default_factory=list)
    fresh: list[Handle] = field(default_factory=list)
    allowed: dict[str, bool] = field(default_factory=dict)
    consents: dict[str, bool] = field(default_factory=dict)
    is_changed: bool = False


def run(payload: dict[str, Any]) -> None:
    """customers.import: reads the file, then its lines for as long as one job may take, and rings for the rest."""
    ends = time.monotonic() + SECONDS
    _read(payload["import"])
    while time.monotonic() < ends:
        if not step(payload["import"]):
            return
    with transaction.atomic():
        emit("customers.import", {"import": payload["import"]})


@transaction.atomic
def _read(pk: int) -> None:
    """Every line of the file into a row, and the file away; all or nothing."""
    row = CustomerImport.objects.select_for_update(skip_locked=True).filter(pk=pk, state=State.READING).first()
    if row is None:
        return
    try:
        with transaction.atomic():
            row.lines = _copy(row)
            row.state = State.RUNNING
    except (sheets.Unreadable, FileNotFoundError) as error:
        row.state, row.trouble = State.FAILED, _trouble(error)
    importing.lose_file(row)
    row.version += 1
    row.save()


def _trouble(error: Exception) -> str:
    return f"{error.code}:{error.line}" if isinstance(error, sheets.Unreadable) else "gone:0"


def _copy(row: CustomerImport) -> int:
    # All that is asked of the database is asked before: while COPY runs the connection does nothing else.
    count, rows = 0, queries.rows_of(row, queries.data_of(row))
    into = "COPY customers_importline (of_id, line, cells, is_refused, why) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for line, cells in rows:
            count += 1
            if count > MOST_LINES:
                raise sheets.Unreadable("lines", line)
            copy.write_row((row.pk, line, cells, False, "[]"))
    return count


def step(pk: int) -> bool:
    """The next lines; False when there are none, it was stopped, or somebody else is at it."""
    for _try in range(TRIES):
        try:
            with transaction.atomic():
                return _step(pk)
        except _Raced:
            continue
    raise RuntimeError("handles were taken again and again while we wrote them")


def _step(pk: int) -> bool:
    row = CustomerImport.objects.select_for_update(skip_locked=True).filter(pk=pk, state=State.RUNNING).first()
    if row is None:
        return False
    lines = list(ImportLine.objects.filter(of=row, is_refused=False).order_by("line")[:BATCH])
    if lines:
        plan = queries.plan_of(row)
        people = [(line.line, columns.read(line.cells, plan)) for line in lines]
        _write(row, plan, people)
    else:
        row.state, row.done_at = State.DONE, clock.now()
        _tell(row, [("import.done", f"import:{row.pk}", _counts(row))])
    row.save()
    return bool(lines)


def _counts(row: CustomerImport) -> dict[str, int]:
    return {name: getattr(row, name) for name in ("made", "changed", "same", "refused")}


def _write(row: CustomerImport, plan: columns.Plan, people: Sequence[tuple[int, columns.Person]]) -> None:
    whose = queries.owners(handle for _line, person in people for handle in person.handles)
    known = _locked(set(whose.values()))
    erased = tombstones.erased(handle for _line, person in people for handle in person.handles)
    verdicts = decide(people, whose, {key: one.name for key, one in known.items()}, erased)
    allowed = _allowed(known) if plan.targets(columns.CONSENT) else {}
    selves = {key: _Self(_facts(one), is_new=False, allowed=allowed.get(key, {})) for key, one in known.items()}
    for verdict in verdicts:
        _take_in(row, verdict, selves, whose)
    keys = _keys([key for key, one in selves.items() if one.is_new])
    changed = {keys.get(key, key): one for key, one in selves.items() if one.is_new or one.is_changed}
    _save(changed)
    _consent(row, changed)
    _tell(row, [_entry(row, key, one) for key, one in changed.items()])
    _let_go(row, verdicts)


def _locked(keys: set[int]) -> dict[int, Customer]:
    rows = Customer.objects.defer("search").select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    found = {one.pk: one for one in rows}
    if any(one.merged_into_id is not None for one in found.values()):
        raise _Raced
    return found


def _facts(row: Customer) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*EMPTY, "tags", "attributes")}


def _take_in(row: CustomerImport, verdict: Verdict, selves: dict[int, _Self], whose: Mapping[Handle, int]) -> None:
    """One line into the person whom it is about, and into the counts."""
    if verdict.kind == REFUSED:
        row.refused += 1
        return
    mine = selves.setdefault(verdict.customer, _Self({**EMPTY, "tags": [], "attributes": {}}, is_new=True))
    person = verdict.person
    person.tags = sorted({*person.tags, *row.options.get("tags", [])})
    fresh = [one for one in person.handles if one not in whose and one not in mine.fresh]
    changes = filled(mine.facts, person, overwrite=bool(row.options.get("overwrite")))
    said = {slug: yes for slug, yes in person.consents.items() if _is_news(mine.allowed.get(slug), yes)}
    differs = bool(fresh or changes or said)
    mine.facts |= changes
    mine.fresh += fresh
    mine.allowed |= said
    mine.consents |= said
    mine.is_changed |= differs
    outcome = "made" if verdict.kind == NEW else "changed" if differs else "same"
    setattr(row, outcome, getattr(row, outcome) + 1)


def _is_news(before: bool | None, yes: bool) -> bool:
    """A no always counts; a yes out of a file never takes back a no."""
    return before is None or (before and not yes)


def _allowed(keys: Iterable[int]) -> dict[int, dict[str, bool]]:
    """What these customers have said so far."""
    rows = Consent.objects.filter(customer__in=list(keys)).order_by("customer", "purpose", "channel", "-id")
    found: dict[int, dict[str, bool]] = {}
    for row in rows.distinct("customer", "purpose", "channel"):
        slug = f"{row.purpose}:{row.channel}" if row.channel else row.purpose
        found.setdefault(row.customer_id, {})[slug] = row.state != Consent.State.REFUSED
    return found


def _keys(temporary: Sequence[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(IDS_SQL, [len(temporary)])
        return dict(zip(temporary, (found[0] for found in cursor.fetchall()), strict=True))


def _save(selves: Mapping[int, _Self]) -> None:
    now = clock.now()
    old = [key for key, one in selves.items() if not one.is_new]
    for owner, kind, value in Identity.objects.filter(customer__in=old).values_list("customer", "kind", "value"):
        selves[owner].handles.append(Handle(kind, value))
    rows = {key: _row(key, one) for key, one in sorted(selves.items())}
    ties = [
        {"id": key, "kind": handle.kind, "value": handle.value} for key, one in selves.items() for handle in one.fresh
    ]
    made = [rows[key] for key, one in selves.items() if one.is_new]
    with connection.cursor() as cursor:
        cursor.execute(MAKE_SQL, {"rows": json.dumps(made), "now": now})
        cursor.execute(CHANGE_SQL, {"rows": json.dumps([rows[key] for key in sorted(old)]), "now": now})
        cursor.execute(TIE_SQL, {"rows": json.dumps(ties), "now": now})
        if cursor.rowcount != len(ties):
            raise _Raced


def _row(key: int, one: _Self) -> dict[str, Any]:
    values = " ".join(handle.value for handle in (*one.handles, *one.fresh))
    return {"id": key, **one.facts, "a": indexed(one.facts["name"]), "b": indexed(values)}


def _consent(row: CustomerImport, selves: Mapping[int, _Self]) -> None:
    """What they allowed, with the words that whoever imports says they were shown. Where a confirmed yes is asked for,
    a yes of a file only counts as asked."""
    policy, now, found = contact.policy(), clock.now(), list[Consent]()
    for key, one in selves.items():
        for target, yes in one.consents.items():
            purpose, _colon, channel = target.partition(":")
            asked = yes and contact.asks(policy, purpose) == DOUBLE
            state = Consent.State.ASKED if asked else Consent.State.GIVEN if yes else Consent.State.REFUSED
            facts: dict[str, Any] = {"purpose": purpose, "channel": channel, "state": state, "at": now}
            words = row.options["words"]
            found.append(Consent(customer_id=key, how="import", by=row.by[:60], words=words, **facts))
    Consent.objects.bulk_create(found)


def _entry(row: CustomerImport, key: int, one: _Self) -> tuple[str, str, dict[str, Any]]:
    verb = "customer.created" if one.is_new else "customer.changed"
    return verb, f"customer:{key}", {"import": row.pk}


def _tell(row: CustomerImport, entries: Sequence[tuple[str, str, dict[str, Any]]]) -> None:
    now = clock.now()
    AuditEntry.objects.bulk_create(
        AuditEntry(at=now, actor=row.by, verb=verb, subject=subject, facts=facts) for verb, subject, facts in entries
    )


def _let_go(row: CustomerImport, verdicts: Sequence[Verdict]) -> None:
    """Lines that are done go; those that were refused stay for whoever corrects them."""
    kept = [{"line": one.line, "why": one.person.faults} for one in verdicts if one.kind == REFUSED]
    done = [one.line for one in verdicts if one.kind != REFUSED]
    ImportLine.objects.filter(of=row, line__in=done).delete()
    with connection.cursor() as cursor:
        cursor.execute(KEEP_SQL, {"rows": json.dumps(kept), "of": row.pk})
    gone = [one.line for one in verdicts if one.kind == REFUSED and one.person.faults[0][0] == ERASED]
    ImportLine.objects.filter(of=row, line__in=gone).update(cells=[])
