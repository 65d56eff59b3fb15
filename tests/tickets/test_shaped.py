"""Statements that are kept per shape of reader find for everybody what the queries they were written from find."""

from collections.abc import Iterator

import pytest

from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Membership, User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core.search import query
from tickets.access import visible
from tickets.models import Message, Ticket
from tickets.queries import conversation, queue
from tickets.queries.search import search
from tickets.seeding.desk import Wish, seed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def desk() -> None:
    seed(Wish(tickets=150, customers=12, agents=8, seed=3))
    Membership.objects.filter(user=User.objects.get(email="agent2@seed.example")).delete()


def readers() -> Iterator[Actor]:
    yield SYSTEM
    for user in User.objects.filter(email__endswith="@seed.example"):
        yield actor_of(user)
    yield Actor("key", User.objects.get(email="agent1@seed.example").pk, "agent", frozenset(), frozenset({"import"}))


def test_every_reader_sees_their_own_view_and_not_that_of_the_one_before() -> None:
    for actor in (*readers(), *readers()):
        for view in queue.VIEWS:
            rows = queue.rows_of(actor, view).order_by("-last_at", "-id")
            assert [row.pk for row in queue.queue(actor, view).rows] == [row.pk for row in rows[: queue.PAGE]]


def test_filters_of_one_call_do_not_stay_for_the_next() -> None:
    for actor in readers():
        for filters in ({}, {"status": "open"}, {"priority": "high"}, {"team": "1"}, {"team": "x"}, {"tag": "\uf8ff0"}):
            rows = queue.narrowed(queue.rows_of(actor, "all", filters.get("status", "")), filters)
            shown = queue.queue(actor, "all", filters).rows
            assert {row.pk for row in shown} == set(rows.order_by("-last_at", "-id").values_list("pk", flat=True)[:50])


def test_a_customers_other_tickets_are_those_that_the_reader_may_see() -> None:
    tickets = list(Ticket.objects.order_by("pk")[:20])
    for actor in readers():
        for ticket in tickets:
            expected = visible(actor).filter(customer_id=ticket.customer_id).exclude(pk=ticket.pk)
            numbers = expected.order_by("-last_at", "-id").values_list("number", flat=True)[:8]
            assert [row.number for row in conversation.others(actor, ticket)] == list(numbers)


def test_search_finds_all_that_each_reader_may_see_and_each_word_anew() -> None:
    for actor in readers():
        if actor.kind == "key":
            assert search(actor, "account", "message") == []
            continue
        own = Message.objects.filter(ticket__in=visible(actor), withdrawn_at__isnull=True)
        for word in ("account", "پرداخت", "\uf8ff0", "account"):
            wanted = query(word)
            expected = set(own.filter(search=wanted).values_list("pk", flat=True)) if wanted else set()
            assert {hit.id for hit in search(actor, word, "message", limit=500)} == expected
    assert search(SYSTEM, "account", "message") and search(SYSTEM, "پرداخت", "message")
