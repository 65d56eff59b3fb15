"""Tickets joined over REST, and their messages by each part's own rights."""

import pytest

from customers.models import Customer
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from tests.api.conftest import NEW_TICKET, Api, MakeKey
from tickets.actions import joining, tickets
from tickets.models import Merge, Ticket

pytestmark = pytest.mark.django_db


def made(api: Api, **more: object) -> int:
    return int(api.post("tickets/", NEW_TICKET | more)[1]["id"])


@pytest.fixture
def foreign(other_team: Team, customer: Customer) -> Ticket:
    return tickets.create(
        by=SYSTEM, subject="Salary", body="A secret", channel="email", customer=customer, team=other_team
    )


def test_a_joining_is_made_once_read_as_one_and_undone(api: Api) -> None:
    whole, part = made(api), made(api, body="Another matter.")
    status, body = api.post(f"tickets/{whole}/merge/", {"other": part})
    assert (status, body) == (201, {"merge_id": Merge.objects.get().pk})
    assert api.post(f"tickets/{whole}/merge/", {"other": part})[1] == body
    said = api.get(f"tickets/{whole}/messages/")[1]["data"]
    assert [(one["ticket"], one["body"]) for one in said] == [
        (part, "Another matter."),
        (whole, "It should have come on Saturday."),
    ]
    status, back = api.post(f"ticket-merges/{body['merge_id']}/undo/")
    assert (status, back["id"], back["status"]) == (200, part, "new")
    assert len(api.get(f"tickets/{whole}/messages/")[1]["data"]) == 1


def test_two_customers_are_joined_only_when_it_is_said(api: Api) -> None:
    whole, part = made(api), made(api, customer={"email": "other@example.com"})
    status, body = api.post(f"tickets/{whole}/merge/", {"other": part})
    assert (status, body["code"]) == (409, "other_customer")
    assert not Merge.objects.exists()
    assert api.post(f"tickets/{whole}/merge/", {"other": part, "other_customer": True})[0] == 201


def test_what_cannot_be_seen_can_neither_be_joined_nor_read_nor_undone(
    api: Api, foreign: Ticket, agent: User, outsider: User, key: MakeKey
) -> None:
    whole = made(api, team="Care")
    for other in (foreign.number, 987654321):
        status, body = api.post(f"tickets/{whole}/merge/", {"other": other})
        assert (status, body["code"]) == (404, "not_found")
    assert not Merge.objects.exists()
    merge = joining.merge(by=SYSTEM, ticket=Ticket.objects.get(number=whole), other=foreign, other_customer=True)
    assert "A secret" not in str(api.get(f"tickets/{whole}/messages/"))
    for person in (agent, outsider):
        assert key(person).post(f"ticket-merges/{merge.pk}/undo/")[0] == 404
    merge.refresh_from_db()
    assert merge.undone_at is None
