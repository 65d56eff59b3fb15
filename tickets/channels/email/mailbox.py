"""A folder on an IMAP server as we need it: what came after a UID, and a mail's bytes. Nothing here knows our rows.

The server is not believed: what it sends is bounded in bytes and in time, and an answer that we did not ask for is a
fault of this mailbox, never of its neighbours.
"""

import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date

from helpdesk.core import egress
from tickets.channels.email.limits import MAX_BYTES, NOT_HANDED_OVER, TRUNCATED
from tickets.rules.issuers import bearer

TIMEOUT = 20.0
DEADLINE = 240.0
KEPT_OF_HUGE = 1024 * 1024
# UIDs asked for at once. A folder with gaps is crossed in growing strides, a dense one in small batches.
STRIDE, LONGEST_STRIDE = 250, 64_000
UID = re.compile(rb"\bUID (\d+)")
SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")


class FetchFailed(Exception):
    """The server said no, or said nothing we understand; the text is for the settings page."""


class NotHandedOver(FetchFailed):
    """The connection is good, but this one mail was refused."""


@dataclass(frozen=True)
class Server:
    """Where and how to fetch."""

    host: str
    port: int
    security: str
    user: str
    password: str
    folder: str
    token: str = ""


class Connection(imaplib.IMAP4):
    """imaplib over the egress guard, which reads no more than one mail may hold in one answer."""

    def __init__(self, server: Server, patience: float = TIMEOUT) -> None:
        self.server = server
        self.budget = 2 * MAX_BYTES
        super().__init__(server.host, server.port, timeout=patience)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = egress.connect(self.server.host, self.server.port, timeout or TIMEOUT)
        if self.server.security != "ssl":
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=self.server.host)

    def read(self, size: int) -> bytes:
        """A literal. One that is larger than what we asked for is not read."""
        self._spend(size)
        return super().read(size)

    def readline(self) -> bytes:
        """A line."""
        line = super().readline()
        self._spend(len(line))
        return line

    def _spend(self, count: int) -> None:
        self.budget -= count
        if self.budget < 0:
            raise FetchFailed("the server sent more than we asked for")

    def ask(self, uids: str, what: str) -> list[bytes | tuple[bytes, bytes]]:
        """UID FETCH; the answer's parts, lines or (line, literal)."""
        self.budget = 2 * MAX_BYTES
        state, found = self.uid("FETCH", uids, f"({what})")
        if state != "OK":
            raise NotHandedOver(f"fetch refused: {found!r}")
        return [part for part in found if part]


@contextmanager
def session(server: Server, deadline: float = DEADLINE, patience: float | None = None) -> Iterator[Connection]:
    """A signed-in connection that ends at the deadline whatever the server does: drips count as silence."""
    connection = Connection(server, patience or TIMEOUT)
    watchdog = threading.Timer(deadline, _cut, [connection])
    watchdog.daemon = True
    watchdog.start()
    try:
        if server.security == "starttls":
            connection.starttls(ssl.create_default_context())
        _sign_in(connection, server)
        yield connection
    finally:
        watchdog.cancel()
        _cut(connection)


def _sign_in(connection: Connection, server: Server) -> None:
    if not server.token:
        connection.login(server.user, server.password)
        return
    answers = [bearer(server.user, server.token).encode()]
    # A refusal comes as one more challenge, which wants an empty answer.
    connection.authenticate("XOAUTH2", lambda _: answers.pop() if answers else b"")


def _cut(connection: imaplib.IMAP4) -> None:
    with suppress(OSError):
        connection.sock.shutdown(socket.SHUT_RDWR)
    connection.sock.close()


@dataclass(frozen=True)
class Folder:
    """An opened folder: its numbering, the newest UID in it (0: empty), the next one (0: not told), its mails."""

    validity: int
    newest: int
    following: int
    mails: int = 0

    def resume(self, last: int) -> int:
        """Where to go on. A cursor beyond the next UID means that all was renumbered without a word: from the start."""
        return 0 if 0 < self.following <= last else last


def opened(connection: Connection, name: str) -> Folder:
    """Opens the folder for reading only."""
    quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    state, said = connection.select(quoted, readonly=True)
    if state != "OK":
        raise FetchFailed(f"cannot open the folder {name}: {said!r}")
    validity, following = _number(connection, "UIDVALIDITY"), _number(connection, "UIDNEXT")
    if not validity:
        raise FetchFailed("the server gives no UIDVALIDITY")
    if said == [b"0"]:
        return Folder(validity, 0, following)
    count = int(said[-1]) if said and said[-1] and said[-1].isdigit() else 0
    return Folder(validity, following - 1 if following else _newest(connection), following, count)


def _number(connection: Connection, name: str) -> int:
    _, values = connection.response(name)
    said = values[-1] if values else None
    return int(said) if said else 0


def _newest(connection: Connection) -> int:
    """For a server that does not tell which UID comes next."""
    return max((uid for uid, _ in _listed(connection.ask("*", "UID RFC822.SIZE"))), default=0)


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def last_before(connection: Connection, folder: Folder, since: date) -> int:
    """The UID up to which all mails came before that day, by the server's own dates."""
    connection.budget = 2 * MAX_BYTES
    asked = f"{since.day}-{MONTHS[since.month - 1]}-{since.year}"
    state, found = connection.uid("SEARCH", "SINCE", asked)
    if state != "OK":
        raise FetchFailed(f"search refused: {found!r}")
    uids = [int(word) for part in found if part for word in part.split() if word.isdigit()]
    return min(uids, default=folder.newest + 1) - 1


@dataclass(frozen=True)
class Page:
    """The mails of one stretch of UIDs, with their sizes (None: not told); nothing up to `end` is missing."""

    mails: list[tuple[int, int | None]]
    end: int


def pages(connection: Connection, folder: Folder, last: int) -> Iterator[Page]:
    """What came after the UID `last`, oldest first, so many UIDs at a time that a huge folder needs no memory."""
    stride, low = STRIDE, last + 1
    while low <= folder.newest:
        high = min(low + stride - 1, folder.newest)
        found = _listed(connection.ask(f"{low}:{high}", "UID RFC822.SIZE"))
        # Some servers name the newest mail for any stretch that lies behind it.
        yield Page(sorted({uid: size for uid, size in found if low <= uid <= high}.items()), high)
        stride = STRIDE if len(found) > STRIDE // 4 else min(stride * 4, LONGEST_STRIDE)
        low = high + 1


def _listed(answer: list[bytes | tuple[bytes, bytes]]) -> list[tuple[int, int | None]]:
    mails = []
    for part in answer:
        line = part if isinstance(part, bytes) else part[0]
        uid, size = UID.search(line), SIZE.search(line)
        if uid:
            mails.append((int(uid[1]), int(size[1]) if size else None))
    return mails


def message(connection: Connection, uid: int, size: int | None) -> bytes | None:
    """The mail's bytes; None when it vanished meanwhile. Of a huge one only the beginning, marked as such."""
    if size is None or size <= MAX_BYTES:
        # The bound is for servers whose sizes are not true.
        whole = _literal(connection, uid, f"BODY.PEEK[]<0.{MAX_BYTES + 1}>")
        if whole is None or len(whole) <= MAX_BYTES:
            return whole
        return _marked(TRUNCATED, f"{size}", whole[:KEPT_OF_HUGE])
    start = _literal(connection, uid, f"BODY.PEEK[]<0.{KEPT_OF_HUGE}>")
    return None if start is None else _marked(TRUNCATED, f"{size}", start[:KEPT_OF_HUGE])


def stand_in(uid: int, folder: str, why: str) -> bytes:
    """What we keep of a mail that the server has but does not hand over: a human must look for it there."""
    said = why.encode("ascii", "backslashreplace").decode().replace("\n", " ").replace("\r", " ")
    return _marked(NOT_HANDED_OVER, f"{said[:300]} (folder {folder!a}, UID {uid})", b"")


def _marked(mark: bytes, value: str, data: bytes) -> bytes:
    return mark + f": {value}\r\n".encode() + data


def _literal(connection: Connection, uid: int, what: str) -> bytes | None:
    answer = connection.ask(str(uid), f"UID {what}")
    for part in answer:
        if isinstance(part, tuple) and int((UID.search(part[0]) or [0, uid])[1]) == uid:
            return part[1]
    if any(isinstance(part, bytes) and b"BODY[" in part for part in answer):
        raise NotHandedOver(f"no bytes in the answer: {answer!r}"[:200])
    return None
