"""Orders and spending over REST, and that no page of theirs reads a whole table."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.actions import events
from customers.models import Customer
from customers.rules.happenings import Happening, Who
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.api.conftest import Api
from tests.api.conftest import api as api
from tests.api.conftest import full_buckets as full_buckets
from tests.api.conftest import key as key
from tests.conftest import CUSTOMER
from tests.tickets.test_indexes import asked, reads_whole

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 21, 12, tzinfo=UTC)


@pytest.fixture
def sold(customer: Customer) -> None:
    told = {}
    for number in range(5):
        at = NOON - timedelta(days=number)
        given = {"order_id": f"o{number}"}
        told[2 * number] = Happening(f"o{number}", "order", at, Who("email", CUSTOMER), 900, "IRR", given)
        told[2 * number + 1] = Happening(f"p{number}", "payment", at, Who("email", CUSTOMER), 900, "IRR", given)
    subscribed = Happening("s", "subscription", NOON, Who("email", CUSTOMER), 500, "USD", {"plan": "Gold"})
    with clock.frozen(NOON):
        events.take_in(by=SYSTEM, told=told | {99: subscribed})


@pytest.mark.usefixtures("sold")
def test_orders_and_spending_are_read_over_rest(api: Api, customer: Customer) -> None:
    path = f"customers/{customer.pk}/"
    first = api.get(f"{path}orders/?limit=3")[1]
    second = api.get(f"{path}orders/?limit=3&cursor={first['next_cursor']}")[1]
    assert sorted(row["order_id"] for row in [*first["data"], *second["data"]]) == [f"o{n}" for n in range(5)]
    assert first["data"][0]["status"] == "paid" and not second["has_more"]
    whole = api.get(f"{path}spending/")[1]
    assert whole["data"] == [{"currency": "IRR", "amount": 4_500}]
    assert [row["plan"] for row in whole["subscriptions"]] == ["Gold"]
    part = api.get(f"{path}spending/?from=2026-03-19T00:00:00Z&to=2026-03-21T00:00:00Z")[1]
    assert part["data"] == [{"currency": "IRR", "amount": 1_800}]
    assert api.get("customers/999999/orders/")[0] == 404


@pytest.mark.usefixtures("sold")
def test_no_page_of_orders_reads_a_whole_table(client: Client, agent: User, api: Api, customer: Customer) -> None:
    client.force_login(agent)
    with asked() as statements:
        client.get(f"/desk/c/{customer.pk}/orders/")
        client.get(f"/desk/c/{customer.pk}/orders/", headers={"HX-Request": "true"})
        api.get(f"customers/{customer.pk}/orders/")
        api.get(f"customers/{customer.pk}/spending/")
        with clock.frozen(NOON):
            again = Happening("o1", "order", NOON, Who("email", CUSTOMER), 900, "IRR", {"order_id": "o1"})
            more = Happening("n1", "shipment", NOON, Who("email", CUSTOMER), properties={"order_id": "o1"})
            events.take_in(by=SYSTEM, told={0: again, 1: more})
    read = [(sql, params) for sql, params in statements if sql.lstrip().upper().startswith(("SELECT", "UPDATE"))]
    assert len(read) > 10
    assert [table for sql, params in read for table in reads_whole(sql, params)] == []


@pytest.mark.usefixtures("sold")
def test_the_card_takes_as_many_queries_for_many_orders_as_for_one(
    client: Client, agent: User, customer: Customer
) -> None:
    client.force_login(agent)
    client.get(f"/desk/c/{customer.pk}/orders/", headers={"HX-Request": "true"})
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(f"/desk/c/{customer.pk}/orders/", headers={"HX-Request": "true"})
    assert len(few) <= 6
