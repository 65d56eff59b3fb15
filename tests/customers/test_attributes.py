"""Attributes of customers: typed, kept by API and page, found by their exact value."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from customers.actions import attributes as actions
from customers.models import Attribute, Customer
from customers.queries.attributes import having
from customers.rules.attributes import BadValue, Shape, value
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from tests.api.conftest import Api, MakeKey
from tests.api.conftest import api as api
from tests.api.conftest import full_buckets as full_buckets
from tests.api.conftest import key as key


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "  gold ", "gold"),
        ("text", "", None),
        ("number", "۱۲٬۵۰۰٫۵", 12_500.5),
        ("number", 7, 7),
        ("number", "-3.0", -3),
        ("date", "۱۴۰۵-۰۱-۰۱", "1405-01-01"),
        ("date", "2026-03-21", "2026-03-21"),
        ("choice", "home", "home"),
        ("yes_no", "بله", True),
        ("yes_no", False, False),
        ("number", None, None),
    ],
)
def test_values_that_fit(kind: str, given: Any, kept: Any) -> None:
    assert value(Shape(kind, ["home", "business"]), given) == kept


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("text", 5, "not_text"),
        ("text", "x" * 501, "too_long"),
        ("number", "many", "not_a_number"),
        ("number", True, "not_a_number"),
        ("number", "1e99", "out_of_range"),
        ("number", "NaN", "out_of_range"),
        ("date", "yesterday", "not_a_date"),
        ("date", "2026-02-30", "not_a_date"),
        ("choice", "castle", "not_a_choice"),
        ("yes_no", "perhaps", "not_yes_or_no"),
        ("yes_no", 1, "not_yes_or_no"),
    ],
)
def test_values_that_do_not_fit(kind: str, given: Any, code: str) -> None:
    with pytest.raises(BadValue) as refused:
        value(Shape(kind, ["home", "business"]), given)
    assert refused.value.code == code


@pytest.fixture
def kinds(db: None) -> None:
    actions.save(by=SYSTEM, name="Account type", name_fa="نوع حساب", kind="choice", choices=["home", "business"])
    actions.save(by=SYSTEM, name="Seats", kind="number")
    actions.save(by=SYSTEM, name="Renewal", name_fa="تمدید", kind="date")
    actions.save(by=SYSTEM, name="Wholesale", kind="yes_no")


@pytest.mark.usefixtures("kinds")
def test_values_over_rest_are_checked_kept_and_found(api: Api, customer: Customer) -> None:
    path = f"customers/{customer.pk}/"
    given = {"account_type": "business", "seats": 12, "wholesale": True, "renewal": "2026-04-01"}
    status, body = api.patch(path, {"attributes": given, "name": "N."}, If_Match='"1"')
    assert (status, body["attributes"], body["name"]) == (200, given, "N.")
    for query in ("account_type:business", "seats:12", "wholesale:true", "renewal:2026-04-01"):
        assert [row["id"] for row in api.get(f"customers/?attribute={query}")[1]["data"]] == [customer.pk], query
    for query in ("account_type:home", "seats:13", "seats:many", "nothing:1"):
        assert api.get(f"customers/?attribute={query}")[1]["data"] == [], query
    assert api.get("customers/?attribute=seats")[0] == 400
    status, body = api.patch(path, {"attributes": {"seats": None}}, If_Match="*")
    assert "seats" not in body["attributes"] and body["attributes"]["account_type"] == "business"


@pytest.mark.usefixtures("kinds")
def test_one_wrong_value_changes_nothing(api: Api, customer: Customer) -> None:
    given = {"attributes": {"account_type": "business", "seats": "many", "colour": "red"}, "name": "N."}
    status, body = api.patch(f"customers/{customer.pk}/", given, If_Match="*")
    assert status == 422
    assert [error["pointer"] for error in body["errors"]] == ["/attributes/colour", "/attributes/seats"]
    customer.refresh_from_db()
    assert (customer.attributes, customer.name, customer.version) == ({}, "Narges Karimi", 1)
    assert api.post("customers/", {"name": "New", "attributes": {"seats": "many"}})[0] == 422
    assert Customer.objects.count() == 1
    status, body = api.post("customers/", {"name": "New", "attributes": {"seats": 3}})
    assert (status, body["attributes"]) == (201, {"seats": 3})


def test_only_admins_make_attributes(api: Api, admin: User, key: MakeKey) -> None:
    given = {"slug": "level", "kind": "choice", "name": "Level", "choices": ["gold"]}
    assert api.post("customer-attributes/", given)[0] == 403
    assert not Attribute.objects.exists()
    assert key(admin).post("customer-attributes/", given)[0] == 201
    assert key(admin).post("customer-attributes/", given)[0] == 409
    assert key(admin).post("customer-attributes/", given | {"slug": "b", "choices": []})[0] == 422
    assert [row["slug"] for row in api.get("customer-attributes/")[1]["data"]] == ["level"]


@pytest.mark.usefixtures("kinds")
def test_a_value_is_found_by_an_index(customer: Customer) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "customer_attributes" in having(Customer.objects.all(), "seats", "12").explain()


@pytest.mark.usefixtures("kinds")
def test_the_page_takes_what_is_typed_in_the_readers_calendar(
    client: Client, teammate: User, customer: Customer
) -> None:
    client.force_login(teammate)
    path = f"/desk/c/{customer.pk}/attributes/"
    given = {"renewal": "۱۴۰۵/۰۱/۱۲", "seats": "۱۲", "account_type": "home", "wholesale": "false"}
    assert client.post(path, given).status_code == 302
    customer.refresh_from_db()
    assert customer.attributes == {"renewal": "2026-04-01", "seats": 12, "account_type": "home", "wholesale": False}
    page = client.get(path).content.decode()
    assert 'value="1405-01-12"' in page and "نوع حساب" in page
    wrong = client.post(path, given | {"seats": "چندتا", "account_type": "business"})
    assert wrong.status_code == 422 and 'value="چندتا"' in wrong.content.decode()
    customer.refresh_from_db()
    assert customer.attributes["account_type"] == "home"
    assert f'hx-get="{path}"' in client.get(f"/desk/c/{customer.pk}/").content.decode()


def test_the_settings_page_adds_changes_and_retires(client: Client, admin: User) -> None:
    client.force_login(admin)
    assert client.post("/settings/attributes/", {"name": "Level", "kind": "choice"}).status_code == 422
    assert client.post("/settings/attributes/", {"name": "سطح", "kind": "text"}).status_code == 422
    assert not Attribute.objects.exists()
    client.post("/settings/attributes/", {"name": "Level", "kind": "choice", "choices": "gold\nsilver"})
    row = Attribute.objects.get()
    assert ">gold\nsilver</textarea>" in client.get("/settings/attributes/").content.decode()
    client.post("/settings/attributes/", {"pk": row.pk, "name": "Rank", "choices": "gold", "retired": "1"})
    row.refresh_from_db()
    assert (row.slug, row.name, row.choices, row.is_active, row.kind) == ("level", "Rank", ["gold"], False, "choice")
    assert "Rank" in client.get("/settings/attributes/").content.decode()
