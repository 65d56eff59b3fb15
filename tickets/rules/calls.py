"""What a call was, from what an exchange told of it: in any order, repeated, and with some of it lost. Pure.

The result depends on the set of facts alone, never on the order in which they came.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from helpdesk.core.rules.digits import digits_to_ascii

RING, ANSWER, HANGUP = "ring", "answer", "hangup"
QUEUE, HOLD, VOICEMAIL, RECORDING, TRANSFER = "queue", "hold", "voicemail", "recording", "transfer"
KINDS = (RING, ANSWER, HANGUP, QUEUE, HOLD, VOICEMAIL, RECORDING, TRANSFER)
BUSY = frozenset(("busy", "user_busy", "17"))
BROKEN = frozenset(("failed", "congestion", "chanunavail", "network", "38", "41", "42"))


@dataclass(frozen=True)
class Fact:
    """One thing told: its `kind`, when, and whatever of the call it names; what it does not name is empty.

    `held`: start or stop, where an exchange tells when somebody is put on hold, and not for how long.
    """

    kind: str
    at: datetime
    direction: str = ""
    number: str = ""
    our_number: str = ""
    queue: str = ""
    users: tuple[str, ...] = ()
    answered_by: str = ""
    cause: str = ""
    wait_seconds: int | None = None
    hold_seconds: int | None = None
    held: str = ""
    recording: str = ""
    transcript: str = ""


@dataclass(frozen=True)
class CallState:
    """The call as far as it is known. `outcome` is "" while it lasts."""

    direction: str = "in"
    number: str = ""
    our_number: str = ""
    queue: str = ""
    users: tuple[str, ...] = ()
    answered_by: str = ""
    outcome: str = ""
    cause: str = ""
    ring_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    wait_seconds: int = 0
    hold_seconds: int = 0
    talk_seconds: int = 0
    recording: str = ""
    transcript: str = ""


def fold(facts: Iterable[Fact]) -> CallState:
    """The call that these facts tell of."""
    told = sorted(facts, key=lambda fact: (fact.at, KINDS.index(fact.kind), repr(fact)))
    if not told:
        return CallState()
    ring_at = _first_at(told, RING) or told[0].at
    answered_at, ended_at = _after(_first_at(told, ANSWER), ring_at), _after(_first_at(told, HANGUP), ring_at)
    if answered_at and ended_at:
        ended_at = max(answered_at, ended_at)
    wait, hold = _most(told, "wait_seconds"), _most(told, "hold_seconds")
    hold = _held(told, ended_at) if hold is None else hold
    reached = answered_at or ended_at
    return CallState(
        direction=_word(told, "direction") or "in",
        number=_word(told, "number"),
        our_number=_word(told, "our_number"),
        queue=_word(told, "queue"),
        users=tuple(sorted({user for fact in told for user in fact.users})),
        answered_by=_word(told, "answered_by"),
        outcome=_outcome(told) if ended_at else "",
        cause=_word(told, "cause"),
        ring_at=ring_at,
        answered_at=answered_at,
        ended_at=ended_at,
        wait_seconds=wait if wait is not None else _seconds(ring_at, reached),
        hold_seconds=hold,
        talk_seconds=max(0, _seconds(answered_at, ended_at) - hold) if answered_at else 0,
        recording=_word(told, "recording"),
        transcript=_word(told, "transcript"),
    )


def _outcome(told: Sequence[Fact]) -> str:
    kinds = {fact.kind for fact in told}
    if ANSWER in kinds:
        return "answered"
    if VOICEMAIL in kinds:
        return "voicemail"
    cause = _word(told, "cause").lower()
    if cause in BROKEN:
        return "failed"
    if (_word(told, "direction") or "in") == "out":
        return "busy" if cause in BUSY else "no_answer"
    return "abandoned" if _word(told, "queue") else "missed"


def _first_at(told: Sequence[Fact], kind: str) -> datetime | None:
    return next((fact.at for fact in told if fact.kind == kind), None)


def _after(at: datetime | None, begin: datetime) -> datetime | None:
    return max(at, begin) if at else None


def _word(told: Sequence[Fact], name: str) -> str:
    """What was told of this, whoever told it: the fact that speaks of it first in the order of kinds."""
    found = sorted((KINDS.index(fact.kind), str(getattr(fact, name))) for fact in told if getattr(fact, name))
    return found[0][1] if found else ""


def _most(told: Sequence[Fact], name: str) -> int | None:
    return max((getattr(fact, name) for fact in told if getattr(fact, name) is not None), default=None)


def _held(told: Sequence[Fact], ended_at: datetime | None) -> int:
    """How long they were on hold in all; what was never taken off ends with the call."""
    total, since = 0, None
    for fact in told:
        if fact.held == "start":
            since = since or fact.at
        elif fact.held == "stop" and since:
            total, since = total + _seconds(since, fact.at), None
    return total + _seconds(since, ended_at)


def _seconds(begin: datetime | None, end: datetime | None) -> int:
    return max(0, round((end - begin).total_seconds())) if begin and end else 0


def listed(value: object) -> dict[str, str]:
    """Pairs as an admin writes them, one a line (`101 = sara@example.com`), or as a mapping; names in lower case."""
    if isinstance(value, dict):
        pairs = [(str(name), str(found)) for name, found in value.items()]
    else:
        lines = (line.partition("=") for line in str(value or "").splitlines())
        pairs = [(name, found) for name, equals, found in lines if equals]
    return {
        digits_to_ascii(name).strip().lower(): found.strip() for name, found in pairs if name.strip() and found.strip()
    }
