"""Playing the customer in a demo: what is typed becomes a real mail's bytes and comes in by the one door."""

import secrets
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime

from django.utils.translation import gettext_lazy as _

from helpdesk.core import clock
from helpdesk.core.errors import Invalid, Text
from tickets import tokens
from tickets.actions import raw
from tickets.models import Delivery, Inbox
from tickets.queries import demo as queries


def write(*, typed: Mapping[str, str]) -> None:
    """Takes in a mail from `sender` with `subject` and `body`, answering the letter `answers` if given."""
    answered = queries.letter(int(typed["answers"])) if typed.get("answers", "").isdigit() else None
    inbox = answered.message.ticket.inbox if answered else Inbox.objects.filter(kind="email").order_by("id").first()
    errors: dict[str, Text] = {}
    if not typed.get("body", "").strip():
        errors["body"] = _("Write something first.")
    if not answered and not typed.get("subject", "").strip():
        errors["subject"] = _("Write a subject.")
    if errors or inbox is None:
        raise Invalid(errors)
    row = raw.take_in(inbox, _mail(typed, answered, inbox), "demo mailbox")
    if row is not None:
        raw.process(row.pk)


def _line(text: str) -> str:
    return " ".join(text.split())[:200]


def _mail(typed: Mapping[str, str], answered: Delivery | None, inbox: Inbox) -> bytes:
    sender = answered.address if answered else _line(typed.get("sender", "")).lower()
    if not sender.endswith(queries.DOMAIN):
        sender = f"guest{queries.DOMAIN}"
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = (
        tokens.reply_address(inbox.address, answered.participant_id)
        if answered and answered.participant_id
        else inbox.address
    )
    mail["Subject"] = f"Re: {answered.message.ticket.subject}" if answered else _line(typed["subject"])
    mail["Message-ID"] = f"<{secrets.token_hex(12)}{queries.DOMAIN}>"
    mail["Date"] = format_datetime(clock.now())
    if answered:
        mail["In-Reply-To"] = answered.header_id
    mail.set_content(typed["body"])
    return mail.as_bytes()
