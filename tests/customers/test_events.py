"""Events over REST: each once, in batches, in any order; orders and spending follow."""

import itertools
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from customers import actions as customer_actions
from customers.actions import events as actions
from customers.models import Customer, Event, Identity, Order, Subscription, TimelineEntry
from customers.queries import commerce
from customers.rules.happenings import Happening, Who
from customers.rules.identity import Handle
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from helpdesk.core.models import AuditEntry
from tests.api.conftest import Api, MakeKey
from tests.api.conftest import api as api
from tests.api.conftest import full_buckets as full_buckets
from tests.api.conftest import key as key

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 21, 12, tzinfo=UTC)
NARGES = {"email": "narges@example.com"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


def event(number: int, type_: str = "feature_used", **given: Any) -> dict[str, Any]:
    at = (NOON - timedelta(hours=given.pop("hours", 1))).isoformat()
    base = {"event_id": f"e{number}", "type": type_, "occurred_at": at, "customer": NARGES}
    amount = given.pop("rials", None)
    money = {"amount": {"amount": amount, "currency": "IRR"}} if amount is not None else {}
    own = {name: given.pop(name) for name in ("customer", "event_id", "occurred_at", "amount") if name in given}
    return base | own | money | ({"properties": given} if given else {})


def tell(api: Api, *events: Any) -> tuple[int, int, list[dict[str, Any]]]:
    status, body = api.post("events/", {"events": list(events)})
    assert status == 200, body
    return body["accepted"], body["duplicate"], body["refused"]


def test_an_event_is_taken_once_however_often_it_is_told(api: Api, customer: Customer) -> None:
    first = [event(number) for number in range(20)]
    assert tell(api, *first) == (20, 0, [])
    assert tell(api, *reversed(first)) == (0, 20, [])
    assert tell(api, event(20), event(20, type_="page_view"), event(3)) == (1, 2, [])
    assert Event.objects.filter(customer=customer).count() == 21
    assert Event.objects.get(event_id="e20").type == "feature_used"


def test_another_key_of_the_same_person_tells_nothing_anew_and_another_person_does(
    agent: User, teammate: User, key: MakeKey, customer: Customer
) -> None:
    assert tell(key(agent), event(1))[0] == 1
    assert tell(key(agent), event(1))[:2] == (0, 1)
    assert tell(key(teammate), event(1))[0] == 1


def test_what_does_not_fit_is_refused_by_itself_with_its_place_and_why(api: Api, customer: Customer) -> None:
    wrong: list[tuple[Any, str, str]] = [
        ("no event", "", "not_an_object"),
        ({"event_id": "x"}, "customer", "missing"),
        (event(2) | {"type": "Order!"}, "type", "malformed"),
        (event(3) | {"occurred_at": "yesterday"}, "occurred_at", "not_a_time"),
        (event(4, hours=-1), "occurred_at", "in_future"),
        (event(5, customer={}), "customer", "not_exactly_one"),
        (event(6, customer={"email": "a@b.example", "phone": "0912"}), "customer", "not_exactly_one"),
        (event(7, customer={"phone": "+1 23456"}), "customer/phone", "bad_handle"),
        (event(8, customer={"id": 999_999_999}), "customer/id", "unknown_customer"),
        (event(9, amount={"amount": 5, "currency": "XXX"}), "amount/currency", "unknown_currency"),
        (event(10, amount={"amount": 5.5, "currency": "IRR"}), "amount/amount", "not_whole"),
        (event(11, amount={"amount": -5, "currency": "IRR"}), "amount/amount", "out_of_range"),
        (event(12, amount=5), "amount", "not_an_object"),
        (event(13) | {"properties": []}, "properties", "not_an_object"),
        (event(14, much="x" * 20_000), "properties", "too_long"),
        (event(15) | {"colour": "red"}, "colour", "unknown_field"),
        (event(16, event_id=" "), "event_id", "blank"),
    ]
    batch = list(itertools.chain.from_iterable((one, event(100 + at)) for at, (one, *_why) in enumerate(wrong)))
    accepted, duplicate, refused = tell(api, *batch)
    assert (accepted, duplicate) == (len(wrong), 0)
    assert [(line["index"], line["field"], line["code"]) for line in refused] == [
        (2 * at, field, code) for at, (_one, field, code) in enumerate(wrong)
    ]
    assert all(line["reason"] for line in refused)
    assert Customer.objects.count() == 1


def test_a_batch_has_at_most_a_thousand_events(api: Api, customer: Customer) -> None:
    assert api.post("events/", {"events": [event(number) for number in range(1001)]})[0] == 400
    assert not Event.objects.exists()
    assert tell(api, *[event(number) for number in range(1000)]) == (1000, 0, [])


def test_old_events_need_the_scope_import(agent: User, key: MakeKey, customer: Customer) -> None:
    old = event(1, "order", hours=24 * 40, rials=5_000)
    _accepted, _duplicate, refused = tell(key(agent, "events:write"), old, event(2))
    assert [line["code"] for line in refused] == ["import_scope_needed"]
    assert Event.objects.count() == 1
    assert tell(key(agent, "events:write", "import"), old)[0] == 1


@pytest.mark.parametrize("scope", ["customers:write", "tickets:write", "import"])
def test_other_scopes_do_not_tell_events(agent: User, key: MakeKey, scope: str) -> None:
    assert key(agent, scope).post("events/", {"events": [event(1)]})[0] == 403
    assert not Event.objects.exists() and not Customer.objects.exists()


def test_customers_are_found_by_any_handle_and_strangers_are_made_once(api: Api, customer: Customer) -> None:
    customer_actions.add_handle(by=SYSTEM, customer=customer, handle=Handle("phone", "09121234567"))
    tell(
        api,
        event(1, customer={"id": customer.pk}),
        event(2, customer={"email": "NARGES@example.com"}),
        event(3, customer={"phone": "۰۹۱۲ ۱۲۳ ۴۵۶۷"}),
        event(4, customer={"external_id": "crm-1"}),
        event(5, customer={"external_id": "crm-1"}),
        event(6, customer={"email": "new@example.com"}),
    )
    assert Event.objects.filter(customer=customer).count() == 3
    assert Customer.objects.count() == 3
    made = Identity.objects.get(kind="external_id", value="crm-1")
    assert (made.how, made.verified_at, made.customer.events.count()) == ("api", None, 2)
    assert set(made.customer.events.values_list("came_by", flat=True)) == {made.pk}
    assert AuditEntry.objects.filter(verb="customer.created", subject=f"customer:{made.customer_id}").count() == 1


def test_a_merged_customer_is_followed(api: Api, customer: Customer, stranger: Customer) -> None:
    Customer.objects.filter(pk=stranger.pk).update(merged_into=customer)
    tell(api, event(1, customer={"id": stranger.pk}), event(2, "order", customer={"email": "mallory@evil.example"}))
    assert Event.objects.filter(customer=customer).count() == 2
    assert Order.objects.get().customer == customer


STORY: list[dict[str, Any]] = [
    event(1, "order", hours=9, rials=45_000_000, order_id=1042, lines=[{"name": "Modem", "quantity": 1}]),
    event(2, "payment", hours=8, rials=45_000_000, order_id="1042"),
    event(3, "shipment", hours=7, order_id="1042", carrier="Post", tracking="IR77", state="in_transit"),
    event(4, "refund", hours=6, rials=5_000_000, order_id="1042"),
]


def test_an_order_told_in_pieces_in_any_order_ends_in_the_same_row(api: Api, customer: Customer) -> None:
    ends = set()
    for arrival in itertools.permutations(STORY):
        for one in arrival:
            tell(api, one)
        row = Order.objects.get()
        lines = tuple(TimelineEntry.objects.order_by("-occurred_at").values_list("summary", flat=True))
        facts = (row.status, row.total, row.paid, row.refunded, row.placed_at, row.shipments[0]["tracking"])
        ends.add((facts, lines, commerce.spending(customer.pk)[0]["amount"]))
        Order.objects.all().delete(), Event.objects.all().delete(), TimelineEntry.objects.all().delete()
    ((facts, lines, spent),) = ends
    assert facts[:4] == ("shipped", 45_000_000, 45_000_000, 5_000_000)
    assert lines == (
        "refund #1042 5000000 IRR",
        "parcel_in_transit #1042",
        "payment #1042 45000000 IRR",
        "order #1042 45000000 IRR",
    )
    assert spent == 40_000_000


def test_subscriptions_and_what_stands_alone(api: Api, customer: Customer) -> None:
    tell(
        api,
        event(1, "subscription", rials=900_000, hours=5, subscription_id="s1", plan="50 Mbit/s", interval="month"),
        event(2, "cancel", hours=3, subscription_id="s1", reason="moved"),
        event(3, "payment", rials=900_000, hours=4),
        event(4, "payment", amount={"amount": 4_999, "currency": "USD"}, hours=2),
        event(5, "feature_used", feature="speed test"),
    )
    row = Subscription.objects.get()
    assert (row.plan, row.status, row.reason, row.amount) == ("50 Mbit/s", "cancelled", "moved", 900_000)
    assert not Order.objects.exists()
    assert commerce.spending(customer.pk) == [
        {"currency": "IRR", "amount": 900_000},
        {"currency": "USD", "amount": 4_999},
    ]
    assert set(TimelineEntry.objects.values_list("kind", flat=True)) == {"order"}


def test_visits_stand_in_the_history_only_of_who_agreed(
    api: Api, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(api, event(1, "page_view", path="/prices/"))
    assert Event.objects.count() == 1 and not TimelineEntry.objects.exists()
    monkeypatch.setattr(actions, "agreed", lambda customers: set(customers))
    tell(api, event(2, "page_view", path="/prices/"))
    assert TimelineEntry.objects.get().summary == "/prices/"


def test_spending_is_read_from_one_index(api: Api, customer: Customer) -> None:
    tell(api, *STORY)
    rows = Event.objects.filter(customer_id=customer.pk).exclude(spent=0).values_list("currency", "spent")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "event_spending" in rows.explain()


@pytest.mark.django_db(transaction=True)
def test_the_same_events_from_many_hands_at_once_are_stored_once(agent: User, customer: Customer) -> None:
    """Four at once tell the same things, shuffled: strangers, orders and events are each there once."""
    told = [
        Happening(
            f"e{number}",
            ("order", "payment", "shipment")[number % 3],
            NOON - timedelta(minutes=number),
            Who("external_id", f"crm-{number % 7}"),
            1_000,
            "IRR",
            {"order_id": str(number // 6)},
        )
        for number in range(120)
    ]
    failed: list[BaseException] = []

    def work(seed: int) -> None:
        order = sorted(range(120), key=lambda at: (at * 37 + seed * 11) % 120)
        try:
            with clock.frozen(NOON):
                for start in range(0, 120, 30):
                    actions.take_in(by=SYSTEM, told={at: told[at] for at in order[start : start + 30]})
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert (Event.objects.count(), Order.objects.count()) == (120, 20)
    assert Identity.objects.filter(kind="external_id").count() == 7
    assert Customer.objects.count() == 8
    assert {(row.paid, row.total) for row in Order.objects.all()} == {(2_000, 1_000)}
    assert TimelineEntry.objects.count() == 20 + 80


@pytest.mark.django_db(transaction=True)
def test_who_was_kept_waiting_for_too_long_tries_again(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {0: Happening("e1", "payment", NOON, Who("id", str(customer.pk)), 5, "IRR")}
    real, tries = actions._store, []

    def kept_waiting(*given: Any) -> Any:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("canceling statement due to lock timeout")
        return real(*given)

    monkeypatch.setattr(actions, "_store", kept_waiting)
    assert actions.take_in(by=SYSTEM, told=told).accepted == 1
    tries.clear()
    told = {0: Happening("e2", "payment", NOON, Who("id", str(customer.pk)), 5, "IRR")}
    with pytest.raises(OperationalError), transaction.atomic():
        actions.take_in(by=SYSTEM, told=told)
    assert (len(tries), Event.objects.count()) == (1, 1)
