"""What a customer's own pages list: requests in plain words, waiting times, and what we remember of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from customers.models import Attribute, Identity, Order, PortalSession
from customers.queries import attributes, commerce
from helpdesk.core import clock
from helpdesk.core.rules.hours import Calendar
from tickets.models import Inbox
from tickets.queries import office, theirs, visits
from tickets.queries.theirs import Listed, Reader, Theirs
from tickets.rules import answers
from tickets.rules.visitors import Widget

MOST_ORDERS = 20


@dataclass(frozen=True)
class Row:
    """A request of theirs and where it stands."""

    ticket: Listed
    standing: office.Standing


@dataclass(frozen=True)
class Wait:
    """How long a channel takes now, in words."""

    channel: str
    words: str


@dataclass(frozen=True)
class Known:
    """What we remember of a customer: their addresses and numbers, where they are signed in, what we want to know of
    everybody, and what they bought."""

    identities: Sequence[Identity]
    sessions: Sequence[PortalSession]
    attributes: Sequence[tuple[Attribute, Any]]
    orders: Sequence[Order]


def rows(reader: Reader, *, ended: bool, limit: int = theirs.MOST_LISTED) -> list[Row]:
    """Their requests with where each stands; three queries."""
    return _rows(theirs.listed(reader, ended=ended, limit=limit))


def of_colleagues(reader: Reader) -> list[Row]:
    """The open requests of colleagues whom they may read."""
    return _rows(theirs.of_colleagues(reader))


def _rows(found: list[Listed]) -> list[Row]:
    calendars = office.calendars(row.team_id for row in found)
    return [Row(row, _standing(row, calendars.get(row.team_id))) for row in found]


def _standing(row: Listed, calendar: Calendar | None) -> office.Standing:
    return office.standing(row.status, row.waiting_since, calendar, row.inbox_settings, confirmed=row.confirmed)


def standing(found: Theirs) -> office.Standing:
    """Where one request stands."""
    ticket = found.ticket
    calendar = office.calendars([ticket.team_id]).get(ticket.team_id)
    inbox = ticket.inbox.settings if ticket.inbox else None
    return office.standing(ticket.status, ticket.waiting_since, calendar, inbox, confirmed=ticket.is_confirmed)


def waits(today: office.Today | None, chat: Inbox | None, language: str) -> list[Wait]:
    """How long each channel that there is takes now."""
    mail = today.answers if today else office.promised(answers.Owed("soon"), None)
    return [*([Wait("chat", _chat(chat, language))] if chat else []), Wait("email", mail)]


def _chat(chat: Inbox, language: str) -> str:
    """Its own team's hours count; within them, who is there, and how long the last ones have waited."""
    today = office.today(chat)
    if today is not None and not today.is_open:
        return today.answers
    if not visits.agents_there():
        return _("Nobody is in the chat just now. Write, and we answer as soon as we can.")
    wait = visits.wait(chat) if Widget.of(chat.settings).show_wait else None
    return visits.wait_words(wait, language) if wait else _("Somebody is there now.")


def known(session: PortalSession) -> Known:
    """What the page about oneself shows."""
    pk, now = session.customer_id, clock.now()
    identities = Identity.objects.filter(customer_id=pk).exclude(kind="visitor").order_by("id")
    sessions = PortalSession.objects.filter(customer_id=pk, ended_at=None, expires_at__gt=now).order_by("-id")
    return Known(
        list(identities),
        list(sessions[:20]),
        [(row, value) for row, value in attributes.of(session.customer) if value not in (None, "")],
        commerce.orders(pk, MOST_ORDERS),
    )
