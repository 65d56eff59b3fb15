"""How well customers are matched in a world in which the truth is known: `python -m bench.matching [people] [seed]`.

The decisions are those of customers/rules/matching.py, candidates are found by its keys alone, as the product does.
"""

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

from bench.truth import UNKNOWABLE, Record, World
from customers.rules.identity import Handle, is_shared
from customers.rules.matching import MOST_WITH_A_KEY, Evidence, Verdict, crowds, decide, keys


@dataclass
class Found:
    """What came out. `joined_of` and `asked_of`: kind -> [found, all that there were]."""

    wrong_joins: int = 0
    joins: int = 0
    proven: list[int] = field(default_factory=lambda: [0, 0])
    asked: list[int] = field(default_factory=lambda: [0, 0])
    asked_of: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    joined_of: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    wrong_for: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        """The share of right ones among the suggestions."""
        return self.asked[0] / max(1, self.asked[1])

    @property
    def recall(self) -> float:
        """The share of pairs that can be known, and were not joined already, that were suggested."""
        known = [pair for kind, pair in self.asked_of.items() if kind not in UNKNOWABLE]
        return sum(found for found, _all in known) / max(1, sum(there for _found, there in known))

    @property
    def joined(self) -> float:
        """The share of joined ones among the pairs of one person with the same proven handle."""
        return self.proven[0] / max(1, self.proven[1])


def evidence(record: Record) -> Evidence:
    """A record as the rules see it."""
    handles = frozenset(Handle(*one) for one in record.handles | record.proven)
    proven = frozenset(Handle(*one) for one in record.proven)
    firms = frozenset({record.firm} - {""})
    return Evidence(record.name, handles, proven, firms, frozenset(record.forwarded))


def candidates(blocks: dict[str, list[int]]) -> Iterator[tuple[int, int]]:
    """Pairs that share a key, each once."""
    seen: set[tuple[int, int]] = set()
    for numbers in blocks.values():
        if len(numbers) <= MOST_WITH_A_KEY:
            for pair in combinations(numbers, 2):
                if pair not in seen:
                    seen.add(pair)
                    yield pair


def measure(world: World) -> Found:
    """Decides about every pair that the keys bring together, and compares with the truth."""
    seen = [evidence(record) for record in world.records]
    blocks: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(seen):
        for key in sorted(keys(one)):
            blocks[key].append(number)
    crowded = crowds({key: [seen[one].name for one in some[:MOST_WITH_A_KEY]] for key, some in blocks.items()})
    verdicts: dict[tuple[int, int], Verdict] = {}
    found = Found()
    for pair in candidates(blocks):
        one, other = (seen[number] for number in pair)
        verdict = decide(one, other, crowded=crowded)
        if verdict.verdict is not Verdict.NOTHING:
            verdicts[pair] = verdict.verdict
            _count(found, world, pair, verdict.verdict, verdict.reasons[0][0])
    _count_missing(found, world, verdicts)
    return found


def _count(found: Found, world: World, pair: tuple[int, int], verdict: Verdict, why: str) -> None:
    one, other = (world.records[number] for number in pair)
    is_right = one.soul == other.soul
    if verdict is Verdict.JOIN:
        found.joins += 1
        found.wrong_joins += not is_right
    else:
        found.asked[0] += is_right
        found.asked[1] += 1
        found.wrong_for[why] += not is_right


def _count_missing(found: Found, world: World, verdicts: dict[tuple[int, int], Verdict]) -> None:
    of: dict[int, list[int]] = defaultdict(list)
    for number, record in enumerate(world.records):
        of[record.soul].append(number)
    for numbers in of.values():
        for pair in combinations(numbers, 2):
            one, other = (world.records[number] for number in pair)
            verdict = verdicts.get(pair, Verdict.NOTHING)
            kind = one.link or other.link if not (one.link and other.link) else "by a third"
            if any(not is_shared(Handle(*handle)) for handle in one.proven & other.proven):
                _add(found.proven, found.joined_of[kind], verdict is Verdict.JOIN)
            elif kind == "by a third":
                # Two that are tied to a third, not to each other: found once one of them is joined with it.
                _add([0, 0], found.joined_of[kind], verdict is not Verdict.NOTHING)
            else:
                _add([0, 0], found.asked_of[kind], verdict is Verdict.SUGGEST)


def _add(total: list[int], part: list[int], is_found: bool) -> None:
    for counts in (total, part):
        counts[0] += is_found
        counts[1] += 1


def main() -> None:
    """Prints the figures; ends with 1 when a limit of issue 6 is missed."""
    given = [int(word) for word in sys.argv[1:]]
    people, seed = (given + [20_000, 6][len(given) :])[:2]
    began = time.perf_counter()
    world = World(people, seed)
    found = measure(world)
    seconds = time.perf_counter() - began
    print(f"{people} people, {world.handles} handles, {len(world.records)} customers, seed {seed}, {seconds:.0f} s")
    print(f"wrong joins {found.wrong_joins} of {found.joins}; same proven handle joined {found.joined:.2%}")
    print(f"suggestions: precision {found.precision:.2%} of {found.asked[1]}, recall {found.recall:.2%}")
    for title, kinds in (("joined", found.joined_of), ("suggested", found.asked_of)):
        for kind, (hits, there) in sorted(kinds.items()):
            note = " (cannot be known)" if kind in UNKNOWABLE else ""
            print(f"  {title} {kind}: {hits} of {there} = {hits / max(1, there):.1%}{note}")
    print("  wrong suggestions by first reason:", dict(found.wrong_for))
    met = not found.wrong_joins and found.joined >= 0.99 and found.precision >= 0.95 and found.recall >= 0.85
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
