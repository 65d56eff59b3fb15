"""The mail reader under mutation, bombs and growth: nothing raised, nothing lost, nothing slow."""

import hashlib
import json
import logging
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from tests.support import badmail
from tickets.channels.email.limits import UnreadableMail
from tickets.channels.email.parse import parse

MUTATED = 20_000
BOMB_SECONDS = 2.0
RATIO = 2.6
SIZE = 100_000
# What machines that do other things at once add to a reading.
NOISE = 0.01


@dataclass
class Found:
    """What one run of the stage saw."""

    accepted: int = 0
    parsed: int = 0
    quarantined: int = 0
    crashed: int = 0
    nameless: int = 0
    distinct: int = 0
    seconds_per_mail: float = 0.0
    bombs: int = 0
    slowest_bomb: float = 0.0
    slow_bombs: list[str] = field(default_factory=list)
    families: int = 0
    worst_ratio: float = 0.0
    steep: list[str] = field(default_factory=list)
    memory_mb: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether every mail was read or set aside with a reason, in time."""
        kept = self.accepted == self.parsed + self.quarantined and not self.crashed and not self.nameless
        return kept and not self.slow_bombs and not self.steep


def torture(scale: float) -> Found:
    """The whole stage: `scale` is the share of mutated mails; bombs and families are always all."""
    logging.getLogger("tickets.channels.email").setLevel(logging.CRITICAL)
    found = Found()
    mutate(found, round(MUTATED * scale))
    for name in badmail.BOMBS:
        bomb(found, name)
    for name in badmail.REPEATED:
        grow(found, name)
    found.memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def mutate(found: Found, count: int) -> None:
    """Reads that many wounded mails, each another one."""
    seen: set[str] = set()
    began = time.process_time()
    for seed in range(count):
        raw = badmail.mutated(seed, badmail.SEEDS[seed % len(badmail.SEEDS)])
        seen.add(hashlib.sha256(raw).hexdigest())
        found.accepted += 1
        _one(found, raw)
    found.distinct = len(seen)
    found.seconds_per_mail = round((time.process_time() - began) / max(1, count), 5)


def _one(found: Found, raw: bytes) -> None:
    try:
        mail = parse(raw)
    except UnreadableMail as refused:
        found.quarantined += 1
        found.crashed += refused.reason.startswith("could not be read")
        found.nameless += len(refused.reason) < 4
        return
    found.parsed += 1
    shown = mail.text + mail.html + mail.subject + mail.from_name + "".join(one.name for one in mail.attachments)
    shown.encode("utf-8")
    # Whatever the database would not take, and a text that is there and not shown, is a fault of the reader.
    found.crashed += "\0" in shown or bool(mail.text.strip()) != bool(mail.visible_reply.strip())


def bomb(found: Found, name: str) -> float:
    """Reads one bomb at full size and tells its seconds of processor."""
    cost = _cost(badmail.BOMBS[name], times=1)
    found.bombs += 1
    found.slowest_bomb = round(max(found.slowest_bomb, cost), 3)
    found.slow_bombs += [name] if cost > BOMB_SECONDS else []
    return cost


def grow(found: Found, name: str, size: int = SIZE) -> float:
    """Reads a family's mail and one of twice its size and tells how many times longer that took."""
    half = _cost(lambda: badmail.family(name, size), times=2)
    whole = _cost(lambda: badmail.family(name, 2 * size), times=2)
    ratio = max(0.0, whole - NOISE) / half
    found.families += 1
    found.worst_ratio = round(max(found.worst_ratio, ratio), 2)
    found.steep += [name] if ratio > RATIO else []
    return ratio


def _cost(make: Callable[[], bytes], *, times: int) -> float:
    """The least processor time of a few readings."""
    raw, readings = make(), []
    for _ in range(times):
        began = time.process_time()
        _one(Found(), raw)
        readings.append(time.process_time() - began)
    return max(1e-9, min(readings))


def report(found: Found) -> str:
    """One line of torture.json."""
    return json.dumps({"stage": "parser", **asdict(found)})
