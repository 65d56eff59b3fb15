"""What the undoing of a decision changes: which rows it touched, and whose they are without it (rules/merging.py)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, TypeVar

from django.db.models import Q
from django.utils.module_loading import import_string

from customers.models import CustomerMerge, Move
from customers.models.relations import Pointer, pointers
from customers.rules.merging import Decision, Step, Trail, owner, way
from helpdesk import wiring

T = TypeVar("T")
STEP = 5000
HANDLE = "customers.identity"


@dataclass(frozen=True)
class Known:
    """A row, whose it is, whom it follows (a handle, a ticket's number), its first giver and what moved it."""

    pk: int
    owner: int
    came_by: int | None = None
    ticket: int | None = None
    giver: int | None = None
    named: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Change:
    """Rows that go to `taker`; with a `step`, rows which that later merge would have moved, and now has."""

    pointer: Pointer
    taker: int
    rows: list[int] = field(default_factory=list)
    step: Step | None = None


def some_of(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """The rows in portions that one statement takes well."""
    for at in range(0, len(rows), STEP):
        yield rows[at : at + STEP]


def web(people: Iterable[int]) -> list[CustomerMerge]:
    """All decisions about these customers and about whoever was ever joined with or parted from them, oldest first."""
    found: dict[int, CustomerMerge] = {}
    seen: set[int] = set()
    fresh = set(people)
    while fresh:
        seen |= fresh
        rows = list(CustomerMerge.objects.filter(Q(survivor__in=fresh) | Q(other__in=fresh)))
        found |= {row.pk: row for row in rows}
        fresh = {pk for row in rows for pk in (row.survivor_id, row.other_id)} - seen
    return [found[pk] for pk in sorted(found)]


def people(decisions: Iterable[CustomerMerge]) -> set[int]:
    """Everybody whom these are about."""
    return {pk for row in decisions for pk in (row.survivor_id, row.other_id)}


def without(undone: CustomerMerge, decisions: Sequence[CustomerMerge]) -> list[Change]:
    """What changes hands when `undone` stands no more, of `decisions`, the whole web around it.

    A row that is not where the decisions would have it was given away by something else, and stays.
    """
    replay = _Replay(undone, [row for row in decisions if row.undone_at is None])
    kinds = set(undone.moves.values_list("model", "field").distinct())
    for pointer in pointers():
        if (pointer.label, pointer.name) in kinds:
            replay.judge(pointer, _moved(pointer, undone))
    circle = people(decisions)
    handles = replay.concerned(HANDLE)
    for pointer in pointers():
        if pointer.came_by and handles:
            replay.judge(pointer, pointer.model._base_manager.filter(came_by__in=handles, **_at(pointer, circle)))
    numbers = _numbers(replay.concerned(wiring.MATTER))
    for pointer in pointers():
        if pointer.ticket and numbers:
            rows = pointer.model._base_manager.filter(ticket__in=numbers, **_at(pointer, circle))
            replay.judge(pointer, rows.filter(came_by=None) if pointer.came_by else rows)
    return replay.found()


def _at(pointer: Pointer, circle: set[int]) -> dict[str, Any]:
    return {f"{pointer.name}__in": circle}


def _moved(pointer: Pointer, decision: CustomerMerge) -> Any:
    moves = Move.objects.filter(merge=decision, model=pointer.label, field=pointer.name)
    return pointer.model._base_manager.filter(pk__in=moves.values("row"))


def _keys(numbers: Iterable[int]) -> dict[int, int]:
    found: dict[int, int] = import_string(wiring.MATTERS)(list(numbers))
    return found


def _numbers(keys: set[int]) -> list[int]:
    found: list[int] = import_string(wiring.MATTER_NUMBERS)(list(keys)) if keys else []
    return found


class _Replay:
    def __init__(self, undone: CustomerMerge, standing: list[CustomerMerge]) -> None:
        after = [row for row in standing if row.pk != undone.pk]
        self.marks = ([row.marks for row in standing], [row.marks for row in after])
        self.decisions = ([_decision(row) for row in standing], [_decision(row) for row in after])
        self.leaders: dict[tuple[str, int], Known] = {}
        self.matters: dict[int, int] = {}
        self.seen: dict[Pointer, set[int]] = defaultdict(set)
        self.takers: dict[tuple[Pointer, int], list[int]] = defaultdict(list)
        self.steps: dict[tuple[Pointer, Step], list[int]] = defaultdict(list)

    def judge(self, pointer: Pointer, rows: Any) -> None:
        """Finds who of these rows goes where; each row once."""
        known = [row for row in _known(pointer, rows) if row.pk not in self.seen[pointer]]
        self.seen[pointer] |= {row.pk for row in known}
        self._meet(known)
        verdicts: dict[Any, tuple[int, list[Step]]] = {}
        for row in known:
            # Rows of one kind with the same way have one verdict; ten thousand of them cost one replay.
            its = (row.owner, row.giver, row.named, row.came_by, row.ticket, self._born(pointer, row.pk, 0))
            if its not in verdicts:
                verdicts[its] = self._verdict(pointer, row)
            taker, steps = verdicts[its]
            if taker != row.owner:
                self.takers[pointer, taker].append(row.pk)
            for step in steps:
                if step.decision not in row.named:
                    self.steps[pointer, step].append(row.pk)

    def concerned(self, label: str) -> set[int]:
        """The keys of the rows of this kind that were looked at: what followed one of them may go elsewhere even where
        it stays itself, for it may have been given away since."""
        return {pk for pointer, keys in self.seen.items() if pointer.label == label for pk in keys}

    def found(self) -> list[Change]:
        """All of it."""
        return [Change(one, taker, rows) for (one, taker), rows in self.takers.items()] + [
            Change(one, step.taker, rows, step) for (one, step), rows in self.steps.items()
        ]

    def _verdict(self, pointer: Pointer, row: Known) -> tuple[int, list[Step]]:
        for leads in (True, False):
            before, after = (self._trail(pointer, row, at, leads=leads) for at in (0, 1))
            if before is not None and after is not None and owner(before, self.decisions[0]) == row.owner:
                return way(after, self.decisions[1])
        return row.owner, []

    def _trail(self, pointer: Pointer, row: Known, at: int, *, leads: bool) -> Trail | None:
        origin = row.owner if row.giver is None else row.giver
        if not leads:
            return Trail(origin, row.named)
        leader = self._leader(row, at)
        return Trail(origin, row.named, leader, self._born(pointer, row.pk, at)) if leader else None

    def _leader(self, row: Known, at: int) -> Trail | None:
        if row.came_by is not None:
            handle = self.leaders.get((HANDLE, row.came_by))
            return Trail(handle.owner if handle.giver is None else handle.giver, handle.named) if handle else None
        matter = self.leaders.get((wiring.MATTER, self.matters.get(row.ticket or 0, 0)))
        if matter is None:
            return None
        home = _pointer(wiring.MATTER)
        led = self._trail(home, matter, at, leads=True)
        return led or self._trail(home, matter, at, leads=False)

    def _born(self, pointer: Pointer, pk: int, at: int) -> int:
        """How many of the decisions were made before this row."""
        return sum(1 for _each in takewhile(lambda marks: marks.get(pointer.label, 0) < pk, self.marks[at]))

    def _meet(self, rows: list[Known]) -> None:
        """Loads whom these rows follow."""
        numbers = {row.ticket for row in rows if row.came_by is None and row.ticket} - self.matters.keys()
        self.matters |= _keys(numbers) if numbers else {}
        self._load(wiring.MATTER, {self.matters[each] for each in numbers if each in self.matters})
        matters = [row for (label, _pk), row in self.leaders.items() if label == wiring.MATTER]
        self._load(HANDLE, {row.came_by for row in [*rows, *matters] if row.came_by is not None})

    def _load(self, label: str, keys: set[int]) -> None:
        keys -= {pk for known, pk in self.leaders if known == label}
        for some in some_of(sorted(keys)):
            pointer = _pointer(label)
            there = {row.pk: row for row in _known(pointer, pointer.model._base_manager.filter(pk__in=some))}
            gone = _trails(pointer, [pk for pk in some if pk not in there])
            there |= {pk: Known(pk, giver, giver=giver, named=named) for pk, (giver, named) in gone.items()}
            self.leaders |= {(label, pk): row for pk, row in there.items()}


def _decision(row: CustomerMerge) -> Decision:
    return Decision(row.pk, row.kind == "merge", row.survivor_id, row.other_id)


def _pointer(label: str) -> Pointer:
    return next(one for one in pointers() if one.label == label)


def _known(pointer: Pointer, rows: Any) -> Iterator[Known]:
    names = ["pk", pointer.field.attname, *(["came_by"] if pointer.came_by else [])]
    names += ["ticket"] if pointer.ticket else []
    found = list(rows.values_list(*names))
    for some in some_of(found):
        trails = _trails(pointer, [row[0] for row in some])
        for pk, had, *more in some:
            came_by = more.pop(0) if pointer.came_by else None
            ticket = more.pop(0) if pointer.ticket else None
            giver, named = trails.get(pk, (None, frozenset()))
            yield Known(pk, had, came_by, ticket, giver, named)


def _trails(pointer: Pointer, keys: Sequence[int]) -> dict[int, tuple[int, frozenset[int]]]:
    """The first giver of each row that ever moved, and all decisions that moved it."""
    moves = Move.objects.filter(model=pointer.label, field=pointer.name, row__in=keys).order_by("id")
    givers: dict[int, int] = {}
    named: dict[int, set[int]] = defaultdict(set)
    for row, merge, giver in moves.values_list("row", "merge_id", "giver"):
        givers.setdefault(row, giver)
        named[row].add(merge)
    return {row: (giver, frozenset(named[row])) for row, giver in givers.items()}
