"""What is told of people who were erased after it happened: it stays out."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from customers.models import Tombstone
from customers.rules.happenings import Who
from customers.rules.identity import BadHandle, Handle, clean
from helpdesk.core import tombs


def gone(told: Mapping[int, tuple[Who, datetime]]) -> list[int]:
    """The places of what happened before its person was erased."""
    signs = {index: sign for index, (who, _at) in told.items() if (sign := _sign(who))}
    if not signs:
        return []
    rows = Tombstone.objects.filter(kind="handle", hash__in=set(signs.values()))
    erased = dict(rows.values_list("hash", "at"))
    return [index for index, sign in signs.items() if sign in erased and told[index][1] <= erased[sign]]


def erased(handles: Iterable[Handle]) -> frozenset[Handle]:
    """Those of these handles, in their one spelling, whose person was erased."""
    signs = {tombs.of_handle(handle.kind, handle.value): handle for handle in handles}
    rows = Tombstone.objects.filter(kind="handle", hash__in=list(signs))
    return frozenset(signs[sign] for sign in rows.values_list("hash", flat=True))


def _sign(who: Who) -> str:
    try:
        handle = clean(Handle(who.kind, who.value))
    except BadHandle:
        return ""
    return tombs.of_handle(handle.kind, handle.value)
