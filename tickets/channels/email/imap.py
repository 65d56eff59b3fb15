"""Fetching an inbox by (UIDVALIDITY, last UID). Bytes are durable before the cursor moves; flags are never touched.

Inbox settings: `imap_host`, `imap_port`, `imap_tls` ("ssl", "starttls" or "none"), `imap_user` (else the address),
`imap_folder` (INBOX); the password is the sealed `imap_password` (or `password`).
"""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta

from helpdesk.core import clock, failpoints
from tickets.actions import cursors, raw
from tickets.actions.inboxes import secrets_of
from tickets.channels.email import mailbox, oauth
from tickets.channels.email.mailbox import Connection, FetchFailed, NotHandedOver, Server
from tickets.channels.email.smtp import port_of, security_of
from tickets.models import Inbox

# One inbox's turn; then the others have theirs, and the rest comes with the next fetch.
TURN = 60.0
# So long a mail that the server refuses to hand over may hold up the mails behind it.
PATIENCE = timedelta(hours=1)
PORTS = {"ssl": 993, "starttls": 143, "none": 143}
log = logging.getLogger(__name__)


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
        token=oauth.token_of(inbox),
    )


def fetch(inbox: Inbox) -> int:
    """Takes in what is new; returns how many mails came. Whatever goes wrong stays with this inbox and is told there.

    Raises only when the database cannot even keep the reason.
    """
    taken = 0
    try:
        for _ in _each(inbox):
            taken += 1
    except Exception as fault:
        log.warning("inbox %s was not fetched: %s", inbox.pk, type(fault).__name__)
        cursors.fetch_failed(inbox, _why(fault))
    return taken


def _each(inbox: Inbox) -> Iterator[int]:
    server = server_of(inbox)
    if server is None:
        return
    with cursors.alone(inbox) as mine:
        if mine:
            with mailbox.session(server) as connection:
                yield from _new(inbox, connection, server.folder)
            cursors.fetch_ok(inbox)


def _why(fault: Exception) -> str:
    said = fault.args[0] if fault.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(fault)
    return f"{type(fault).__name__}: {text}"


def _new(inbox: Inbox, connection: Connection, name: str) -> Iterator[int]:
    """Each new UID once it is ours, while our turn lasts. Moves the cursor only behind what is committed."""
    folder = mailbox.opened(connection, name)
    last = folder.resume(cursors.position(inbox, folder.validity))
    end = time.monotonic() + TURN
    for page in mailbox.pages(connection, folder, last):
        for uid, size in page.mails:
            if time.monotonic() > end:
                return
            _take_in(inbox, connection, (folder.validity, uid, size), name)
            yield uid
        cursors.fetched(inbox, folder.validity, page.end)
    if last == 0 and not folder.newest:
        cursors.fetched(inbox, folder.validity, 0)


def _take_in(inbox: Inbox, connection: Connection, mail: tuple[int, int, int | None], folder: str) -> None:
    validity, uid, size = mail
    data = _bytes(inbox, connection, uid, size, folder)
    failpoints.reach("imap.fetched")
    if data is not None:
        raw.take_in(inbox, data, f"imap:{validity}:{uid}")
    failpoints.reach("imap.stored")
    cursors.fetched(inbox, validity, uid)
    failpoints.reach("imap.cursor")


def _bytes(inbox: Inbox, connection: Connection, uid: int, size: int | None, folder: str) -> bytes | None:
    """The mail. One that is refused is asked for again for an hour, then a note for a human stands in its place."""
    try:
        return mailbox.message(connection, uid, size)
    except NotHandedOver as refused:
        if cursors.silent_since(inbox) > clock.now() - PATIENCE:
            raise
        return mailbox.stand_in(uid, folder, str(refused))


__all__ = ["FetchFailed", "fetch", "server_of"]
