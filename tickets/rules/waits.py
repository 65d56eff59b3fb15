"""How long somebody in the queue will wait, as far as the last waits tell. Pure.

The median of the last twenty waits, for each place in the queue, shared by those who answer; told as a range in whole
minutes, rounded up, because a promise that holds is worth more than a short one (experience.md 3.6).
"""

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

FEWEST = 5
SPREAD = 1.5


class Wait(NamedTuple):
    """From `low` to `high` minutes."""

    low: int
    high: int


def expected(waits: Sequence[float], ahead: int, agents: int) -> Wait | None:
    """The range for whoever has `ahead` people before them; None while too few waits are known or nobody is there.
    `waits` are in seconds."""
    if len(waits) < FEWEST or agents < 1:
        return None
    minutes = statistics.median(waits) * (ahead // agents + 1) / 60
    low = max(1, math.ceil(minutes))
    return Wait(low, max(low + 1, math.ceil(minutes * SPREAD)))
