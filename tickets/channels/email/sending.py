"""Trying whether an inbox can send, without a mail: signing in is enough to know that tokens are good."""

import smtplib
from dataclasses import replace
from email.utils import make_msgid

from helpdesk.core import clock, egress
from tickets.channels.email import apisend, oauth, probe, smtp
from tickets.channels.email.probe import Tried
from tickets.envelopes import OutboundMessage
from tickets.models import Inbox
from tickets.rules.mailtrouble import said_by


def proof(draft: Inbox, to: str, words: tuple[str, str]) -> Tried:
    """Sends one mail in the way that the inbox sends, to see whether it works. Never raises for what a server does."""
    domain = draft.address.rpartition("@")[2]
    return letter(draft, to, words, make_msgid(domain=domain))


def _message(inbox: Inbox, to: str, words: tuple[str, str], message_id: str) -> OutboundMessage:
    return OutboundMessage(
        delivery_id=0,
        header_id=message_id,
        sender=inbox.address,
        sender_name=inbox.name,
        reply_to=inbox.address,
        recipient=to,
        recipient_name="",
        subject=words[0],
        text=words[1],
        language="en",
        sent_at=clock.now(),
        automatic=True,
    )


def attempt(draft: Inbox) -> Tried:
    """Signs in at the sending server of an inbox that may not be saved yet. Never raises for what a server does."""
    if apisend.api_of(draft) is not None:
        return Tried()
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
    if api := apisend.api_of(inbox):
        # Some write a Message-ID of their own; ours is then known by what it answers.
        mail = replace(_message(inbox, to, words, message_id), in_reply_to=message_id)
        return Tried(fault=apisend.send(inbox, api, mail).error)
    try:
        server = smtp.server_of(inbox)
    except (oauth.SignInAgain, egress.Refused, OSError) as fault:
        return Tried(fault=said_by(fault))
    return probe.send(server, inbox.address, to, words, message_id) if server else Tried(fault="no server")
