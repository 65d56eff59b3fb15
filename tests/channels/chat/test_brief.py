"""What all strangers are told alike is worked out once in a moment; what somebody changed is told at once."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import brief
from tests.channels.chat.conftest import Page
from tickets.actions import inboxes
from tickets.models import Inbox

pytestmark = pytest.mark.django_db
Visit = Callable[..., Page]


@pytest.fixture
def remembering(settings: Any) -> Iterator[None]:
    settings.BRIEF_SECONDS = 60.0
    yield
    brief.forget()


def test_a_crowd_of_strangers_costs_four_queries_each(
    visit: Visit, remembering: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    first = visit()
    with django_assert_max_num_queries(4):
        second = visit()
    told = {name for name in first.booted if first.booted[name] != second.booted[name]}
    assert told == {"token"}


def test_a_new_greeting_is_told_with_the_next_page(visit: Visit, widget: Inbox, remembering: None) -> None:
    assert visit().booted["texts"]["greeting"] != "Good day!"
    inboxes.change_inbox(by=SYSTEM, inbox=widget, team=widget.team, settings={"greeting_en": "Good day!"})
    assert visit().booted["texts"]["greeting"] == "Good day!"
