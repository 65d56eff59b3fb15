"""Customers over REST."""

import pytest

from customers.models import Customer
from helpdesk.accounts.models import Team, User
from tests.api.conftest import NEW_TICKET, Api, MakeKey, codes
from tickets.actions import lifecycle
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_a_customer_is_made_and_found_by_each_handle(api: Api) -> None:
    handles = {"email": "Sara@Example.com", "phone": "09121234567", "external_id": "crm-7"}
    status, body = api.post("customers/", {**handles, "name": "Sara", "tags": ["vip"]})
    assert (status, body["email"], body["phone"]) == (201, "sara@example.com", "+989121234567")
    for query in ("email=SARA@example.com", "phone=%2B989121234567", "external_id=crm-7", "tag=vip"):
        _status, found = api.get(f"customers/?{query}")
        assert [row["id"] for row in found["data"]] == [body["id"]], query
    assert api.get("customers/?email=nobody@example.com")[1]["data"] == []


def test_a_handle_has_one_owner(api: Api, customer: Customer) -> None:
    status, body = api.post("customers/", {"email": "narges@example.com"})
    assert (status, body["code"], body["owner"]) == (409, "handle_taken", customer.pk)
    assert Customer.objects.count() == 1


def test_a_telephone_number_that_cannot_be_one_is_refused(api: Api) -> None:
    assert api.post("customers/", {"phone": "+1 23456"})[0] == 422
    assert api.post("customers/", {"phone": "call me"})[0] == 400
    assert not Customer.objects.exists()


def test_a_change_needs_the_present_version(api: Api, customer: Customer) -> None:
    path = f"customers/{customer.pk}/"
    assert api.patch(path, {"name": "N."})[0] == 428
    assert api.patch(path, {"name": "N."}, If_Match='"7"')[0] == 412
    assert api.patch(path, {"email": "x@example.com"}, If_Match="*")[0] == 400
    assert api.patch(path, {}, If_Match="*")[0] == 400
    assert Customer.objects.get().name == "Narges Karimi"
    status, body = api.patch(path, {"name": "N.", "tags": ["b", "a"]}, If_Match='"1"')
    assert (status, body["name"], body["tags"], body["version"]) == (200, "N.", ["a", "b"], 2)


def test_the_history_is_newest_first_in_pages(api: Api, customer: Customer) -> None:
    made = api.post("tickets/", NEW_TICKET)[1]
    api.post(f"tickets/{made['id']}/messages/", {"body": "Tomorrow."})
    path = f"customers/{customer.pk}/timeline/"
    _status, whole = api.get(path)
    times = [row["occurred_at"] for row in whole["data"]]
    assert times == sorted(times, reverse=True) and len(times) >= 2
    assert {row["ticket"] for row in whole["data"]} == {made["id"]}
    first = api.get(f"{path}?limit=1")[1]
    second = api.get(f"{path}?limit=1&cursor={first['next_cursor']}")[1]
    assert first["data"] + second["data"] == whole["data"][:2]


def test_the_history_hides_what_another_team_did(
    api: Api, customer: Customer, outsider: User, other_team: Team, key: MakeKey
) -> None:
    other = key(outsider)
    other.post("tickets/", NEW_TICKET | {"team": other_team.pk})
    path = f"customers/{customer.pk}/timeline/"
    assert (len(other.get(path)[1]["data"]), len(api.get(path)[1]["data"])) == (1, 0)


def test_the_history_shows_a_ticket_of_another_team_while_it_is_in_the_readers_hands(
    api: Api, customer: Customer, agent: User, admin: User, outsider: User, other_team: Team, key: MakeKey, act
) -> None:
    number = key(outsider).post("tickets/", NEW_TICKET | {"team": other_team.pk})[1]["number"]
    path = f"customers/{customer.pk}/timeline/"
    assert api.get(path)[1]["data"] == []
    ticket = Ticket.objects.get(number=number)
    ticket = lifecycle.assign(by=act(admin), ticket=ticket, assignee=agent)
    shown = api.get(path)[1]["data"]
    assert shown and {row["ticket"] for row in shown} == {number}
    lifecycle.assign(by=act(admin), ticket=ticket, assignee=outsider)
    assert api.get(path)[1]["data"] == []


def test_identities_say_whether_they_are_verified(api: Api, customer: Customer) -> None:
    _status, body = api.get(f"customers/{customer.pk}/identities/")
    assert [(row["kind"], row["value"], row["verified"]) for row in body["data"]] == [
        ("email", "narges@example.com", False)
    ]


def test_a_list_page_costs_at_most_five_queries(api: Api, django_assert_max_num_queries) -> None:
    for number in range(4):
        api.post("customers/", {"external_id": f"crm-{number}"})
    with django_assert_max_num_queries(5):
        assert len(api.get("customers/")[1]["data"]) == 4


def test_past_times_need_the_import_scope(agent: User, key: MakeKey) -> None:
    body = {"email": "sara@example.com", "created_at": "2023-01-01T00:00:00Z"}
    assert key(agent, "customers:write").post("customers/", body)[0] == 403
    assert not Customer.objects.exists()
    assert key(agent, "customers:write", "import").post("customers/", body)[1]["created_at"] == body["created_at"]


def test_a_misplaced_name_is_pointed_at(api: Api) -> None:
    status, body = api.post("customers/", {"email": "a@b.example", "tags": ["ok", 7]})
    assert (status, codes(body)) == (400, [("/tags/1", "not_text")])
