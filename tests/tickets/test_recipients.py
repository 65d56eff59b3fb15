"""Who gets an answer: newcomers see what comes after, hidden ones stay hidden, Reply-To is used only on purpose."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts.models import User
from helpdesk.core.errors import Conflict, NotFound
from tests.conftest import CUSTOMER, STRANGER, Post
from tests.tickets.conftest import Sent
from tickets.actions import participants, replies, suspensions
from tickets.channels.email.compose import compose
from tickets.models import Delivery, Message, Suspension, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
CC = "hassan@shop.example"
BCC = "boss@shop.example"
VIP = "vip@bank.example"


@pytest.fixture
def write(client: Client, ticket: Ticket, agent: User) -> Callable[..., Any]:
    """Sara's composer."""
    client.force_login(agent)

    def send(body: str = "Repaired.", **given: str) -> Any:
        typed = {"body": body, "cc": "", "bcc": "", "cc_was": ""} | given
        return client.post(f"/desk/t/{ticket.number}/reply/", typed)

    return send


def copies() -> set[tuple[str, str]]:
    return set(Delivery.objects.values_list("address", "role"))


def test_a_newcomer_gets_this_answer_and_later_ones_and_a_hidden_one_this_one_alone(
    write: Callable[..., Any], ticket: Ticket, work: Any, sent: Sent
) -> None:
    assert write(cc=f'"Karimi, Hassan" <{CC}>', bcc=BCC).status_code == 302
    assert copies() == {(CUSTOMER, "to"), (CC, "cc"), (BCC, "bcc")}
    seat = ticket.participants.get(address=CC)
    assert (seat.role, seat.name, seat.sees_from) == ("cc", "Karimi, Hassan", ticket.messages.get(kind="out").seq)
    write("And again.", cc=CC, cc_was=CC)
    assert set(ticket.messages.get(text="And again.").deliveries.values_list("address", flat=True)) == {CUSTOMER, CC}


def test_nobody_is_told_of_a_hidden_recipient_and_nothing_from_before_is_in_any_copy(
    write: Callable[..., Any], ticket: Ticket, agent: User, act: Any, sent: Sent, work: Any
) -> None:
    from datetime import timedelta

    from helpdesk.core import clock

    replies.note(by=act(agent), ticket=ticket, body="CANARY-NOTE")
    write(cc=CC, bcc=BCC)
    with clock.frozen(clock.now() + timedelta(seconds=20)):
        work()
    mails = {one.recipient: compose(one) for one in sent}
    assert set(mails) == {CUSTOMER, CC, BCC}
    assert all(BCC.encode() not in mail for mail in mails.values())
    assert all(CUSTOMER.encode() in mail and CC.encode() in mail for mail in mails.values())
    assert all(b"Please help." not in mail and b"CANARY" not in mail for mail in mails.values())


def test_who_is_deleted_from_the_line_gets_no_more_and_a_colleagues_newcomer_stays(
    write: Callable[..., Any], ticket: Ticket, agent: User, act: Any
) -> None:
    participants.add(by=act(agent), ticket=ticket, address=CC)
    participants.add(by=act(agent), ticket=ticket, address="later@shop.example")
    write(cc="", cc_was=CC)
    assert set(ticket.participants.values_list("address", flat=True)) == {CUSTOMER, "later@shop.example"}


@pytest.mark.parametrize("typed", ["nonsense", "a@b@c.example", "support@desk.example", "x@y.example, oops"])
@pytest.mark.parametrize("line", ["cc", "bcc"])
def test_what_is_no_address_or_one_of_ours_is_refused_and_all_typed_stays(
    write: Callable[..., Any], ticket: Ticket, line: str, typed: str
) -> None:
    answer = write("My long answer", **{line: typed})
    page = answer.content.decode()
    assert answer.status_code == 422 and "My long answer" in page and typed in page
    assert not Delivery.objects.exists() and ticket.participants.count() == 1


def test_reply_to_on_another_domain_is_offered_confirmed_and_changes_no_owner(
    client: Client, post: Post, agent: User
) -> None:
    ticket = post.send("Answer me elsewhere", Reply_To=VIP).ticket
    client.force_login(agent)
    place = f"/desk/t/{ticket.number}/"
    assert VIP in client.get(place).content.decode()
    client.post(f"{place}reply/", {"body": "Usual", "cc_was": ""})
    assert copies() == {(CUSTOMER, "to")}
    given = {"body": "Elsewhere", "cc_was": "", "to": VIP}
    asked = client.post(f"{place}reply/", given)
    assert asked.status_code == 409 and 'name="elsewhere"' in asked.content.decode()
    assert Message.objects.filter(kind="out").count() == 1
    client.post(f"{place}reply/", given | {"elsewhere": "1"})
    assert copies() == {(CUSTOMER, "to"), (VIP, "to")}
    assert ticket.participants.get().address == CUSTOMER


def test_an_answer_goes_to_no_address_that_is_not_the_customers(write: Callable[..., Any]) -> None:
    assert write(to=STRANGER, elsewhere="1").status_code == 422
    assert not Delivery.objects.exists()


def test_a_suspended_address_is_said_before_and_insisting_lifts_it(
    client: Client, write: Callable[..., Any], ticket: Ticket
) -> None:
    suspensions.note(CUSTOMER, reason="bounce", status_code="5.1.1", detail="nobody")
    assert "earlier mails came back" in client.get(f"/desk/t/{ticket.number}/").content.decode()
    answer = write()
    assert answer.status_code == 409 and 'name="insist"' in answer.content.decode()
    assert not Delivery.objects.exists() and Suspension.objects.exists()
    assert write(insist="1").status_code == 302
    assert not Suspension.objects.exists()


def test_a_hidden_readers_answer_is_held(
    write: Callable[..., Any], ticket: Ticket, post: Post, sent: Sent, work: Any
) -> None:
    write(bcc=BCC)
    copy = Delivery.objects.get(address=BCC)
    came = post.send("I saw this", sender=BCC, In_Reply_To=copy.header_id)
    assert (came.ticket, came.held_at is not None) == (ticket, True)


def test_the_customer_cannot_be_let_go_and_a_foreign_seat_is_not_there(
    ticket: Ticket, agent: User, outsider: User, act: Any
) -> None:
    with pytest.raises(Conflict):
        participants.remove(by=act(agent), seat=ticket.participants.get())
    with pytest.raises(NotFound):
        participants.add(by=act(outsider), ticket=ticket, address=CC)
    assert ticket.participants.count() == 1
