"""Who owns a row after people were joined, taken apart and joined again: a replay of what was decided. Pure.

The present owner of a row is found by replaying, in the order in which they were made, all decisions that stand, on the
row's origin (who had it before it first moved):

- `merge`: whoever's row is at `other` goes to `survivor`;
- every other kind (`split`, `handle`, `given`): the rows that it named go to `other`, wherever they are by then. What
  somebody decided about a row outlives the undoing of an earlier merge.

To undo a decision is to let it stand no more and to replay; so decisions can be undone in any order.

A row that came later follows its `leader` until it was born: the handle by which it came, or else the ticket that it
tells of. What a merged person's handle brings in goes back with that handle; what came by none stays with the survivor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Decision:
    """One decision that stands. `by_merge`: it takes whatever `other` has; else what it names goes to `other`."""

    id: int
    by_merge: bool
    survivor: int
    other: int

    def after(self, owner: int, *, named: bool) -> int:
        """Who has a row of `owner` after this decision."""
        if not self.by_merge:
            return self.other if named else owner
        return self.survivor if owner == self.other else owner


@dataclass(frozen=True)
class Trail:
    """What is known of a row's way: its origin and the decisions that named it; or whom it followed until its birth.

    `born`: how many of the decisions that stand had been made by then; it counts only with a leader.
    """

    origin: int
    named: frozenset[int] = frozenset()
    leader: "Trail | None" = None
    born: int = 0


@dataclass(frozen=True)
class Step:
    """A decision that gave the row from one to another."""

    decision: int
    giver: int
    taker: int


def owner(trail: Trail, decisions: Sequence[Decision]) -> int:
    """Who has the row after these decisions, which are all that stand, oldest first."""
    return way(trail, decisions)[0]


def way(trail: Trail, decisions: Sequence[Decision]) -> tuple[int, list[Step]]:
    """As owner(), with the steps that the row took itself, after its birth."""
    at, since = trail.origin, 0
    if trail.leader is not None:
        at, since = owner(trail.leader, decisions[: trail.born]), trail.born
    steps = []
    for decision in decisions[since:]:
        giver, at = at, decision.after(at, named=decision.id in trail.named)
        if giver != at:
            steps.append(Step(decision.id, giver, at))
    return at, steps


FIELDS = ("name", "language", "tags", "tone", "channel", "attributes")
SURVIVOR, OTHER, BOTH = "survivor", "other", "both"
TOGETHER = frozenset({"tags", "attributes"})


def usual(field: str, survivor: Any, other: Any) -> str:
    """Whose value of this field is taken when nobody chooses."""
    if field in TOGETHER:
        return BOTH
    return SURVIVOR if survivor or not other else OTHER


def combined(field: str, survivor: Any, other: Any, choice: str) -> Any:
    """What the survivor's field holds afterwards; `both` puts tags and attributes together, the survivor's first."""
    if choice == BOTH and field == "tags":
        return sorted({*survivor, *other})
    if choice == BOTH and field == "attributes":
        return {**other, **survivor}
    return other if choice == OTHER else survivor


def restored(field: str, before: Any, after: Any, now: Any) -> Any:
    """The field once the merge that changed it from `before` to `after` is undone.

    What somebody has changed since stays: of tags and attributes each for itself, of the others as a whole.
    """
    if field == "tags":
        brought, taken = set(after) - set(before), set(before) - set(after)
        return sorted((set(now) - brought) | taken)
    if field == "attributes":
        untouched = {key for key in {*before, *after} if _same(after, now, key)}
        kept = {key: value for key, value in now.items() if key not in untouched}
        return kept | {key: before[key] for key in untouched if key in before}
    return before if now == after else now


def _same(after: Mapping[str, Any], now: Mapping[str, Any], key: str) -> bool:
    return (key in after, after.get(key)) == (key in now, now.get(key))


def choices(field: str) -> frozenset[str]:
    """What may be chosen for this field."""
    return frozenset({SURVIVOR, OTHER, BOTH} if field in TOGETHER else {SURVIVOR, OTHER})
