"""REST: customers joined, parted, and every step taken back."""

import pytest

from customers.models import Customer, CustomerMerge, Identity
from tests.api.conftest import Api
from tests.conftest import Post
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(customer: Customer, post: Post) -> Customer:
    """Narges's second self, who has written once."""
    post.send("From my other address", sender="Narges <n.karimi@work.example>")
    return Customer.objects.get(identities__value="n.karimi@work.example")


def test_a_merge_is_previewed_made_and_undone(api: Api, customer: Customer, two: Customer) -> None:
    shown = api.get(f"customers/{customer.pk}/merge/?other={two.pk}")[1]
    moves = {one["kind"]: one["moves"] for one in shown["counts"]}
    assert (moves["tickets.ticket"], moves["customers.identity"], shown["fields"]) == (1, 1, ["name"])
    status, made = api.post(f"customers/{customer.pk}/merge/", {"other": two.pk, "fields": {"name": "other"}})
    assert status == 201
    assert api.post(f"customers/{customer.pk}/merge/", {"other": two.pk})[1] == made
    old = api.get(f"customers/{two.pk}/")[1]
    assert (old["id"], old["name"], len(old["identities"])) == (customer.pk, "Narges", 2)
    assert api.last.headers["Content-Location"] == f"/api/v1/customers/{customer.pk}/"
    assert [one["customer"]["id"] for one in api.get(f"tickets/?customer={two.pk}")[1]["data"]] == [customer.pk]
    listed = api.get(f"customer-merges/?customer={two.pk}&undone=false")[1]["data"]
    assert [one["id"] for one in listed] == [made["merge_id"]]
    status, back = api.post(f"customer-merges/{made['merge_id']}/undo/", {})
    assert (status, back["id"]) == (200, two.pk)
    customer.refresh_from_db()
    assert customer.name == "Narges Karimi"
    assert Ticket.objects.get().customer_id == two.pk


def test_a_handle_goes_to_a_new_customer_with_what_came_by_it(api: Api, customer: Customer, two: Customer) -> None:
    handle = Identity.objects.get(customer=two)
    status, made = api.post(f"customers/{two.pk}/split/", {"identities": [handle.pk], "into": None})
    assert status == 201
    assert Message.objects.get().customer_id == Ticket.objects.get().customer_id == made["into"]
    api.post(f"customer-merges/{made['merge_id']}/undo/", {})
    assert (Message.objects.get().customer_id, api.get(f"customers/{made['into']}/")[1]["id"]) == (two.pk, two.pk)


def test_what_cannot_be_joined_or_parted_changes_nothing(api: Api, customer: Customer, two: Customer) -> None:
    into, off = f"customers/{customer.pk}/merge/", f"customers/{customer.pk}/split/"
    refused = [
        (into, {"other": customer.pk}, 422),
        (into, {"other": 987654}, 404),
        (into, {"other": two.pk, "fields": {"name": "both"}}, 400),
        (off, {"messages": [Message.objects.get().pk]}, 422),
        (off, {"identities": [987654]}, 422),
        (off, {"why": "x"}, 422),
    ]
    assert [api.post(where, body)[0] for where, body, _status in refused] == [status for *_what, status in refused]
    assert not CustomerMerge.objects.exists()
    assert Ticket.objects.get().customer_id == two.pk
