"""Trying an inbox's servers before anything is saved: really signing in, opening the folder, sending one mail."""

import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from helpdesk.core import clock, egress
from tickets.channels.email import mailbox, popbox, smtp
from tickets.rules.mailtrouble import said_by

# A person waits before the page: a server that is silent for so long is not the right one.
PATIENCE, DEADLINE = 10.0, 25.0


@dataclass(frozen=True)
class Tried:
    """How it went. `fault` is the server's own words, "" when all went well; `mails` what lies in the mailbox,
    by IMAP up to the UID `newest`, by POP3 under `names`; up to the UID `older` all is older than was asked for."""

    fault: str = ""
    mails: int = 0
    validity: int = 0
    newest: int = 0
    older: int = 0
    names: tuple[str, ...] = ()


def receive(server: mailbox.Server, days: int = 0) -> Tried:
    """Signs in, opens the folder, and with `days` looks what came in these. Never raises for what a server does."""
    try:
        with mailbox.session(server, DEADLINE, PATIENCE) as connection:
            folder = mailbox.opened(connection, server.folder)
            since = clock.now().date() - timedelta(days=days)
            older = mailbox.last_before(connection, folder, since) if days else folder.newest
            return Tried(mails=folder.mails, validity=folder.validity, newest=folder.newest, older=older)
    except Exception as fault:
        return Tried(fault=said_by(fault))


def receive_pop(server: mailbox.Server) -> Tried:
    """The same by POP3."""
    try:
        with popbox.session(server, DEADLINE, PATIENCE) as connection:
            names = tuple(mail.uid for mail in popbox.listing(connection))
            return Tried(mails=len(names), names=names)
    except Exception as fault:
        return Tried(fault=said_by(fault))


def send(server: smtp.Server, sender: str, recipient: str, words: tuple[str, str], message_id: str = "") -> Tried:
    """Signs in and sends one mail with `words` (subject, text). Never raises for what a server does."""
    try:
        with _signed_in(server) as connection:
            connection.send_message(_letter(sender, recipient, words, message_id), sender, [recipient])
            return Tried()
    except Exception as fault:
        return Tried(
            fault=_of_recipients(fault) if isinstance(fault, smtplib.SMTPRecipientsRefused) else said_by(fault)
        )


@contextmanager
def _signed_in(server: smtp.Server) -> Iterator[smtplib.SMTP]:
    connection = smtp.open_server(server, PATIENCE)
    assert connection.sock is not None
    guard = threading.Timer(DEADLINE, egress.cut, [connection.sock])
    guard.daemon = True
    guard.start()
    try:
        yield connection
    finally:
        guard.cancel()
        connection.close()


def _letter(sender: str, recipient: str, words: tuple[str, str], message_id: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, recipient, words[0]
    mail["Date"] = formatdate()
    mail["Message-ID"] = message_id or make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(words[1])
    return mail


def _of_recipients(fault: smtplib.SMTPRecipientsRefused) -> str:
    code, said = next(iter(fault.recipients.values()))
    return f"SMTPRecipientsRefused: {code} {said.decode('utf-8', 'replace')}"
