"""Handles of customers over REST."""

import pytest

from customers import actions
from customers.models import Customer
from customers.rules.identity import Handle
from helpdesk.accounts.rules.policy import SYSTEM
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def other() -> Customer:
    """Somebody else."""
    return actions.create(by=SYSTEM, name="Babak", handles=[Handle("email", "babak@example.com")])


def test_handles_are_added_proven_moved_and_removed(api: Api, customer: Customer, other: Customer) -> None:
    path = f"customers/{customer.pk}/identities/"
    status, made = api.post(path, {"kind": "sms", "value": "0151 12345678", "region": "DE"})
    assert (status, made["value"], made["how"]) == (201, "+4915112345678", "api")
    assert api.post(path, {"kind": "email", "value": "babak@example.com"})[0] == 409
    assert api.post(path, {"kind": "phone", "value": "call me"})[0] == 422
    assert api.post(path, {"kind": "phone", "value": "0912", "region": "QQ"})[0] == 422
    status, proven = api.post(f"identities/{made['id']}/verify/", {"verified": True})
    assert (status, proven["verified_how"]) == (200, "api")
    status, moved = api.post(f"identities/{made['id']}/move/", {"into": other.pk, "why": "A new SIM"})
    assert status == 201
    past = api.get(path)[1]["past"]
    assert [(one["value"], one["customer"], one["why"]) for one in past] == [
        ("+4915112345678", customer.pk, "A new SIM")
    ]
    assert api.post(f"customer-merges/{moved['merge_id']}/undo/", {})[0] == 200
    assert api.post(f"identities/{made['id']}/remove/", {"why": "Wrong"})[0] == 200
    assert [one["value"] for one in api.get(path)[1]["data"]] == ["narges@example.com"]
    assert api.post(f"identities/{made['id']}/move/", {"into": None, "why": "x"})[0] == 404
