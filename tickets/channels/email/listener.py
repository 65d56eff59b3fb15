"""Our own way in for a mail server in front of us: SMTP or LMTP. 250 is said only once the mail is durable.

What the envelope knew is written on top of the mail as `Return-Path` and `Delivered-To` (RFC 5321 4.4, RFC 9228), the
same for every repeat of a delivery, so that repeats are recognised.
"""

import logging
import ssl
import threading
from asyncio import get_running_loop
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import DatabaseError, close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tickets import tokens
from tickets.actions import raw
from tickets.channels.email import address as addresses
from tickets.channels.email.limits import MAX_BYTES
from tickets.channels.email.stamp import stamped
from tickets.models import Inbox
from tickets.queries.inboxes import by_address

logging.getLogger("mail.log").setLevel(logging.WARNING)
UNKNOWN = "550 5.1.1 There is no such address here"
LATER = "451 4.3.0 We could not keep your mail just now. Please try again"
MOST_RECIPIENTS = 100
THREADS = 4


def inbox_of(recipient: str) -> Inbox | None:
    """The inbox that takes mail for this address, also with one of our tokens in it."""
    found = by_address(tokens.base_address(recipient)) or by_address(_without_plus(recipient))
    return found if found is not None and found.is_active else None


def _without_plus(recipient: str) -> str:
    local, _, domain = recipient.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def keep(sender: str, recipients: list[str], data: bytes) -> None:
    """Takes one delivery in for every inbox it names; returns once all of it is durable."""
    by_inbox: dict[int, tuple[Inbox, list[str]]] = {}
    for recipient in recipients:
        inbox = inbox_of(recipient)
        if inbox is not None:
            by_inbox.setdefault(inbox.pk, (inbox, []))[1].append(recipient)
    for inbox, theirs in by_inbox.values():
        raw.take_in(inbox, stamped(sender, theirs, data), source="smtp")


class Door:
    """What aiosmtpd asks. Every answer that needs a row is given by a thread, so that a slow disk stops nobody else."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(THREADS, "mail")
        self.links: dict[int, BaseDatabaseWrapper] = {}

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes addresses of ours and no others: nobody can relay through us."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients at once"
        if not addresses.valid(address):
            return UNKNOWN
        try:
            known = await get_running_loop().run_in_executor(self.threads, self._asked, address)
        except DatabaseError:
            return LATER
        if not known:
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keeps the mail, then says so."""
        data = envelope.original_content or b""
        try:
            given = envelope.mail_from or "", list(envelope.rcpt_tos), data
            await get_running_loop().run_in_executor(self.threads, self._kept, *given)
        except (DatabaseError, OSError):
            return LATER
        return "250 2.0.0 Kept"

    def _asked(self, address: str) -> bool:
        self._link()
        return inbox_of(address) is not None

    def _kept(self, sender: str, recipients: list[str], data: bytes) -> None:
        self._link()
        keep(sender, recipients, data)

    def _link(self) -> None:
        close_old_connections()
        self.links[threading.get_ident()] = connections["default"]

    def close(self) -> None:
        """Ends the threads, then their database connections."""
        self.threads.shutdown()
        for link in self.links.values():
            link.inc_thread_sharing()
            link.close()


@dataclass(frozen=True)
class Listening:
    """Where and how to listen. With a certificate STARTTLS is offered, and demanded when `only_tls`."""

    host: str
    port: int
    lmtp: bool = False
    certificate: str = ""
    key: str = ""
    only_tls: bool = False


class _Controller(Controller):
    """A server that refuses bare line feeds, so that nobody smuggles a second mail in (guarantees.md, row 9)."""

    def __init__(self, listening: Listening) -> None:
        self.listening = listening
        self.door = Door()
        super().__init__(self.door, hostname=listening.host, port=listening.port, ready_timeout=10.0)

    def factory(self) -> SMTP:
        """One session."""
        kind = LMTP if self.listening.lmtp else SMTP
        return kind(
            self.handler,
            data_size_limit=MAX_BYTES,
            enable_SMTPUTF8=True,
            hostname="helpdesk",
            ident="mail",
            timeout=120,
            tls_context=_tls(self.listening),
            require_starttls=self.listening.only_tls,
        )

    def stop(self, no_assert: bool = False) -> None:
        """Ends the listener and what it holds."""
        super().stop(no_assert)
        self.door.close()


def _tls(listening: Listening) -> ssl.SSLContext | None:
    if not listening.certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(listening.certificate, listening.key or None)
    return context


def controller(listening: Listening) -> Controller:
    """A server ready to be started and stopped."""
    return _Controller(listening)
