"""People outside: a browser each, and what we mail them."""

import re

import pytest
from django.test import Client

from customers.models import Customer
from helpdesk.core.models import OutboxEvent
from helpdesk.core.secrets import unseal
from tests.conftest import CUSTOMER, STRANGER
from tests.tickets.conftest import sent


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The even time of an answer has a test of its own."""
    monkeypatch.setattr("customers.actions.entry.ANSWER_SECONDS", 0.0)


def mails(to: str) -> list[str]:
    """The words of our mails about somebody's way in, oldest first."""
    rows = OutboxEvent.objects.filter(name="account.mail", payload__to=to).order_by("id")
    return [unseal(row.payload["sealed_body"]) for row in rows]


def code_for(address: str) -> str:
    """The newest code that was mailed to this address."""
    found = re.search(r"^(\d{6})$", mails(address)[-1], re.MULTILINE)
    assert found, "no code was mailed"
    return found[1]


def come_in(address: str, language: str = "en", client: Client | None = None) -> Client:
    """A browser in which whoever reads this address has signed in."""
    client = client or Client()
    client.post(f"/{language}/enter/", {"address": address})
    answer = client.post(f"/{language}/enter/code/", {"code": code_for(address)})
    assert answer.status_code == 302, answer.content.decode()
    return client


@pytest.fixture
def narges(customer: Customer) -> Client:
    """Narges's browser, signed in."""
    return come_in(CUSTOMER)


@pytest.fixture
def mallory(stranger: Customer) -> Client:
    """Mallory's browser, signed in as herself."""
    return come_in(STRANGER)


def link_in(address: str) -> str:
    """The path of the newest guest link that was mailed to this address."""
    found = [hit[1] for text in mails(address) if (hit := re.search(r"https?://[^/\s]+(/\w\w/t/\S+)", text))]
    assert found, "no link was mailed"
    return str(found[-1])


__all__ = ["sent"]
