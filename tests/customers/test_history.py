"""The one history: chapters and how they ended, filters, a jump to a day, copies to keep."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from customers.actions import note_event
from customers.kinds import GROUPS, KINDS
from customers.models import Customer, TimelineEntry
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.conftest import Post
from tickets.actions import replies
from tickets.models import Ticket

Line = Callable[..., TimelineEntry]


@pytest.fixture
def desk(client: Client, agent: User) -> Client:
    client.force_login(agent)
    return client


def page(desk: Client, customer: Customer, query: str = "") -> str:
    return desk.get(f"/desk/c/{customer.pk}/{query}").content.decode()


def add(customer: Customer, kind: str, summary: str, days: int = 0, **more: int) -> TimelineEntry:
    """A line of the history, so many days ago."""
    at = clock.now() - timedelta(days=days)
    return note_event(customer_id=customer.pk, kind=kind, channel="", occurred_at=at, summary=summary, **more)


def test_a_chapter_says_how_it_ended(desk: Client, ticket: Ticket) -> None:
    assert "still open" in page(desk, ticket.customer, "?view=chapters")
    replies.reply(by=SYSTEM, ticket=ticket, body="Done.", resolve=True)
    shown = page(desk, ticket.customer, "?view=chapters")
    assert "Internet is down" in shown
    assert "not confirmed" in shown
    Ticket.objects.update(confirmed_at=clock.now() + timedelta(seconds=1))
    assert "they confirmed it" in page(desk, ticket.customer)


def test_what_we_said_is_told_from_what_they_said(desk: Client, agent: User, ticket: Ticket) -> None:
    replies.reply(by=SYSTEM, ticket=ticket, body="Done.")
    replies.note(by=actor_of(agent), ticket=ticket, body="Ask them again.")
    shown = re.findall(
        r'<article class="msg ([a-z]*)".*?(from us|from them|Internal note).*?</article>',
        page(desk, ticket.customer),
        re.S,
    )
    assert shown == [("note", "Internal note"), ("out", "from us"), ("", "from them")]


def test_another_teams_chapter_is_not_told(client: Client, outsider: User, ticket: Ticket) -> None:
    client.force_login(outsider)
    for query in ("", "?view=chapters", f"?ticket={ticket.number}"):
        assert "Internet is down" not in page(client, ticket.customer, query)
    assert "Internet is down" not in client.get(f"/desk/c/{ticket.customer_id}/history/").content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_word_and_a_filter(desk: Client, customer: Customer, kind: str) -> None:
    add(customer, kind, "closed" if kind == "status" else f"about {kind}")
    group = KINDS[kind].group
    assert group in GROUPS
    assert str(KINDS[kind].word) in page(desk, customer, f"?kind={group}")
    other = next(name for name in GROUPS if name != group)
    assert f"about {kind}" not in page(desk, customer, f"?kind={other}")


def test_a_day_can_be_gone_to_in_both_calendars(desk: Client, customer: Customer) -> None:
    add(customer, "order", "the new one")
    add(customer, "order", "the old one", days=40)
    with_day = page(desk, customer, "?at=yesterday")
    assert "the old one" in with_day
    assert "the new one" not in with_day
    assert "the old one" in page(desk, customer, "?at=1405/8/21")
    wrong = page(desk, customer, "?at=soonish")
    assert "Write a day such as" in wrong
    assert "the new one" in wrong


def test_one_chapter_by_itself(desk: Client, post: Post, ticket: Ticket) -> None:
    other = post.send("A second matter.", subject="Invoice").ticket
    shown = page(desk, ticket.customer, f"?ticket={other.number}")
    assert "A second matter." in shown
    assert "Please help." not in shown


def test_the_sheet_holds_everything_and_no_formula(desk: Client, customer: Customer) -> None:
    add(customer, "order", '=HYPERLINK("http://evil.example")')
    for number in range(30):
        add(customer, "order", f"order {number}", days=number)
    answer = desk.get(f"/desk/c/{customer.pk}/history.csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))  # type: ignore[arg-type]  # streamed
    assert len(rows) == 32
    lines = [row[4] for row in rows[1:]]
    assert '\'=HYPERLINK("http://evil.example")' in lines
    assert lines[-1] == "order 29"


def test_the_page_to_print_begins_with_the_oldest(desk: Client, customer: Customer) -> None:
    add(customer, "order", "the new one")
    add(customer, "order", "the old one", days=40)
    shown = desk.get(f"/desk/c/{customer.pk}/history/").content.decode()
    assert shown.index("the old one") < shown.index("the new one")


def test_ten_thousand_lines_cost_as_many_queries_as_ten(
    desk: Client, customer: Customer, stranger: Customer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    one = add(customer, "order", "first")
    for number in range(10):
        add(stranger, "order", f"order {number}")
    TimelineEntry.objects.bulk_create(
        TimelineEntry(customer=customer, kind="order", occurred_at=one.occurred_at, summary=str(n))
        for n in range(3_000)
    )
    for who in (customer, stranger):
        with django_assert_max_num_queries(9):  # three of them are every page's own
            assert desk.get(f"/desk/c/{who.pk}/").status_code == 200
