"""Notices a worker that lives but no longer hears the broker (it can happen after the broker was away)."""

import time

NODE = "worker@helpdesk"
EVERY = 15.0
PATIENCE = 4


class Ear:
    """Pings the worker now and then; the worker's main process answers even while its tasks are long."""

    def __init__(self) -> None:
        self.asked = time.monotonic()
        self.silences = 0

    def deaf(self) -> bool:
        """True once after several pings in a row without an answer, though the broker took them."""
        if time.monotonic() - self.asked < EVERY:
            return False
        self.silences = 0 if self._hears() else self.silences + 1
        self.asked = time.monotonic()
        if self.silences < PATIENCE:
            return False
        self.silences = 0
        return True

    def _hears(self) -> bool:
        from celery import current_app  # late: most commands never need it, and it is slow to load

        try:
            return bool(current_app.control.ping(destination=[NODE], timeout=1.0, limit=1))
        except Exception:  # the broker is away: that is not the worker's fault
            return True
