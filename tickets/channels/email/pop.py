"""Fetching an inbox by POP3. A mail's UIDL is remembered once its bytes are durable; nothing is deleted unless wished.

Inbox settings: `receive` is "pop"; `pop_host`, `pop_port`, `pop_tls` ("ssl", "starttls" or "none"), `pop_user` (else
the address), `pop_delete` (take mail away from the server once it is ours); the password is the sealed `pop_password`.
"""

import logging
import time
from collections.abc import Iterator

from helpdesk.core import clock, failpoints
from tickets.actions import cursors, raw
from tickets.actions.inboxes import secrets_of
from tickets.channels.email import mailbox, oauth, popbox
from tickets.channels.email.imap import PATIENCE, TURN
from tickets.channels.email.mailbox import NotHandedOver, Server
from tickets.channels.email.popbox import Connection, Listed
from tickets.channels.email.smtp import port_of, security_of
from tickets.models import Inbox
from tickets.rules.mailtrouble import said_by

PORTS = {"ssl": 995, "starttls": 110, "none": 110}
log = logging.getLogger(__name__)


def server_of(inbox: Inbox) -> Server | None:
    """The inbox's POP3 server, or None when it has none."""
    host = str(inbox.settings.get("pop_host") or "")
    if not host:
        return None
    hidden = secrets_of(inbox)
    security = security_of(inbox.settings.get("pop_tls"), "ssl")
    return Server(
        host=host,
        port=port_of(inbox.settings.get("pop_port"), PORTS.get(security, 995)),
        security=security,
        user=str(inbox.settings.get("pop_user") or inbox.address),
        password=hidden.get("pop_password") or hidden.get("password", ""),
        folder="",
        token=oauth.token_of(inbox),
    )


def fetch(inbox: Inbox) -> int:
    """Takes in what is new; returns how many mails came. What goes wrong stays with this inbox and is told there."""
    taken = 0
    try:
        for _ in _each(inbox):
            taken += 1
    except Exception as fault:
        log.warning("inbox %s was not fetched: %s", inbox.pk, type(fault).__name__)
        cursors.fetch_failed(inbox, said_by(fault))
    return taken


def _each(inbox: Inbox) -> Iterator[str]:
    server = server_of(inbox)
    if server is None:
        return
    with cursors.alone(inbox) as mine:
        if mine:
            with popbox.session(server) as connection:
                yield from _new(inbox, connection)
                # Only now does the server carry out what we asked it to delete.
                connection.quit()
            cursors.fetch_ok(inbox)


def _new(inbox: Inbox, connection: Connection) -> Iterator[str]:
    listed = popbox.listing(connection)
    known = cursors.seen(inbox)
    wipe = bool(inbox.settings.get("pop_delete"))
    cursors.forget_unlisted(inbox, known - {mail.uid for mail in listed})
    end = time.monotonic() + TURN
    for mail in listed:
        if mail.uid not in known:
            if time.monotonic() > end:
                return
            _take_in(inbox, connection, mail)
            yield mail.uid
        if wipe:
            connection.dele(mail.number)


def _take_in(inbox: Inbox, connection: Connection, mail: Listed) -> None:
    data = _bytes(inbox, connection, mail)
    failpoints.reach("pop.fetched")
    raw.take_in(inbox, data, f"pop:{mail.uid}")
    failpoints.reach("pop.stored")
    cursors.note_seen(inbox, [mail.uid])


def _bytes(inbox: Inbox, connection: Connection, mail: Listed) -> bytes:
    """The mail. One that is refused is asked for again for an hour, then a note for a human stands in its place."""
    try:
        return popbox.message(connection, mail)
    except NotHandedOver as refused:
        if cursors.silent_since(inbox) > clock.now() - PATIENCE:
            raise
        return mailbox.stand_in(mail.number, f"POP3 {mail.uid}", str(refused))
