"""Snoozing from the ticket page, by button or by a typed time."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from helpdesk.accounts.models import User
from helpdesk.core import clock
from tests.conftest import PASSWORD
from tickets.models import Ticket

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


@pytest.fixture
def desk(client: Client, teammate: User) -> Client:
    """A Persian agent at the desk."""
    client.post("/sign-in/", {"email": teammate.email, "password": PASSWORD})
    return client


@pytest.mark.parametrize(
    ("given", "until"),
    [
        ({"until": "hour"}, datetime(2026, 11, 25, 10, 30, tzinfo=UTC)),
        ({"at": "فردا ۹:۰۰"}, datetime(2026, 11, 26, 5, 30, tzinfo=UTC)),
        ({"at": "۱۴۰۵/۹/۱۰ ۱۴:۳۰", "until": "hour"}, datetime(2026, 12, 1, 11, 0, tzinfo=UTC)),
    ],
)
def test_a_ticket_sleeps_until_then(desk: Client, ticket: Ticket, given: dict[str, str], until: datetime) -> None:
    with clock.frozen(NOW):
        desk.post(f"/desk/t/{ticket.number}/change/snooze/", given)
    ticket.refresh_from_db()
    assert ticket.snoozed_until == until


@pytest.mark.parametrize(
    "given", [{}, {"until": "never"}, {"at": "soon"}, {"at": "1404/12/30"}, {"at": "2020-01-01 10:00"}]
)
def test_an_unclear_or_past_time_changes_nothing(desk: Client, ticket: Ticket, given: dict[str, str]) -> None:
    with clock.frozen(NOW):
        desk.post(f"/desk/t/{ticket.number}/change/snooze/", given)
    ticket.refresh_from_db()
    assert ticket.snoozed_until is None
