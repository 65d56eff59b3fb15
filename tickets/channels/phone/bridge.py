"""The line to an Asterisk: signs in, hears its events, keeps each before the next is read, and comes back when cut."""

import contextlib
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from helpdesk.core import clock, egress
from tickets.actions import cursors, raw
from tickets.actions.inboxes import secrets_of
from tickets.channels.hooks import packed
from tickets.channels.phone import ami
from tickets.envelopes import SendResult
from tickets.models import Call, Inbox

PORT = 5038
PATIENCE = 30.0
PAUSES = (0.5, 1, 2, 5, 10, 30)
SIGN_IN = "sign-in refused: "


class LockedOut(Exception):
    """The exchange does not take our name and password."""


class Bridge:
    """One inbox's line. `run` goes on until `stopped` says so."""

    def __init__(self, inbox: Inbox, stopped: Callable[[], bool]) -> None:
        self.inbox, self.stopped = inbox, stopped
        words = str(inbox.settings.get("ami_inward") or "").lower().split()
        self.line = ami.Line(inward=tuple(words) or ami.INWARD)
        going = Call.objects.filter(inbox=inbox, outcome="", by_hand=False)
        self.line.going = set(going.values_list("call_id", flat=True))
        self.buffer = bytearray()
        self.failures = 0

    def run(self) -> None:
        """Connects, hears, and after a cut connects again, ever more patiently."""
        while not self.stopped():
            try:
                self._once()
            except (OSError, LockedOut, ami.Broken, egress.Refused) as fault:
                words = str(fault) or type(fault).__name__
                cursors.fetch_failed(self.inbox, f"{SIGN_IN}{words}" if isinstance(fault, LockedOut) else words)
            self._rest()

    def _rest(self) -> None:
        until = time.monotonic() + PAUSES[min(self.failures, len(PAUSES) - 1)]
        self.failures += 1
        while time.monotonic() < until and not self.stopped():
            time.sleep(0.05)

    def sign_in_once(self) -> None:
        """Connects, signs in, hangs up. Raises what went wrong."""
        with contextlib.closing(self._connected()) as line:
            self._sign_in(line)

    def _connected(self) -> socket.socket:
        host = str(self.inbox.settings.get("ami_host") or "")
        port = int(self.inbox.settings.get("ami_port") or PORT)
        self.buffer.clear()
        line = egress.connect(host, port, 10.0)
        line.settimeout(1.0)
        return line

    def _once(self) -> None:
        with contextlib.closing(self._connected()) as line:
            self._sign_in(line)
            self._look_around(line)
            self.failures = 0
            cursors.fetch_ok(self.inbox)
            self._hear(line)

    def _sign_in(self, line: socket.socket) -> None:
        user = str(self.inbox.settings.get("ami_user") or "")
        line.sendall(ami.action("Login", Username=user, Secret=secrets_of(self.inbox).get("api_key", "")))
        for frame in self._frames(line, PATIENCE):
            if frame.get("Response") == "Success":
                return
            if frame.get("Response") == "Error":
                raise LockedOut(frame.get("Message", ""))
        raise ami.Broken("no answer to the sign-in")

    def _look_around(self, line: socket.socket) -> None:
        """Which calls go on: those that we believe in and that are gone have ended while nobody heard."""
        line.sendall(ami.action("CoreShowChannels"))
        present: set[str] = set()
        for frame in self._frames(line, PATIENCE):
            if frame.get("Event") == "CoreShowChannelsComplete":
                break
            if frame.get("Event") == "CoreShowChannel":
                present.add(frame.get("Linkedid", ""))
                for fact in self.line.met(frame):
                    self._keep(fact)
            else:
                self._take(frame)
        for fact in self.line.missing(present):
            self._keep(fact)

    def _hear(self, line: socket.socket) -> None:
        heard = time.monotonic()
        while not self.stopped():
            for frame in self._frames(line, 1.0):
                heard = time.monotonic()
                self._take(frame)
                if self.stopped():
                    return
            if time.monotonic() - heard > PATIENCE:
                line.sendall(ami.action("Ping"))
                heard = time.monotonic() - PATIENCE / 2

    def _frames(self, line: socket.socket, seconds: float) -> Any:
        """Frames as they come, for so long at most. Raises OSError when the line is cut."""
        until = time.monotonic() + seconds
        yield from ami.frames(self.buffer)
        while time.monotonic() < until and not self.stopped():
            try:
                data = line.recv(65_536)
            except TimeoutError:
                continue
            if not data:
                raise ConnectionResetError("the exchange hung up on us")
            self.buffer += data
            yield from ami.frames(self.buffer)

    def _take(self, frame: ami.Frame) -> None:
        fact = self.line.fact(frame)
        if fact is not None:
            self._keep(fact)

    def _keep(self, fact: dict[str, Any]) -> None:
        """Durable before the next one is read. Its time is the exchange's, else ours."""
        told = fact.pop("time", None)
        at = datetime.fromtimestamp(told, UTC) if told else clock.now()
        raw.take_in(self.inbox, packed({"bridge": fact, "at": at.isoformat()}), source="asterisk")


def try_out(inbox: Inbox) -> SendResult:
    """Whether the exchange takes our name and password; its line is closed again at once."""
    line = Bridge(inbox, lambda: False)
    try:
        line.sign_in_once()
    except LockedOut as fault:
        return SendResult(ok=False, error=f"{SIGN_IN}{fault}", permanent=True, cause="sign_in")
    except (OSError, ami.Broken, egress.Refused) as fault:
        return SendResult(ok=False, error=f"not reached: {fault}", cause="network")
    return SendResult(ok=True)
