"""How cost grows with length, read so that a busy machine does not make it look worse than it is."""

from collections.abc import Callable

TRIES = 8


def least(read: Callable[[], float], enough: float) -> float:
    """The least of a few readings; no more are taken once one is low enough. What is truly steep is so every time."""
    best = read()
    for _ in range(TRIES - 1):
        if best <= enough:
            break
        best = min(best, read())
    return best
