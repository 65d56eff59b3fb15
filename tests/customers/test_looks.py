"""Who of us looked at somebody and when: once an hour, never rewritten, shown to them by role and team."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from customers.actions import contact, merging
from customers.models import Customer, Look
from customers.queries.looks import looks
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from tests.api.conftest import Api
from tests.api.conftest import api as api
from tests.api.conftest import full_buckets as full_buckets
from tests.api.conftest import key as key
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
Acts = Callable[[User], Actor]


@pytest.fixture
def desk(client: Client, agent: User) -> Client:
    """Sara's browser."""
    client.force_login(agent)
    return client


def test_every_kind_of_look_is_kept_once_an_hour_however_often_one_clicks(
    desk: Client, customer: Customer, ticket: Ticket, agent: User, team: Team
) -> None:
    now = clock.now().replace(minute=30)
    base = f"/desk/c/{ticket.customer_id}/"
    for at in (now, now + timedelta(minutes=20), now + timedelta(hours=1)):
        with clock.frozen(at):
            for path in (base, f"{base}history/", f"{base}history.csv", f"{base}memory/", f"/desk/t/{ticket.number}/"):
                assert desk.get(path).status_code == 200
    rows = Look.objects.filter(customer_id=ticket.customer_id)
    assert sorted(rows.values_list("what", flat=True)) == sorted(["page", "history", "export", "memory", "ticket"] * 2)
    assert {(row.user_id, row.role, tuple(row.team_ids)) for row in rows} == {(agent.pk, "agent", (team.pk,))}


def test_programs_leave_a_trace_and_who_may_not_look_leaves_none(
    api: Api, customer: Customer, client: Client, desk: Client
) -> None:
    assert client.get(f"/desk/c/{customer.pk + 999}/").status_code == 404
    assert not Look.objects.exists()
    for path in ("", "timeline/", "identities/", "facts/"):
        assert api.get(f"customers/{customer.pk}/{path}")[0] == 200
    assert [row.what for row in Look.objects.all()] == ["api"]


def test_they_read_role_and_team_and_names_only_where_the_workspace_says_so(
    desk: Client, customer: Customer, admin: User, team: Team, act: Acts
) -> None:
    desk.get(f"/desk/c/{customer.pk}/")
    (seen,) = looks(customer.pk)
    assert (str(seen.role), seen.teams, seen.name) == ("somebody who answers", [team], "")
    contact.change_policy(by=act(admin), most=3, days=7, hours={}, purposes={}, shows_names=True)
    assert looks(customer.pk)[0].name == "Sara"
    assert looks(customer.pk, by_name=False)[0].name == ""


def test_the_trace_cannot_be_rewritten_and_goes_along_when_two_are_joined(
    desk: Client, customer: Customer, stranger: Customer
) -> None:
    for one in (customer, stranger):
        desk.get(f"/desk/c/{one.pk}/")
    with pytest.raises(DatabaseError), transaction.atomic():
        Look.objects.update(user_id=1)
    made = merging.merge(by=SYSTEM, survivor=customer, other=stranger)
    assert len(looks(customer.pk)) == 2
    desk.get(f"/desk/c/{customer.pk}/")
    assert len(looks(customer.pk)) == 2
    merging.undo(by=SYSTEM, merge=made)
    assert [len(looks(one.pk)) for one in (customer, stranger)] == [1, 1]
