"""Cursor pages by keyset: {data, next_cursor, has_more}; the cost of a page does not depend on how far in it lies."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from helpdesk.core.shapes import Fault, Flag, Int, Kind, Many, Matching, Maybe, Record, Str, Unfit, answer

Row = TypeVar("Row", bound=Model)
USUAL, MOST = 50, 200
CURSOR = Matching(r"^[A-Za-z0-9_:-]{1,400}$", most=400, example="WzQyXQ:1abcde:…")
PARAMETERS: dict[str, Kind] = {"limit": Int(1, MOST), "cursor": CURSOR}


@dataclass(frozen=True)
class Order:
    """Newest first by `field`, ties by id. `name` keeps a cursor from being used on another list."""

    name: str
    field: str = ""


def shape(of: Record) -> Record:
    """The shape of a page of these."""
    fields = {"data": Many(of, MOST), "next_cursor": Maybe(Str(400)), "has_more": Flag()}
    example = {"data": [of.example], "next_cursor": None, "has_more": False} if of.example else None
    return answer(f"{of.name}Page", fields, example=example)


def write_cursor(name: str, values: Sequence[Any]) -> str:
    """An opaque, signed place in the list `name`."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return signing.dumps(plain, salt=f"cursor.{name}")


def read_cursor(name: str, cursor: str) -> list[Any]:
    """The values that write_cursor() got. Raises Unfit for anything that it did not write."""
    try:
        values: list[Any] = signing.loads(cursor, salt=f"cursor.{name}")
    except (signing.BadSignature, ValueError) as error:
        advice = _("Use next_cursor of an earlier page of the same list.")
        raise Unfit([Fault("?cursor", "bad_cursor", advice)]) from error
    return values


def page(
    rows: QuerySet[Row], order: Order, query: Mapping[str, Any], make: Callable[[Row], dict[str, Any]]
) -> dict[str, Any]:
    """One page of `rows` in `order`, each row made into JSON by `make`. One query."""
    limit = query.get("limit", USUAL)
    if "cursor" in query:
        rows = rows.filter(_below(order, read_cursor(order.name, query["cursor"])))
    fields = [f"-{order.field}", "-id"] if order.field else ["-id"]
    found = list(rows.order_by(*fields)[: limit + 1])
    return close(found, limit, make, lambda row: write_cursor(order.name, _place(order, row)))


def close(
    found: Sequence[Row], limit: int, make: Callable[[Row], dict[str, Any]], place: Callable[[Row], str]
) -> dict[str, Any]:
    """The page of the first `limit` of `found`; one row more than that says that there is more."""
    shown, has_more = found[:limit], len(found) > limit
    return {
        "data": [make(row) for row in shown],
        "next_cursor": place(shown[-1]) if has_more else None,
        "has_more": has_more,
    }


def _place(order: Order, row: Model) -> list[Any]:
    return [getattr(row, order.field), row.pk] if order.field else [row.pk]


def _below(order: Order, values: list[Any]) -> Q:
    if not order.field:
        return Q(id__lt=values[0])
    at, pk = datetime.fromisoformat(values[0]), int(values[1])
    # The first condition is implied by the second; it lets the index start at the right place.
    return Q(**{f"{order.field}__lte": at}) & (Q(**{f"{order.field}__lt": at}) | Q(id__lt=pk))


def read_place(name: str, cursor: str) -> tuple[datetime, int]:
    """The time and id that a cursor of two values holds."""
    at, pk = read_cursor(name, cursor)
    return datetime.fromisoformat(at), int(pk)
