"""A row with its neighbours by one statement, beside what the ORM makes of the same row."""

from collections.abc import Callable

import pytest

from helpdesk.accounts.models import User
from helpdesk.core.joined import Joined
from tickets.access import HEAVY
from tickets.models import Ticket
from tickets.seeding.desk import Wish, seed

pytestmark = pytest.mark.django_db
NAMES = ("customer", "team", "assignee", "inbox", "reason")


@pytest.fixture(autouse=True)
def desk() -> None:
    seed(Wish(tickets=40, customers=8, agents=3, seed=3))


def test_every_row_is_the_one_that_the_orm_makes(django_assert_num_queries: Callable[..., object]) -> None:
    whole = Joined(Ticket, NAMES, HEAVY)
    expected = list(Ticket.objects.select_related(*NAMES).defer(*HEAVY).order_by("pk"))
    assert {row.assignee_id is None for row in expected} == {True, False}
    for row in expected:
        with django_assert_num_queries(1):
            found = whole.first("own.id = %s", [row.pk])
            assert found is not None
            for name in NAMES:
                mine, theirs = getattr(found, name), getattr(row, name)
                assert mine == theirs, name
        for part, other in [(found, row), *((getattr(found, name), getattr(row, name)) for name in NAMES)]:
            if part is not None:
                assert {name: value for name, value in vars(part).items() if name != "_state"} == {
                    name: value for name, value in vars(other).items() if name != "_state"
                }


def test_what_was_left_out_loads_when_asked_for() -> None:
    found = Joined(Ticket, ("assignee",), HEAVY).first("own.assignee_id IS NOT NULL", [])
    assert found is not None and found.assignee is not None
    assert found.assignee.password == User.objects.get(pk=found.assignee_id).password


def test_a_row_that_is_not_there_is_nothing() -> None:
    assert Joined(Ticket, NAMES).first("own.number = %s", [10**30]) is None


def test_a_found_row_can_be_changed_and_saved() -> None:
    found = Joined(Ticket, NAMES, HEAVY).first("own.id = %s", [Ticket.objects.order_by("pk")[0].pk])
    assert found is not None
    found.subject = "changed"
    found.save(update_fields=["subject"])
    assert Ticket.objects.get(pk=found.pk).subject == "changed"
