"""By when a live chat promises an answer: set on its page, said in the chat while it is closed."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from helpdesk.accounts.models import Team
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.tickets.test_widget_pages import GIVEN, at, page
from tickets.actions import inboxes
from tickets.channels.chat import shapes
from tickets.models import Inbox
from tickets.rules.visitors import Widget

__all__ = ["page"]
pytestmark = pytest.mark.django_db
HOURS = {day: [["09:00", "17:00"]] for day in ("sat", "sun", "mon", "tue", "wed")}
WEDNESDAY_EVENING = datetime(2026, 11, 25, 19, 0, tzinfo=UTC)


@pytest.fixture
def widget(team: Team) -> Inbox:
    """The chat of a team that works from Saturday to Wednesday."""
    Team.objects.filter(pk=team.pk).update(hours=HOURS, timezone="UTC")
    team.refresh_from_db()
    return inboxes.create_inbox(by=SYSTEM, kind="chat", name="Shop", team=team)


def test_hours_set_on_the_page_are_promised_in_the_chat(page: Client, widget: Inbox) -> None:
    given = GIVEN | {"team": str(widget.team_id)}
    assert page.post(at(widget), given | {"answer_hours": "۲٫۵"}).status_code == 302
    widget.refresh_from_db()
    assert Widget.of(widget.settings).answer_hours == 2.5
    assert 'value="2.5"' in page.get(at(widget)).content.decode()
    with clock.frozen(WEDNESDAY_EVENING):
        told = shapes.office(widget, widget.team, "en")
    assert (told["open"], told["next"]) == (False, "Saturday 28 November, 09:00")
    assert "Saturday 28 November, 11:30" in told["promise"]
    assert page.post(at(widget), given | {"answer_hours": ""}).status_code == 302
    widget.refresh_from_db()
    assert Widget.of(widget.settings).answer_hours is None


@pytest.mark.parametrize("typed", ["soon", "0", "-1", "1e9", "nan", "inf"])
def test_hours_that_are_none_are_refused_and_the_old_ones_stand(page: Client, widget: Inbox, typed: str) -> None:
    inboxes.change_inbox(by=SYSTEM, inbox=widget, team=widget.team, settings={"answer_hours": "8"})
    answer = page.post(at(widget), GIVEN | {"answer_hours": typed})
    assert (answer.status_code, "up to 1,000" in answer.content.decode()) == (422, True)
    widget.refresh_from_db()
    assert Widget.of(widget.settings).answer_hours == 8
