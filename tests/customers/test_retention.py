"""How long data is kept: an admin says so by kind, tries it first, and then it goes in batches; money stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from customers import actions as customers
from customers.actions import looking, memory, retention
from customers.models import Contact, Customer, Event, Fact, Look, Order, PrivacyPolicy, Subscription, TimelineEntry
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from helpdesk.core.errors import Invalid, NotAllowed, Stale
from helpdesk.core.models import AuditEntry
from helpdesk.core.tasks import tidy
from tests.conftest import Post
from tickets.actions import joining, lifecycle
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db
Acts = Callable[[User], Actor]
NOW = clock.now()


def at(days: int) -> Any:
    return clock.frozen(NOW - timedelta(days=days))


def fill(customer: Customer, by: Actor, days: int) -> None:
    """One of each kind that is so many days old."""
    when = NOW - timedelta(days=days)
    with clock.frozen(when):
        looking.note(by, customer.pk, looking.PAGE)
        memory.remember(by=by, customer=customer, text=f"{days} days old")
    Contact.objects.create(customer=customer, purpose="survey", channel="email", key=f"k{days}", at=when)
    customers.note_event(
        customer_id=customer.pk, kind="page_view", channel="chat", occurred_at=when, summary="https://shop.example/"
    )
    told = {"customer": customer, "source": "shop:1", "occurred_at": when, "received_at": when}
    Event.objects.create(event_id=f"click{days}", type="clicked", **told)
    Event.objects.create(event_id=f"paid{days}", type="payment", amount=5, currency="EUR", spent=5, **told)
    stood = {"customer": customer, "source": "shop:1", "ref": str(days), "changed_at": when, "received_at": when}
    Order.objects.create(placed_at=when, **stood)
    Subscription.objects.create(started_at=when, **stood)


def counts(customer: Customer) -> dict[str, int]:
    return {
        "looks": Look.objects.count(),
        "contacts": Contact.objects.count(),
        "pages": TimelineEntry.objects.filter(kind="page_view").count(),
        "memory": Fact.objects.count(),
        "events": Event.objects.filter(amount=None).count(),
        "payments": Event.objects.exclude(amount=None).count(),
        "orders": Order.objects.count(),
        "subscriptions": Subscription.objects.count(),
    }


KINDS = ("looks", "contacts", "pages", "memory", "events", "payments", "orders", "subscriptions")


@pytest.mark.parametrize("slug", KINDS)
def test_of_each_kind_what_is_older_goes_and_everything_else_stays(
    customer: Customer, agent: User, admin: User, act: Acts, slug: str
) -> None:
    for days in (3700, 3651, 3649, 20):
        fill(customer, act(agent), days)
    before = counts(customer)
    assert before == dict.fromkeys(KINDS, 4)
    retention.change(by=act(admin), days=dict.fromkeys(KINDS) | {slug: 3650})
    with clock.frozen(NOW):
        (tried,) = [one for one in retention.attempt() if one.kind.slug == slug]
        assert (tried.goes, tried.count, [many for *_span, many in tried.ages]) == (2, 4, [1, 0, 0, 0, 1, 2])
        assert counts(customer) == before
        assert [retention.drop(1) for _ in range(3)] == [1, 1, 0]
    assert counts(customer) == before | {slug: 2}
    told = [row.facts for row in AuditEntry.objects.filter(verb="retention.dropped")]
    assert told == [{"kind": slug, "count": 1, "days": 3650}] * 2


def test_nothing_goes_by_itself_but_what_a_fresh_installation_says(customer: Customer, agent: User, act: Acts) -> None:
    fill(customer, act(agent), 3700)
    with clock.frozen(NOW):
        tidy()
    assert counts(customer) == dict.fromkeys(KINDS, 1) | {"looks": 0, "contacts": 0}


def test_money_is_kept_as_long_as_the_law_says_and_only_an_admin_changes_anything(
    admin: User, lead: User, act: Acts
) -> None:
    with pytest.raises(NotAllowed):
        retention.change(by=act(lead), days={"pages": 30})
    for wrong in ({"payments": 3649}, {"orders": 0}, {"looks": 29}, {"pages": 40_000}):
        with pytest.raises(Invalid) as refused:
            retention.change(by=act(admin), days={"memory": 90, **wrong})
        assert set(refused.value.errors) == set(wrong)
    assert not PrivacyPolicy.objects.filter(retention__has_key="memory").exists()
    row = retention.change(by=act(admin), days={"pages": 30, "nonsense": 1})
    assert row.retention == {"pages": 30}
    with pytest.raises(Stale):
        retention.change(by=act(admin), days={"pages": 60}, version=row.version - 1)


def test_a_fact_that_somebody_confirmed_is_younger_than_its_words(customer: Customer, agent: User, act: Acts) -> None:
    with at(500):
        kept = memory.remember(by=act(agent), customer=customer, text="Still true")
        memory.remember(by=act(agent), customer=customer, text="Said once")
    with at(10):
        memory.confirm(by=act(agent), fact=kept)
    retention.change(by=SYSTEM, days={"memory": 365})
    with clock.frozen(NOW):
        tidy()
    assert [row.text for row in Fact.objects.all()] == ["Still true"]


def test_words_of_requests_that_ended_long_ago_go_and_their_places_stay(
    post: Post, ticket: Ticket, agent: User, act: Acts
) -> None:
    joined = post.send("The same canary again", subject="Again").ticket
    fresh = post.send("A fresh canary", sender="Mallory <mallory@evil.example>").ticket
    joining.merge(by=act(agent), ticket=ticket, other=joined)
    lifecycle.resolve(by=act(agent), ticket=Ticket.objects.get(pk=ticket.pk))
    old = NOW - timedelta(days=400)
    Message.objects.update(created_at=old)
    Ticket.objects.exclude(pk=fresh.pk).update(last_at=old)
    retention.change(by=SYSTEM, days={"conversations": 365})
    with clock.frozen(NOW):
        tidy()
    rows = Message.objects.exclude(ticket=fresh)
    assert len(rows) >= 2
    assert {(row.text, row.removed_at is not None) for row in rows} == {("", True)}
    assert Message.objects.get(ticket=fresh).text.strip() == "A fresh canary"
