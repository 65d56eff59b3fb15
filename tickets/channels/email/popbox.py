"""A mailbox behind POP3 as we need it: which mails it holds, and a mail's bytes. As mailbox.py, it knows no rows.

The server is not believed: what it sends is bounded in bytes and in time.
"""

import base64
import poplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from helpdesk.core import egress
from tickets.channels.email.limits import MAX_BYTES, TRUNCATED
from tickets.channels.email.mailbox import DEADLINE, KEPT_OF_HUGE, TIMEOUT, FetchFailed, NotHandedOver, Server
from tickets.rules.issuers import bearer

# A listing of more mails than this is no listing.
MOST_LISTED = 500_000
LONGEST_LINE = 1024 * 1024
LINES_OF_HUGE = 20_000


class Connection(poplib.POP3):
    """poplib over the egress guard. Lines may be as long as real mail has them; all together no more than a mail."""

    def __init__(self, server: Server, patience: float = TIMEOUT) -> None:
        self.server = server
        self.budget = 2 * MAX_BYTES
        super().__init__(server.host, server.port, timeout=patience)

    def _create_socket(self, timeout: float) -> socket.socket:
        plain = egress.connect(self.server.host, self.server.port, timeout or TIMEOUT)
        if self.server.security != "ssl":
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=self.server.host)

    def _getline(self) -> tuple[bytes, int]:
        line = self.raw_line()
        return line.rstrip(b"\r\n"), len(line)

    def command(self, line: str) -> bytes:
        """Sends a command with a one-line answer. Raises error_proto when the server says no."""
        return bytes(self._shortcmd(line))  # type: ignore[attr-defined]  # poplib has no public name for it

    def raw_line(self) -> bytes:
        """A line as it came, its end included."""
        line = self.file.readline(LONGEST_LINE + 1)
        self.budget -= len(line)
        if self.budget < 0 or len(line) > LONGEST_LINE:
            raise FetchFailed("the server sent more than we asked for")
        if not line.endswith(b"\n"):
            raise FetchFailed("the server hung up: connection unexpectedly closed")
        return bytes(line)

    def body(self, command: str, most: int) -> bytes:
        """The bytes that answer RETR or TOP, as they came. What goes beyond `most` is read and dropped."""
        self.budget = 2 * MAX_BYTES
        try:
            self.command(command)
        except poplib.error_proto as fault:
            raise NotHandedOver(f"{command.split()[0]} refused: {fault}") from fault
        kept, size = [], 0
        while (line := self.raw_line()) not in (b".\r\n", b".\n"):
            line = line[1:] if line.startswith(b"..") else line
            if size <= most:
                kept.append(line)
            size += len(line)
        return b"".join(kept)


@contextmanager
def session(server: Server, deadline: float = DEADLINE, patience: float = TIMEOUT) -> Iterator[Connection]:
    """A signed-in connection that ends at the deadline whatever the server does."""
    connection = Connection(server, patience)
    watchdog = threading.Timer(deadline, egress.cut, [connection.sock])
    watchdog.daemon = True
    watchdog.start()
    try:
        if server.security == "starttls":
            connection.stls(ssl.create_default_context())
        _sign_in(connection, server)
        yield connection
    finally:
        watchdog.cancel()
        with suppress(OSError, poplib.error_proto):
            connection.close()


def _sign_in(connection: Connection, server: Server) -> None:
    if server.token:
        said = base64.b64encode(bearer(server.user, server.token).encode()).decode()
        connection.command(f"AUTH XOAUTH2 {said}")
        return
    for value in (server.user, server.password):
        if "\r" in value or "\n" in value:
            raise FetchFailed("a name or password with a line break")
    connection.user(server.user)
    connection.pass_(server.password)


@dataclass(frozen=True)
class Listed:
    """One mail: its number in this session, its lasting name, its size (None: not told)."""

    number: int
    uid: str
    size: int | None


def listing(connection: Connection) -> list[Listed]:
    """All that lies in the mailbox, in the server's order. Raises FetchFailed when mails have no lasting names."""
    try:
        names = connection.uidl()[1]
    except poplib.error_proto as fault:
        raise FetchFailed(f"the server gives no UIDL: {fault}") from fault
    if len(names) > MOST_LISTED:
        raise FetchFailed("the server lists too many mails")
    sizes = dict(_pairs(connection.list()[1]))
    return [Listed(int(number), name, _number(sizes.get(number))) for number, name in _pairs(names)]


def _pairs(lines: list[bytes]) -> Iterator[tuple[str, str]]:
    for line in lines:
        number, _, name = line.decode("ascii", "backslashreplace").strip().partition(" ")
        if number.isdigit() and len(number) < 10 and name:
            yield number, name[:100]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and len(text) < 19 else None


def message(connection: Connection, mail: Listed) -> bytes:
    """The mail's bytes. Of a huge one only the beginning, marked as such."""
    if mail.size is not None and mail.size > MAX_BYTES:
        return _shortened(connection.body(f"TOP {mail.number} {LINES_OF_HUGE}", KEPT_OF_HUGE), mail.size)
    whole = connection.body(f"RETR {mail.number}", MAX_BYTES)
    return whole if len(whole) <= MAX_BYTES else _shortened(whole, len(whole))


def _shortened(data: bytes, size: int) -> bytes:
    return TRUNCATED + f": {size}\r\n".encode() + data[:KEPT_OF_HUGE]
