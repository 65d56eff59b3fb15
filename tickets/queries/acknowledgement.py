"""What the automatic answer must know, and the words it says."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from helpdesk.accounts.models import Workspace
from helpdesk.accounts.queries import calendar_of
from helpdesk.core.locale import Prefs, default
from helpdesk.core.rules import dates, digits
from helpdesk.core.rules.hours import NeverOpen, next_open
from tickets import tokens
from tickets.models import AutomaticReply, Inbox, Message, Suspension
from tickets.rules import automatic


@dataclass(frozen=True)
class Words:
    """The acknowledgement of one message."""

    subject: str
    text: str


def wanted(inbox: Inbox | None) -> bool:
    """Whether this inbox acknowledges new conversations (`settings.ack`)."""
    value = inbox.settings.get("ack") if inbox is not None else None
    return value is True or str(value).lower() in ("1", "true", "yes", "on")


def arrival(message: Message, now: datetime) -> automatic.Arrival:
    """What rules/automatic.py decides on."""
    address = message.from_address.lower()
    ledger = AutomaticReply.objects.filter(address=address)
    return automatic.Arrival(
        sender=address,
        from_machine=message.is_automatic,
        held=message.held_at is not None,
        is_ours=Inbox.objects.filter(kind="email", address__iexact=tokens.base_address(address)).exists(),
        suspended=Suspension.objects.filter(address=address, suspended_at__isnull=False).exists(),
        answered_lately=ledger.filter(message__isnull=False, created_at__gt=now - automatic.DAY).exists(),
        echoes=_echoes(message, now),
    )


def _echoes(message: Message, now: datetime) -> bool:
    recent = AutomaticReply.objects.filter(
        address=message.from_address.lower(), message__isnull=False, created_at__gt=now - automatic.ECHO
    )
    said = recent.order_by("-created_at").values_list("message__subject", flat=True)[:20]
    return any(subject and subject in message.ticket.subject for subject in said)


def words(message: Message, now: datetime) -> Words:
    """The inbox's own words, or ours, in the customer's language; outside business hours with the next opening."""
    language, inbox = _language(message), message.ticket.inbox
    prefs = default(language)
    number = digits.number(message.ticket.number, language, grouped=False)
    opening = _opening(inbox, prefs, now)
    kind = "ack_closed" if opening else "ack"
    text = str(inbox.settings.get(f"{kind}_{language}") or "") if inbox else ""
    with translation.override(language):
        subject = _("We have your message (request {number})").format(number=number)
        text = text or (_closed() if opening else _open())
    return Words(subject, text.replace("{number}", number).replace("{opening}", opening))


def _open() -> str:
    return _(
        "Hello,\n\nyour message has reached us. A person will read it and answer you under request number {number}."
        "\n\nYou can add to it by answering this mail."
    )


def _closed() -> str:
    return _(
        "Hello,\n\nyour message has reached us under request number {number}. We are closed now and open again on"
        " {opening}.\n\nYou can add to it by answering this mail."
    )


def _language(message: Message) -> str:
    if known := message.ticket.customer.language:
        return "fa" if known == "fa" else "en"
    letters = [char for char in f"{message.ticket.subject} {message.text[:2000]}" if char.isalpha()]
    arabic = sum("\u0600" <= char <= "\u06ff" for char in letters)
    if letters:
        return "fa" if arabic * 2 > len(letters) else "en"
    return "fa" if Workspace.objects.filter(language="fa").exists() else "en"


def _opening(inbox: Inbox | None, prefs: Prefs, now: datetime) -> str:
    """When we open again, in words; "" while open, or when nobody knows."""
    if inbox is None or inbox.team is None:
        return ""
    calendar = calendar_of(inbox.team)
    try:
        opens = next_open(calendar, now)
    except (NeverOpen, ValueError):
        return ""
    return "" if opens <= now else dates.moment(opens, replace(prefs, timezone=calendar.timezone))
