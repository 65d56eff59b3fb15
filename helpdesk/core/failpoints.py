"""Named steps at which a fault test may stop the process. Without CHAOS they cost one comparison.

`CHAOS_AT=name` kills this process (SIGKILL) the first time it reaches `name`; `CHAOS_AT=name:3` the third time.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable

from django.conf import settings

NAMES = frozenset(
    {
        "raw.filed",
        "raw.committed",
        "raw.claimed",
        "raw.parsed",
        "raw.unpacked",
        "intake.customer",
        "intake.thread",
        "intake.message",
        "intake.timeline",
        "intake.announced",
        "raw.accepted",
        "raw.quarantined",
        "outbox.claimed",
        "outbox.handled",
        "outbox.marked",
        "timer.claimed",
        "timer.handled",
        "reply.written",
        "reply.announced",
        "chatmail.written",
        "smtp.before",
        "voice.before",
        "voice.accepted",
        "smtp.accepted",
        "delivery.marked",
        "file.written",
        "audit.sealed",
        "idempotency.acted",
        "imap.fetched",
        "imap.stored",
        "imap.cursor",
        "pop.fetched",
        "pop.stored",
        "erasure.carved",
        "erasure.piece",
        "export.packed",
    }
)
_seen: Counter[str] = Counter()
_hooks: dict[str, Callable[[], None]] = {}


def reach(name: str) -> None:
    """Marks that the step `name` is done; in a fault run this may be the process's last line."""
    if not settings.CHAOS:
        return
    if name not in NAMES:
        raise LookupError(f"failpoint {name!r} is not listed in core/failpoints.py")
    _seen[name] += 1
    if name in _hooks:
        _hooks[name]()
    target, _, count = os.environ.get("CHAOS_AT", "").partition(":")
    if target == name and _seen[name] >= int(count or 1):
        os.kill(os.getpid(), signal.SIGKILL)


def on(name: str, hook: Callable[[], None] | None) -> None:
    """Tests: calls `hook` whenever `name` is reached; None takes it away."""
    if hook is None:
        _hooks.pop(name, None)
    else:
        _hooks[name] = hook
