"""A copy that the server puts off is tried again with the same bytes for three days; a lost one is seen by people."""

from datetime import timedelta

import pytest

from helpdesk.accounts.models import User, Workspace
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, Invalid
from tests.conftest import CUSTOMER
from tests.tickets.conftest import ACCEPTED, GREYLISTED, UNKNOWN, Sent
from tickets.actions import copies, delivery, replies, suspensions
from tickets.channels.email.compose import compose
from tickets.models import Delivery, Message, Notice, Suspension, Ticket
from tickets.rules.sending import GIVE_UP_AFTER, sender_name, verdict

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


@pytest.fixture
def copy(ticket: Ticket, agent: User, act) -> Delivery:
    """The customer's copy of an answer that is about to leave."""
    return replies.reply(by=act(agent), ticket=ticket, body="Fixed now.").deliveries.get()


def after(minutes: float):
    return clock.frozen(clock.now() + timedelta(minutes=minutes))


def test_a_greylisted_copy_comes_back_with_the_same_bytes(copy: Delivery, work, sent: Sent, act, agent: User) -> None:
    sent.answer = GREYLISTED
    with after(1):
        work()
        sent.answer = ACCEPTED
        work()
        assert len(sent) == 1
        replies.note(by=act(agent), ticket=copy.message.ticket, body="waiting for their server")
    Workspace.objects.update_or_create(pk=1, defaults={"language": "fa"})
    with after(3):
        work()
    first, second = sent
    assert compose(first) == compose(second)
    copy.refresh_from_db()
    assert (copy.state, copy.attempts, copy.next_at) == ("sent", 2, None)


def test_after_three_days_a_copy_is_given_up_and_its_author_hears_of_it(copy, work, sent: Sent, agent: User) -> None:
    sent.answer = GREYLISTED
    with after(1):
        work()
    with after(GIVE_UP_AFTER / timedelta(minutes=1) + 1):
        work()
    copy.refresh_from_db()
    assert (copy.state, copy.status_code) == ("failed", "4.2.0")
    assert Notice.objects.filter(user=agent, kind="failed").count() == 1


def test_two_workers_never_send_the_same_copy(copy: Delivery, monkeypatch, sent: Sent) -> None:
    message = Message.objects.select_related("ticket__inbox", "ticket__customer", "author").get(pk=copy.message_id)
    with after(1):
        assert delivery._begin(message, copy.pk) is not None
        delivery.send_all(message.pk)
        assert sent == []
    with after(1 + delivery.LEASE / timedelta(minutes=1)):
        delivery.send_all(message.pk)
    assert len(sent) == 1


def test_nobody_lives_there_suspends_the_address_and_insisting_lifts_it(
    copy: Delivery, work, sent: Sent, act, agent: User, ticket: Ticket
) -> None:
    sent.answer = UNKNOWN
    with after(1):
        work()
        assert suspensions.why(CUSTOMER) is not None
        second = replies.reply(by=act(agent), ticket=ticket, body="Hello?").deliveries.get()
    with after(3):
        work()
        second.refresh_from_db()
        assert (second.state, len(sent)) == ("failed", 1)
        sent.answer = ACCEPTED
        copies.send_again(by=act(agent), delivery=second)
        work()
    second.refresh_from_db()
    assert (second.state, len(sent), suspensions.why(CUSTOMER)) == ("sent", 2, None)


def test_a_full_mailbox_is_suspended_only_after_three_failures() -> None:
    for count in (1, 2, 3):
        suspensions.note("Full@Shop.example", reason="bounce", status_code="5.2.2", detail="full")
        row = Suspension.objects.get(address="full@shop.example")
        assert (row.hard_bounces, row.suspended_at is not None) == (count, count == 3)


def test_a_failed_copy_goes_to_another_address_that_is_answered_from_then_on(
    copy: Delivery, work, sent: Sent, act, agent: User, ticket: Ticket
) -> None:
    sent.answer = UNKNOWN
    with after(1):
        work()
        sent.answer = ACCEPTED
        other = copies.send_elsewhere(by=act(agent), delivery=copy, address=" New@Shop.example ")
        assert copies.send_elsewhere(by=act(agent), delivery=copy, address="new@shop.example") == other
        work()
    assert [one.recipient for one in sent] == [CUSTOMER, "new@shop.example"]
    assert ticket.participants.get().address == "new@shop.example"


def test_a_copy_on_its_way_cannot_be_sent_elsewhere(copy: Delivery, act, agent: User) -> None:
    with pytest.raises(Conflict):
        copies.send_elsewhere(by=act(agent), delivery=copy, address="new@shop.example")
    assert Delivery.objects.count() == 1


def test_another_address_must_be_one(copy: Delivery, work, sent: Sent, act, agent: User, ticket: Ticket) -> None:
    sent.answer = UNKNOWN
    with after(1):
        work()
        with pytest.raises(Invalid):
            copies.send_elsewhere(by=act(agent), delivery=copy, address="nobody")
    assert Delivery.objects.count() == 1
    assert ticket.participants.get().address == CUSTOMER


def test_an_answer_is_signed_by_a_person_of_the_shop(copy: Delivery, work, sent: Sent) -> None:
    inbox = copy.message.ticket.inbox
    assert inbox is not None
    inbox.settings = {"signature_en": "Blue Shop\n+98 21 1234"}
    inbox.save()
    with after(1):
        work()
    assert sent[0].sender_name == "Sara at Support"
    assert b"--=20\r\nBlue Shop" in compose(sent[0])


@pytest.mark.parametrize(
    ("person", "shop", "language", "expected"),
    [
        ("Sara Ahmadi", "Blue Shop", "en", "Sara at Blue Shop"),
        ("سارا احمدی", "فروشگاه آبی", "fa", "سارا از فروشگاه آبی"),
        ("", "Blue Shop", "en", "Blue Shop"),
        ("Sara", "", "en", "Sara"),
    ],
)
def test_the_senders_name(person: str, shop: str, language: str, expected: str) -> None:
    assert sender_name(person=person, shop=shop, language=language) == expected


def test_each_cause_waits_longer_from_try_to_try_but_never_longer_than_four_hours() -> None:
    for cause in ("network", "sign_in", "server", "recipient", "content", "unheard of"):
        waits = [
            verdict(ok=False, permanent=False, cause=cause, attempts=n, age=timedelta(0)).wait for n in range(1, 15)
        ]
        assert waits == sorted(waits) and waits[0] > timedelta(0) and waits[-1] <= timedelta(hours=4)
