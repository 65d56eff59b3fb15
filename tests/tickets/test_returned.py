"""A bounce is kept on the answer that bounced, tells its author, and sets off nothing."""

from datetime import timedelta

import pytest

from helpdesk.accounts.models import User
from helpdesk.core import clock
from tests.channels.test_reports import STATUS, plain, report
from tests.conftest import CUSTOMER, Post
from tests.tickets.conftest import Sent
from tickets import tokens
from tickets.actions import raw, replies, suspensions
from tickets.models import Delivery, Inbox, Message, Notice, Suspension, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


@pytest.fixture
def copy(ticket: Ticket, agent: User, act, work, sent: Sent) -> Delivery:
    """The customer's copy of an answer that has left."""
    made = replies.reply(by=act(agent), ticket=ticket, body="Fixed now.").deliveries.get()
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        work()
    made.refresh_from_db()
    assert made.state == "sent"
    sent.clear()
    return made


def bounce(copy: Delivery, status: str = "5.1.1", action: str = "failed", whom: str = CUSTOMER) -> bytes:
    said = STATUS.format(action=action, status=status, said=f"550 {status} said").replace("ada@shop.example", whom)
    original = f"Message-ID: {copy.header_id}\r\nFrom: support@desk.example\r\n\r\nFixed\r\n"
    return report(("message/delivery-status", said.replace("\n", "\r\n")), ("message/rfc822", original))


def arrive(inbox: Inbox, data: bytes) -> Message:
    row = raw.take_in(inbox, data)
    assert row is not None
    message = raw.process(row.pk)
    assert message is not None
    return message


def test_a_bounce_ends_up_on_its_answer_and_sets_off_nothing(
    copy: Delivery, inbox: Inbox, ticket: Ticket, agent: User, work, sent: Sent
) -> None:
    inbox.settings = {"ack": True}
    inbox.save()
    message = arrive(inbox, bounce(copy))
    work()
    copy.refresh_from_db()
    ticket.refresh_from_db()
    assert (message.ticket, message.mail_kind, message.customer) == (ticket, "bounce", None)
    assert (copy.state, copy.status_code) == ("failed", "5.1.1")
    assert (ticket.status, Ticket.objects.count(), list(sent)) == ("open", 1, [])
    assert Notice.objects.filter(user=agent, kind="failed").count() == 1
    assert suspensions.why(CUSTOMER) is not None


def test_a_bounce_told_twice_counts_once(copy: Delivery, inbox: Inbox) -> None:
    for status in ("5.2.2", "5.2.2 "):
        arrive(inbox, bounce(copy, status=status))
    assert Suspension.objects.get().hard_bounces == 1
    assert Notice.objects.count() == 1


def test_a_delay_is_told_and_nothing_else(copy: Delivery, inbox: Inbox, ticket: Ticket) -> None:
    arrive(inbox, bounce(copy, status="4.4.1", action="delayed"))
    copy.refresh_from_db()
    ticket.refresh_from_db()
    assert (copy.state, copy.status_code, ticket.status) == ("sent", "4.4.1", "waiting")
    assert not Notice.objects.exists() and not Suspension.objects.exists()


def test_words_alone_are_enough_when_they_come_to_our_return_path(copy: Delivery, inbox: Inbox, ticket: Ticket) -> None:
    data = plain(
        "Sorry, 550 there is no such user, user unknown.", Delivered_To=tokens.bounce_address(inbox.address, copy.pk)
    )
    assert arrive(inbox, data).ticket == ticket
    copy.refresh_from_db()
    assert copy.state == "failed"


def test_a_bounce_of_a_mail_that_is_not_ours_joins_nothing(copy: Delivery, inbox: Inbox, ticket: Ticket) -> None:
    copy.header_id = "<someone@elsewhere.example>"
    assert arrive(inbox, bounce(copy)).ticket != ticket
    copy.refresh_from_db()
    assert copy.state == "sent"


def test_a_person_who_writes_to_a_return_path_is_no_bounce(
    copy: Delivery, inbox: Inbox, ticket: Ticket, post: Post
) -> None:
    message = post.send("Hello there", sender="eve@evil.example", to=tokens.bounce_address(inbox.address, copy.pk))
    copy.refresh_from_db()
    assert (message.ticket == ticket, copy.state) == (False, "sent")
