"""A mail that we write first: with Cc, files and a signature; nothing half-made when it is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from customers.models import Customer
from helpdesk.accounts.models import User
from helpdesk.core import clock
from tests.tickets.conftest import Sent
from tickets.actions import suspensions
from tickets.models import Delivery, Inbox, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
NEW = "new@shop.example"


@pytest.fixture
def write(client: Client, inbox: Inbox, agent: User) -> Callable[..., Any]:
    client.force_login(agent)

    def send(**given: Any) -> Any:
        typed = {"contact": NEW, "subject": "Your order", "body": "It is here.", "direction": "out"} | given
        return client.post("/desk/t/new/", typed)

    return send


def test_it_leaves_with_cc_file_and_signature(
    write: Callable[..., Any], client: Client, inbox: Inbox, sent: Sent, work: Any
) -> None:
    inbox.settings = {"signature_en": "Blue Shop"}
    inbox.save()
    assert "Blue Shop" in client.get("/desk/t/new/").content.decode()
    file = SimpleUploadedFile("invoice.txt", b"the invoice", "text/plain")
    answer = write(cc="Hassan <h@shop.example>", bcc="boss@shop.example", files=file)
    assert answer.status_code == 302
    with clock.frozen(clock.now() + timedelta(seconds=20)):
        work()
    assert {one.recipient for one in sent} == {NEW, "h@shop.example", "boss@shop.example"}
    assert {one.footer for one in sent} == {"Blue Shop"}
    assert {one.attachments[0].data for one in sent} == {b"the invoice"}
    assert {one.to + one.cc for one in sent} == {(NEW, "h@shop.example")}
    seats = Ticket.objects.get().participants.order_by("id").values_list("address", "sees_from")
    assert list(seats) == [(NEW, 1), ("h@shop.example", 1)]


def test_it_is_taken_back_within_the_ten_seconds(write: Callable[..., Any], client: Client) -> None:
    page = client.get(write()["Location"]).content.decode()
    message = Ticket.objects.get().messages.get()
    assert f"/desk/m/{message.pk}/undo/" in page
    client.post(f"/desk/m/{message.pk}/undo/")
    assert Delivery.objects.get().state == "cancelled"


@pytest.mark.parametrize(
    "given", [{"cc": "nonsense"}, {"bcc": "nonsense"}, {"cc": "support@desk.example"}, {"contact": "09121234567"}]
)
def test_a_wrong_recipient_is_refused_and_nothing_is_made(write: Callable[..., Any], given: dict[str, str]) -> None:
    answer = write(**given)
    page = answer.content.decode()
    assert answer.status_code == 422 and "It is here." in page and next(iter(given.values())) in page
    assert not Ticket.objects.exists() and not Customer.objects.exists()


def test_a_suspended_address_is_said_and_insisted_on(write: Callable[..., Any]) -> None:
    suspensions.note(NEW, reason="complaint", status_code="", detail="spam")
    answer = write()
    assert answer.status_code == 409 and 'name="insist"' in answer.content.decode()
    assert not Ticket.objects.exists()
    assert write(insist="1").status_code == 302
    assert Delivery.objects.get().address == NEW
