"""Who the people of a file are: somebody new, somebody whom we know by a handle, or not to be told. Pure.

Never by a name. The box of a post says who somebody is only together with the same name.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from customers.rules.columns import Person
from customers.rules.identity import Handle, is_shared
from helpdesk.core.text import normalise

NEW, KNOWN, REFUSED = "new", "known", "refused"
# The fault of a line about somebody who was erased: nothing of it is kept.
ERASED = "erased"
EMPTY = {"name": "", "language": "", "tone": "", "channel": ""}


@dataclass
class Verdict:
    """What becomes of a row. `customer`: the key of who it is; below zero for one who is new, the same for each row
    of theirs."""

    line: int
    person: Person
    kind: str
    customer: int = 0


def decide(
    people: Iterable[tuple[int, Person]],
    owners: Mapping[Handle, int],
    names: Mapping[int, str],
    erased: Set[Handle] = frozenset(),
) -> list[Verdict]:
    """A verdict for each row, in order; a row knows those before it. `erased`: handles of people who were erased; who
    has come to us again by one since then owns it."""
    whose, called = dict(owners), dict(names)
    gone = erased - whose.keys()
    return [_verdict(line, person, whose, called, gone) for line, person in people]


def _verdict(line: int, person: Person, whose: dict[Handle, int], called: dict[int, str], gone: Set[Handle]) -> Verdict:
    if not gone.isdisjoint(person.handles):
        person.faults[:] = [[ERASED, -1, ""]]
        return Verdict(line, person, REFUSED)
    found = sorted({whose[handle] for handle in person.handles if handle in whose})
    if not person.faults:
        person.faults += _against(person, found, whose, called)
    if person.faults:
        return Verdict(line, person, REFUSED)
    owner = found[0] if found else -line
    whose.update(dict.fromkeys(person.handles, owner))
    called.setdefault(owner, person.fields.get("name", ""))
    return Verdict(line, person, KNOWN if found else NEW, owner)


def _against(
    person: Person, found: list[int], whose: Mapping[Handle, int], called: Mapping[int, str]
) -> list[list[Any]]:
    if len(found) > 1:
        return [["two_customers", -1, ", ".join(f"#{key}" if key > 0 else f"{-key}" for key in found)]]
    known_by = [handle for handle in person.handles if handle in whose]
    name = person.fields.get("name", "")
    if not known_by or not name or any(not is_shared(handle) for handle in known_by):
        return []
    same = normalise(called.get(found[0], "")) == normalise(name)
    return [] if same else [["shared", -1, known_by[0].value]]


def filled(before: Mapping[str, Any], person: Person, *, overwrite: bool) -> dict[str, Any]:
    """What of the fields, tags and attributes of `before` changes: what is empty, or with `overwrite` what differs."""
    changed: dict[str, Any] = {}
    for name, value in person.fields.items():
        if value and value != before[name] and (overwrite or not before[name]):
            changed[name] = value
    if more := set(person.tags) - set(before["tags"]):
        changed["tags"] = sorted({*before["tags"], *more})
    kept = before["attributes"]
    fresh = {
        slug: value
        for slug, value in person.attributes.items()
        if kept.get(slug) != value and (overwrite or slug not in kept)
    }
    return changed | ({"attributes": {**kept, **fresh}} if fresh else {})
