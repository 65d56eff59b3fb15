"""Imported files: how they stand, and what would become of their rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from customers.models import Attribute, Customer, CustomerImport, ImportLine
from customers.purposes import CHOICES
from customers.queries import tombstones
from customers.rules import columns, importing, sheets, vcards
from customers.rules.attributes import Shape
from customers.rules.identity import REGION, Handle
from helpdesk.core import files
from helpdesk.core.models import StoredFile

SHOWN, LOOKED_AT = 10, 2_000
OWNERS_SQL = """
SELECT i.kind, i.value, i.customer_id FROM customers_identity i
JOIN unnest(%s::text[], %s::text[]) AS asked(kind, value) ON asked.kind = i.kind AND asked.value = i.value
"""


@dataclass(frozen=True)
class Shown:
    """A row as it will become."""

    line: int
    cells: list[str]
    kind: str
    customer: Customer | None
    person: columns.Person


@dataclass
class Preview:
    """The first rows, and how many of those looked at are new, known and refused; `is_all`: that is the whole file."""

    rows: list[Shown] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("new", "known", "refused"), 0))
    looked_at: int = 0
    is_all: bool = True
    trouble: sheets.Unreadable | None = None


def data_of(row: CustomerImport) -> bytes:
    """The bytes of the file. Raises FileNotFoundError when it is gone."""
    found = StoredFile.objects.filter(token=row.file).first() if row.file else None
    if found is None:
        raise FileNotFoundError
    return files.read(found)


def rows_of(row: CustomerImport, data: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of the file below its header. Raises Unreadable."""
    if row.kind == "vcard":
        yield from vcards.rows_of(data)
        return
    found = sheets.rows_of(data, row.encoding, row.separator)
    yield from islice(found, 1 if row.has_header else 0, None)


def plan_of(row: CustomerImport) -> columns.Plan:
    """What its columns mean."""
    shapes = {each.slug: Shape(each.kind, each.choices) for each in attributes()}
    return columns.Plan(row.columns, row.options.get("region") or REGION, shapes)


def attributes() -> list[Attribute]:
    """Those that a column can be."""
    return list(Attribute.objects.filter(is_active=True).order_by("id"))


def targets() -> dict[str, Any]:
    """Everything that a column can be: attributes by their names, consent by purpose and channel (slugs)."""
    found: dict[str, Any] = dict.fromkeys(["", *columns.FIELDS, *columns.HANDLES], "")
    found |= {columns.ATTRIBUTE + each.slug: each for each in attributes()}
    for slug, purpose in CHOICES.items():
        found |= {f"{columns.CONSENT}{slug}{part}": purpose for part in ("", *(f":{one}" for one in purpose.channels))}
    return found


def owners(handles: Iterable[Handle]) -> dict[Handle, int]:
    """Who has these handles now."""
    asked = sorted(set(handles), key=lambda one: (one.kind, one.value))
    with connection.cursor() as cursor:
        cursor.execute(OWNERS_SQL, [[one.kind for one in asked], [one.value for one in asked]])
        found = {Handle(kind, value): key for kind, value, key in cursor.fetchall()}
    now = present(found.values())
    return {handle: now[key] for handle, key in found.items()}


def present(keys: Iterable[int]) -> dict[int, int]:
    """Who these customers are by now, over any number of joinings."""
    at = {key: key for key in keys}
    while True:
        rows = Customer.objects.filter(pk__in=set(at.values())).exclude(merged_into=None)
        moved = dict(rows.values_list("pk", "merged_into_id"))
        if not moved:
            return at
        at = {key: moved.get(now) or now for key, now in at.items()}


def judged(people: Sequence[tuple[int, columns.Person]]) -> tuple[list[importing.Verdict], dict[int, Customer]]:
    """A verdict on each, as things stand, and whoever is known among them."""
    whose = owners(handle for _line, person in people for handle in person.handles)
    known = Customer.objects.defer("search").in_bulk(set(whose.values()))
    names = {key: row.name for key, row in known.items()}
    erased = tombstones.erased(handle for _line, person in people for handle in person.handles)
    return importing.decide(people, whose, names, erased), known


def preview(row: CustomerImport) -> Preview:
    """What would become of the first rows."""
    found, plan = Preview(), plan_of(row)
    read: list[tuple[int, list[str]]] = []
    try:
        for each in rows_of(row, data_of(row)):
            if len(read) == LOOKED_AT:
                found.is_all = False
                break
            read.append(each)
    except sheets.Unreadable as error:
        found.trouble = error
    verdicts, known = judged([(line, columns.read(cells, plan)) for line, cells in read])
    found.looked_at = len(read)
    for verdict in verdicts:
        found.counts[verdict.kind] += 1
    found.rows = [
        Shown(one.line, cells, one.kind, known.get(one.customer), one.person)
        for one, (_line, cells) in zip(verdicts[:SHOWN], read, strict=False)
    ]
    return found


def refused_rows(row: CustomerImport) -> QuerySet[ImportLine]:
    """All lines that were refused, with their file."""
    return ImportLine.objects.select_related("of").filter(of=row, is_refused=True)


def refused(row: CustomerImport, after: int = 0, limit: int = 1000) -> list[ImportLine]:
    """Lines that were refused, in the file's order."""
    return list(ImportLine.objects.filter(of=row, is_refused=True, line__gt=after).order_by("line")[:limit])
