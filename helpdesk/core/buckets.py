"""How often one key may ask: a token bucket per key in this process's memory (docs/decisions/0030-rate-limit.md)."""

import threading
import time
from dataclasses import dataclass

RATE = 100.0
BURST = 2000
MOST_KEYS = 10_000


@dataclass(frozen=True)
class Spent:
    """What one request left: whether it may go on, how many more may follow at once, seconds until one more may."""

    allowed: bool
    left: int
    wait: int


_levels: dict[str, tuple[float, float]] = {}
_lock = threading.Lock()


def spend(key: str, at: float | None = None) -> Spent:
    """Takes one request out of the bucket of `key`. `at` is a monotonic time in seconds, for tests."""
    now = time.monotonic() if at is None else at
    with _lock:
        level, then = _levels.get(key, (float(BURST), now))
        level = min(float(BURST), level + max(0.0, now - then) * RATE)
        allowed = level >= 1
        level -= 1 if allowed else 0
        _levels[key] = (level, now)
        if len(_levels) > MOST_KEYS:
            _drop_full(now)
    return Spent(allowed, int(level), 0 if level >= 1 else 1)


def _drop_full(now: float) -> None:
    # A bucket that has had time to fill again says nothing; if all are busy, the oldest half goes.
    for key in [key for key, (level, then) in _levels.items() if level + (now - then) * RATE >= BURST]:
        del _levels[key]
    if len(_levels) > MOST_KEYS:
        for key in sorted(_levels, key=lambda key: _levels[key][1])[: MOST_KEYS // 2]:
            del _levels[key]


def headers(spent: Spent) -> dict[str, str]:
    """RateLimit as the IETF draft spells it, and the older X- names."""
    window = int(BURST / RATE)
    full = str(max(0, round((BURST - spent.left) / RATE)))
    return {
        "RateLimit-Policy": f'"default";q={BURST};w={window}',
        "RateLimit": f'"default";r={spent.left};t={full}',
        "X-RateLimit-Limit": str(BURST),
        "X-RateLimit-Remaining": str(spent.left),
        "X-RateLimit-Reset": full,
    }
