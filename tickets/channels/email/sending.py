"""Trying whether an inbox can send, without a mail: signing in is enough to know that tokens are good."""

import smtplib

from helpdesk.core import egress
from tickets.channels.email import oauth, probe, smtp
from tickets.channels.email.probe import Tried
from tickets.models import Inbox
from tickets.rules.mailtrouble import said_by


def attempt(draft: Inbox) -> Tried:
    """Signs in at the sending server of an inbox that may not be saved yet. Never raises for what a server does."""
    try:
        server = smtp.server_of(draft)
        if server is None:
            return Tried(fault="no server")
        smtp.open_server(server, probe.PATIENCE).close()
    except (smtplib.SMTPException, oauth.SignInAgain, egress.Refused, OSError, ValueError) as fault:
        return Tried(fault=said_by(fault))
    return Tried()


def letter(inbox: Inbox, to: str, words: tuple[str, str], message_id: str) -> Tried:
    """Sends one mail with this Message-ID from the inbox. Never raises for what a server does."""
    try:
        server = smtp.server_of(inbox)
    except (oauth.SignInAgain, egress.Refused, OSError) as fault:
        return Tried(fault=said_by(fault))
    return probe.send(server, inbox.address, to, words, message_id) if server else Tried(fault="no server")
