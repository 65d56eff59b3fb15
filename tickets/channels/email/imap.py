"""Fetching an inbox by (UIDVALIDITY, last UID). Bytes are durable before the cursor moves; flags are never touched.

Inbox settings: `imap_host`, `imap_port`, `imap_tls` ("ssl", "starttls" or "none"), `imap_user` (else the address),
`imap_folder` (INBOX); the password is the sealed `imap_password` (or `password`).
"""

import imaplib
import logging
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from helpdesk.core import egress, failpoints
from tickets.actions import cursors, raw
from tickets.actions.inboxes import secrets_of
from tickets.channels.email.limits import MAX_BYTES, TRUNCATED
from tickets.channels.email.smtp import port_of, security_of
from tickets.models import Inbox

TIMEOUT = 20.0
DEADLINE = 240.0
KEPT_OF_HUGE = 1024 * 1024
PORTS = {"ssl": 993, "starttls": 143, "none": 143}
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
log = logging.getLogger(__name__)


class FetchFailed(Exception):
    """The server said no, or said nothing we understand; the text is for the settings page."""


@dataclass(frozen=True)
class Server:
    """Where and how to fetch."""

    host: str
    port: int
    security: str
    user: str
    password: str
    folder: str


def server_of(inbox: Inbox) -> Server | None:
    """The inbox's IMAP server, or None when it has none."""
    host = str(inbox.settings.get("imap_host") or "")
    if not host:
        return None
    hidden = secrets_of(inbox)
    security = security_of(inbox.settings.get("imap_tls"), "ssl")
    return Server(
        host=host,
        port=port_of(inbox.settings.get("imap_port"), PORTS.get(security, 993)),
        security=security,
        user=str(inbox.settings.get("imap_user") or inbox.address),
        password=hidden.get("imap_password") or hidden.get("password", ""),
        folder=str(inbox.settings.get("imap_folder") or "INBOX"),
    )


class _Connection(imaplib.IMAP4):
    """imaplib over the egress guard."""

    def __init__(self, server: Server) -> None:
        self.server = server
        super().__init__(server.host, server.port, timeout=TIMEOUT)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = egress.connect(self.server.host, self.server.port, timeout or TIMEOUT)
        if self.server.security != "ssl":
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=self.server.host)


@contextmanager
def session(server: Server, deadline: float = DEADLINE) -> Iterator[imaplib.IMAP4]:
    """A signed-in connection that ends at the deadline whatever the server does: drips count as silence."""
    connection = _Connection(server)
    watchdog = threading.Timer(deadline, _cut, [connection])
    watchdog.daemon = True
    watchdog.start()
    try:
        if server.security == "starttls":
            connection.starttls(ssl.create_default_context())
        connection.login(server.user, server.password)
        yield connection
    finally:
        watchdog.cancel()
        _cut(connection)


def _cut(connection: imaplib.IMAP4) -> None:
    with suppress(OSError):
        connection.sock.shutdown(socket.SHUT_RDWR)
    connection.sock.close()


def fetch(inbox: Inbox) -> int:
    """Takes in what is new; returns how many mails came. Never raises for what the server does."""
    server = server_of(inbox)
    if server is None:
        return 0
    with cursors.alone(inbox) as mine:
        return _fetch(inbox, server) if mine else 0


def _fetch(inbox: Inbox, server: Server) -> int:
    taken = 0
    try:
        with session(server) as connection:
            for _ in _new(inbox, connection, server.folder):
                taken += 1
    except (imaplib.IMAP4.error, FetchFailed, OSError, egress.Refused, ValueError) as fault:
        log.warning("inbox %s was not fetched: %s", inbox.pk, type(fault).__name__)
        cursors.fetch_failed(inbox, _why(fault))
        return taken
    cursors.fetch_ok(inbox)
    return taken


def _why(fault: Exception) -> str:
    said = fault.args[0] if fault.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(fault)
    return f"{type(fault).__name__}: {text}"


def _new(inbox: Inbox, connection: imaplib.IMAP4, folder: str) -> Iterator[int]:
    """Each new UID once it is ours. Moves the cursor only behind what is committed."""
    validity = _select(connection, folder)
    last = cursors.position(inbox, validity)
    end = time.monotonic() + DEADLINE
    for uid in _uids(connection, last):
        if time.monotonic() > end:
            raise FetchFailed("the server was too slow; the rest comes with the next fetch")
        data = _message(connection, uid)
        failpoints.reach("imap.fetched")
        if data is not None:
            raw.take_in(inbox, data, f"imap:{validity}:{uid}")
        failpoints.reach("imap.stored")
        cursors.fetched(inbox, validity, uid)
        failpoints.reach("imap.cursor")
        yield uid
    if last == 0:
        cursors.fetched(inbox, validity, cursors.position(inbox, validity))


def _select(connection: imaplib.IMAP4, folder: str) -> int:
    quoted = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
    state, said = connection.select(quoted, readonly=True)
    if state != "OK":
        raise FetchFailed(f"cannot open the folder {folder}: {said!r}")
    _, values = connection.response("UIDVALIDITY")
    if not values or not values[0]:
        raise FetchFailed("the server gives no UIDVALIDITY")
    return int(values[0])


def _uids(connection: imaplib.IMAP4, last: int) -> list[int]:
    state, found = connection.uid("SEARCH", f"UID {last + 1}:*")
    if state != "OK":
        raise FetchFailed(f"search refused: {found!r}")
    listed = b" ".join(line for line in found if line).split()
    # `n:*` always names the newest mail, even one that we have.
    return sorted({int(uid) for uid in listed if int(uid) > last})


def _message(connection: imaplib.IMAP4, uid: int) -> bytes | None:
    """The mail's bytes; None when it vanished meanwhile. Of a huge one only the beginning, marked as such."""
    size = _size(connection, uid)
    if size is None:
        return None
    if size <= MAX_BYTES:
        return _literal(connection, uid, "BODY.PEEK[]")
    start = _literal(connection, uid, f"BODY.PEEK[]<0.{KEPT_OF_HUGE}>")
    return None if start is None else TRUNCATED + f": {size}\r\n".encode() + start


def _size(connection: imaplib.IMAP4, uid: int) -> int | None:
    state, found = connection.uid("FETCH", str(uid), "(RFC822.SIZE)")
    if state != "OK":
        raise FetchFailed(f"fetch refused: {found!r}")
    said = b" ".join(part if isinstance(part, bytes) else part[0] for part in found if part)
    hit = SIZE.search(said)
    return int(hit[1]) if hit else None


def _literal(connection: imaplib.IMAP4, uid: int, what: str) -> bytes | None:
    state, found = connection.uid("FETCH", str(uid), f"({what})")
    if state != "OK":
        raise FetchFailed(f"fetch refused: {found!r}")
    return next((part[1] for part in found if isinstance(part, tuple)), None)
