"""A short memory of one process: what many strangers ask for within the same moment is worked out once.

Only for what may be a moment old and is the same for everybody who asks with the same key; what must be true at once
belongs into the key. `BRIEF_SECONDS` 0 switches it off.
"""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.conf import settings

T = TypeVar("T")
MOST = 500
_kept: dict[Hashable, tuple[float, Any]] = {}
_lock = threading.Lock()


def remembered(key: Hashable, make: Callable[[], T]) -> T:
    """What `make` answered for this key within the last BRIEF_SECONDS, or answers now. Nobody may change it."""
    found = _kept.get(key)
    now = time.monotonic()
    if found is not None and now < found[0]:
        kept: T = found[1]
        return kept
    made = make()
    if settings.BRIEF_SECONDS:
        _keep(key, now + settings.BRIEF_SECONDS, made)
    return made


def _keep(key: Hashable, until: float, made: Any) -> None:
    with _lock:
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[key] = (until, made)


def forget() -> None:
    """Nothing is remembered any more."""
    with _lock:
        _kept.clear()
