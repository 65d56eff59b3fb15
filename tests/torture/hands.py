"""Where the processes of stage T1 die, and how a supervisor starts them again."""

import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.torture.rig import Rig

TAKING_IN = ("file.written:4", "raw.filed:4", "raw.committed:4")
POINTS: dict[str, tuple[str, ...]] = {
    "smtp": TAKING_IN * 3,
    "lmtp": TAKING_IN * 3,
    "web": TAKING_IN * 4,
    "pipe": ("file.written", "raw.filed", "raw.committed") * 2,
    "importer": (
        *("raw.filed:3", "file.written:3", "raw.committed:3", "raw.claimed:3", "raw.parsed:3", "intake.customer:3"),
        *("intake.thread:3", "intake.message:3", "intake.timeline:3", "raw.accepted:3"),
    ),
    "worker": (
        *("imap.fetched:3", "raw.claimed:9", "imap.stored:3", "raw.parsed:9", "imap.cursor:3", "intake.customer:2"),
        *("imap.fetched:9", "intake.thread:5", "imap.stored:9", "intake.message:5", "imap.cursor:9"),
        *("intake.timeline:5", "imap.fetched", "intake.announced:5", "imap.stored", "raw.accepted:5", "imap.cursor"),
        *(
            "pop.fetched:3",
            "pop.stored:3",
            "raw.quarantined",
            "outbox.claimed:3",
            "outbox.handled:3",
            "outbox.marked:3",
        ),
    ),
}
PATIENCE = 30.0


@dataclass
class Hand:
    """A process that a supervisor starts again whenever it ends, each life with the next step to die at."""

    victim: str
    begin: Callable[[str], "subprocess.Popen[Any]"]
    points: deque[str]
    child: "subprocess.Popen[Any] | None" = None
    since: float = 0.0
    once: bool = False

    def look(self, rig: Rig, missed: list[str]) -> None:
        """Starts it if need be; kills it at any moment when its step does not come."""
        if self.child is not None and self.child.poll() is None:
            if self.points and time.monotonic() - self.since > PATIENCE:
                missed.append(f"{self.victim} {self.points[0]}")
                self.child.kill()
                self.child.wait()
            else:
                return
        if self.child is not None and self.child.returncode == -signal.SIGKILL:
            rig.kills[self.victim] += 1
            if self.points:
                self.points.popleft()
        if self.once and self.child is not None and self.child.returncode == 0:
            missed += [f"{self.victim} {point}, finished before" for point in self.points]
            self.points.clear()
            return
        self.child, self.since = self.begin(self.points[0] if self.points else ""), time.monotonic()

    @property
    def done(self) -> bool:
        """No more deaths to die; a single task is finished too."""
        ended = not self.once or (self.child is not None and self.child.poll() == 0)
        return not self.points and ended
