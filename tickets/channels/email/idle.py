"""Hearing of new mail at once (IMAP IDLE, RFC 2177). It only rings: fetching is the worker's, and goes on without us.

One thread an inbox, in a process of its own, so that no worker waits. A server without IDLE is left to the clock.
"""

import imaplib
import logging
import select
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tickets.channels.email import imap, mailbox
from tickets.channels.email.mailbox import Connection, FetchFailed, Server
from tickets.models import Inbox
from tickets.queries.inboxes import fetchable

# A silent line is asked to go on so often: routers forget silent lines, and servers hang up after half an hour.
AGAIN = 240.0
LONGEST = 3600.0
MOST_INBOXES = 100
# After a fault the inbox is left to the clock for so long.
PAUSE = 60.0
CALM = 1.0
log = logging.getLogger(__name__)


class NoIdle(FetchFailed):
    """The server cannot tell by itself."""


def listen(server: Server, ring: Callable[[], None], stop: threading.Event) -> None:
    """Rings whenever the server says that the folder has changed, until `stop`. Raises what the line or server does."""
    with mailbox.session(server, LONGEST) as connection:
        mailbox.opened(connection, server.folder)
        _, said = connection.capability()
        if b"IDLE" not in b" ".join(said).upper().split():
            raise NoIdle("the server has no IDLE")
        # What came between the last fetch and now was told to nobody.
        ring()
        while not stop.is_set():
            _wait(connection, ring, stop)


def _wait(connection: Connection, ring: Callable[[], None], stop: threading.Event) -> None:
    """One IDLE, ended by us after a while."""
    connection.budget = 1024 * 1024
    tag = connection._new_tag()  # imaplib of Python 3.11 has no idle()
    connection.send(tag + b" IDLE\r\n")
    if not connection.readline().startswith(b"+"):
        raise NoIdle("the server refused IDLE")
    end = time.monotonic() + AGAIN
    while not stop.is_set() and (left := end - time.monotonic()) > 0:
        if _readable(connection, min(left, 0.5)):
            _hear(connection.readline(), ring)
    connection.send(b"DONE\r\n")
    while not (line := connection.readline()).startswith(tag):
        _hear(line, ring)


def _readable(connection: Connection, seconds: float) -> bool:
    pending = getattr(connection.sock, "pending", None)
    return bool(pending and pending()) or bool(select.select([connection.sock], [], [], seconds)[0])


def _hear(line: bytes, ring: Callable[[], None]) -> None:
    if not line or line.upper().startswith(b"* BYE"):
        raise imaplib.IMAP4.abort("the server hung up")
    words = line.upper().split()
    if len(words) > 2 and words[0] == b"*" and words[2] in (b"EXISTS", b"RECENT"):
        ring()


@dataclass
class Watch:
    """The thread of one inbox. `mark`: what its settings were."""

    mark: str
    thread: threading.Thread
    stop: threading.Event
    ended_at: float = 0.0


@dataclass
class Watcher:
    """Keeps a thread for each inbox that can be listened to. `ring` gets the inbox's id."""

    ring: Callable[[int], None]
    watches: dict[int, Watch] = field(default_factory=dict)

    def tend(self) -> None:
        """Starts what is missing, ends what has changed or gone, and leaves what failed to rest."""
        rows = [row for row in fetchable() if row.settings.get("receive", "imap") == "imap"]
        wanted = {row.pk: row for row in rows[:MOST_INBOXES]}
        for pk, watch in list(self.watches.items()):
            row = wanted.get(pk)
            if row is None or _mark(row) != watch.mark or self._rested(watch):
                watch.stop.set()
                del self.watches[pk]
        for pk, row in wanted.items():
            if pk not in self.watches:
                self._begin(row)

    def stop(self) -> None:
        """Ends all threads; those that wait on a server end with the process."""
        for watch in self.watches.values():
            watch.stop.set()

    def _rested(self, watch: Watch) -> bool:
        if watch.thread.is_alive():
            return False
        watch.ended_at = watch.ended_at or time.monotonic()
        return time.monotonic() - watch.ended_at > PAUSE

    def _begin(self, row: Inbox) -> None:
        stop = threading.Event()
        try:
            server = imap.server_of(row)
        except Exception as fault:
            # The fetch will meet it too, and tells it at the inbox.
            log.info("inbox %s is left to the clock: %s", row.pk, type(fault).__name__)
            server = None
        thread = threading.Thread(target=self._run, args=(row.pk, server, stop), daemon=True)
        self.watches[row.pk] = Watch(_mark(row), thread, stop)
        thread.start()

    def _run(self, pk: int, server: Server | None, stop: threading.Event) -> None:
        if server is None:
            return
        try:
            listen(server, self._calmly(pk), stop)
        except Exception as fault:
            log.info("inbox %s is left to the clock: %s", pk, type(fault).__name__)

    def _calmly(self, pk: int) -> Callable[[], None]:
        """A folder that changes a hundred times a second rings once a second."""
        last = [0.0]

        def once() -> None:
            wait = last[0] + CALM - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            last[0] = time.monotonic()
            self.ring(pk)

        return once


def _mark(row: Inbox) -> str:
    return f"{sorted(row.settings.items())!r} {row.secret_box}"
