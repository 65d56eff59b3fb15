"""The page a shift starts with: who waits longest first, what comes back, and nothing of other people's."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.conftest import Post
from tickets.actions import desk, lifecycle, replies
from tickets.models import Ticket
from tickets.queries.today import today

pytestmark = pytest.mark.django_db


@pytest.fixture
def arrives(post: Post) -> Callable[..., Ticket]:
    """A customer wrote so many hours ago; the ticket is `of` somebody, or nobody's."""

    def write(subject: str, hours: int, of: User | None = None) -> Ticket:
        with clock.frozen(clock.now() - timedelta(hours=hours)):
            made = post.send(subject=subject, sender=f"{subject.lower()}@example.com").ticket
            return lifecycle.assign(by=SYSTEM, ticket=made, assignee=of) if of else made

    return write


def page(client: Client, person: User) -> str:
    client.force_login(person)
    return client.get("/desk/").content.decode()


def test_who_waits_longest_comes_first_and_is_where_to_start(arrives: Callable[..., Ticket], agent: User) -> None:
    for subject, hours in (("Recent", 1), ("Oldest", 9), ("Middle", 5)):
        arrives(subject, hours, agent)
    found = today(actor_of(agent))
    assert [row.subject for row in found.mine] == ["Oldest", "Middle", "Recent"]
    assert found.best is not None and found.best.subject == "Oldest"


def test_my_own_waiting_customer_comes_before_an_older_one_of_nobody(
    arrives: Callable[..., Ticket], agent: User
) -> None:
    arrives("Nobodys", 30)
    mine = arrives("Mine", 1, agent)
    found = today(actor_of(agent))
    assert found.best == mine
    replies.reply(by=actor_of(agent), ticket=mine, body="Repaired.")
    found = today(actor_of(agent))
    assert found.best is not None and found.best.subject == "Nobodys"


def test_tickets_of_another_team_and_of_colleagues_do_not_show(
    arrives: Callable[..., Ticket], agent: User, teammate: User, outsider: User
) -> None:
    arrives("Nobodys", 3)
    arrives("Colleagues", 4, teammate)
    assert [row.subject for row in today(actor_of(agent)).unclaimed] == ["Nobodys"]
    assert today(actor_of(outsider)).unclaimed == []


def test_what_was_snoozed_until_today_is_announced_and_later_ones_are_not(
    arrives: Callable[..., Ticket], agent: User
) -> None:
    for subject, hours in (("Soon", 5), ("Later", 50)):
        lifecycle.snooze(by=SYSTEM, ticket=arrives(subject, 1, agent), until=clock.now() + timedelta(hours=hours))
    assert [row.subject for row in today(actor_of(agent)).returning] == ["Soon"]


def test_drafts_and_notices_of_mine_show_and_others_do_not(
    client: Client, ticket: Ticket, agent: User, teammate: User, act: Any
) -> None:
    desk.save_draft(by=act(agent), ticket=ticket, mode="reply", body="Half an answ")
    replies.note(by=act(teammate), ticket=ticket, body="@Sara look", mentions=[agent])
    assert "Half an answ" in page(client, agent) and "You were mentioned" in page(client, agent)
    theirs = page(client, teammate)
    assert "Half an answ" not in theirs


def test_nothing_owed_is_said_so_and_leads_on(client: Client, agent: User) -> None:
    text = page(client, agent)
    assert "Nothing owed" in text and "Start next" not in text


def test_it_costs_at_most_eleven_queries(
    client: Client, arrives: Callable[..., Ticket], agent: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        arrives(f"Mine{number}", number + 1, agent)
        arrives(f"Nobodys{number}", number + 1)
    page(client, agent)
    with django_assert_max_num_queries(11):
        page_again = client.get("/desk/")
    assert page_again.content.count(b"data-row ") == 10
