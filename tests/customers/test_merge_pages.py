"""The desk's pages of joining, parting and taking back."""

import pytest
from django.test import Client

from customers.actions import merging
from customers.models import Customer, CustomerMerge, Identity, NotSame, TimelineEntry
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.conftest import Post
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db
OTHER = "n.karimi@work.example"


@pytest.fixture
def two(customer: Customer, post: Post) -> Customer:
    """Narges's second self, who has written once."""
    post.send("From my other address", sender=f"Narges <{OTHER}>")
    return Customer.objects.get(identities__value=OTHER)


@pytest.fixture
def desk(client: Client, agent: User) -> Client:
    client.force_login(agent)
    return client


def test_the_other_one_is_searched_looked_at_and_joined(desk: Client, customer: Customer, two: Customer) -> None:
    found = desk.get(f"/desk/c/{customer.pk}/merge/", {"q": "karimi@work"}).content.decode()
    assert f"?other={two.pk}" in found and f"?other={customer.pk}" not in found
    shown = desk.get(f"/desk/c/{customer.pk}/merge/", {"other": two.pk}).content.decode()
    assert "Tickets" in shown and "Narges Karimi" in shown
    assert not CustomerMerge.objects.exists()
    choices = {"other": two.pk, "keep": "other", "field_name": "survivor"}
    answer = desk.post(f"/desk/c/{customer.pk}/merge/", choices)
    assert answer["Location"] == f"/desk/c/{two.pk}/"
    two.refresh_from_db()
    assert (two.name, two.merged_into, two.identities.count()) == ("Narges Karimi", None, 2)


def test_the_old_pages_lead_to_who_they_are_now(desk: Client, customer: Customer, two: Customer) -> None:
    merging.merge(by=SYSTEM, survivor=customer, other=two)
    assert desk.get(f"/desk/c/{two.pk}/")["Location"] == f"/desk/c/{customer.pk}/"
    assert desk.get(f"/desk/c/{two.pk}/merge/")["Location"] == f"/desk/c/{customer.pk}/merge/"
    assert OTHER in desk.get(f"/desk/c/{customer.pk}/").content.decode()


def test_a_joining_is_listed_and_taken_back(desk: Client, customer: Customer, two: Customer) -> None:
    made = merging.merge(by=SYSTEM, survivor=customer, other=two)
    assert f"/desk/customer-merges/{made.pk}/undo/" in desk.get(f"/desk/c/{customer.pk}/merges/").content.decode()
    desk.post(f"/desk/customer-merges/{made.pk}/undo/")
    shown = desk.get(f"/desk/c/{two.pk}/merges/").content.decode()
    assert "taken back" in shown and f"/desk/customer-merges/{made.pk}/undo/" not in shown
    assert Ticket.objects.get().customer_id == two.pk


def test_what_speaks_for_a_second_look_is_said(desk: Client, customer: Customer, two: Customer) -> None:
    NotSame.objects.create(low=customer, high=two, by="user:1", created_at=clock.now())
    Identity.objects.update(verified_at=clock.now())
    shown = desk.get(f"/desk/c/{customer.pk}/merge/", {"other": two.pk}).content.decode()
    assert "two different people" in shown and "proven an e-mail address" in shown


def test_a_handle_is_given_away_with_all_that_came_by_it(desk: Client, customer: Customer, two: Customer) -> None:
    handle = Identity.objects.get(value=OTHER)
    page = f"/desk/c/{two.pk}/split/"
    assert "From my other address" in desk.get(page).content.decode()
    wrong = desk.post(page, {"identities": handle.pk, "into": "nobody@nowhere.example"})
    assert (wrong.status_code, CustomerMerge.objects.count()) == (422, 0)
    answer = desk.post(page, {"identities": handle.pk, "into": "narges@example.com"})
    assert answer["Location"] == f"/desk/c/{customer.pk}/"
    assert Message.objects.get().customer_id == Ticket.objects.get().customer_id == customer.pk
    assert not TimelineEntry.objects.filter(customer=two, kind="message").exists()


def test_messages_of_tickets_out_of_sight_cannot_be_given_away(
    client: Client, outsider: User, customer: Customer, two: Customer
) -> None:
    client.force_login(outsider)
    page = f"/desk/c/{two.pk}/split/"
    assert "From my other address" not in client.get(page).content.decode()
    assert client.post(page, {"messages": Message.objects.get().pk}).status_code == 422
    assert Message.objects.get().customer_id == two.pk
