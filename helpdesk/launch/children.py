"""A process that the supervisor keeps alive: its own session, dies with its parent, restarted with back-off."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from helpdesk import env as environment

PR_SET_PDEATHSIG = 1
STEADY_SECONDS = 30
LONGEST_WAIT = 30


def _die_with_parent() -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def arrange() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return arrange


@dataclass
class Child:
    """One supervised process."""

    name: str
    command: list[str]
    environ: dict[str, str]
    descriptors: tuple[int, ...] = ()
    failures: int = 0
    started: float = 0.0
    due: float = 0.0
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        """Starts it now."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=self.environ,
            cwd=environment.ROOT,
            pass_fds=self.descriptors,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent(),
        )

    def tend(self) -> str | None:
        """Notices a death, starts again when its time has come; returns a line to say, if any."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
            return None
        code = self.process.poll()
        if code is None:
            return None
        self._sweep()
        self.failures = 0 if now - self.started > STEADY_SECONDS else self.failures + 1
        wait = 0.0 if not self.failures else min(LONGEST_WAIT, 0.5 * 2 ** (self.failures - 1))
        self.process, self.due = None, now + wait
        return f"{self.name} ended ({_reason(code)}); starting it again in {wait:g} s"

    def ask(self) -> None:
        """Asks it to end (SIGTERM)."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def ended(self) -> bool:
        """Is it gone?"""
        return self.process is None or self.process.poll() is not None

    def end(self) -> None:
        """Ends it and whatever it started, by force."""
        if self.process is not None:
            self._sweep()
            self.process.wait()
            self.process = None

    def _sweep(self) -> None:
        # The child leads its own group: this reaches its children too, also when it has died before them.
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return


def _reason(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def stop_all(children: list[Child], seconds: float) -> None:
    """Asks all, waits for at most `seconds`, ends the rest by force."""
    for child in children:
        child.ask()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not all(child.ended() for child in children):
        time.sleep(0.05)
    for child in children:
        child.end()
