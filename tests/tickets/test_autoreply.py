"""A person's first mail is acknowledged once, in their language, and a machine's never."""

from datetime import timedelta

import pytest

from helpdesk.core import clock
from tests.conftest import CUSTOMER, Post
from tests.tickets.conftest import Sent
from tickets.actions import suspensions
from tickets.channels.email.compose import compose
from tickets.models import AutomaticReply, Inbox, Message
from tickets.queries import turn

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


@pytest.fixture(autouse=True)
def acknowledging(inbox: Inbox) -> Inbox:
    inbox.settings = inbox.settings | {"ack": True}
    inbox.team = None
    inbox.save()
    return inbox


def test_a_first_mail_is_acknowledged_once_and_says_nothing_of_what_was_written(post: Post, work, sent: Sent) -> None:
    first = post.send("secret words", subject="Buy cheap pills")
    work()
    work()
    (mail,) = sent
    data = compose(mail)
    assert (mail.recipient, mail.automatic, mail.return_path) == (CUSTOMER, True, "")
    assert b"Auto-Submitted: auto-replied" in data
    assert str(first.ticket.number) in mail.subject
    assert b"pills" not in data and b"secret" not in data and b"Narges" not in data


def test_a_persian_mail_is_acknowledged_in_persian(post: Post, work, sent: Sent) -> None:
    post.send("سلام، سفارش من نرسیده است.", subject="سفارش من")
    work()
    assert sent[0].text.startswith("سلام")


def test_the_second_mail_of_a_conversation_is_not_acknowledged(post: Post, work, sent: Sent) -> None:
    post.send()
    work()
    post.send("One more thing", to=sent[0].reply_to)
    work()
    assert len(sent) == 1


@pytest.mark.parametrize(
    "given",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List_Id": "<news.shop.example>"},
        {"sender": "no-reply@shop.example"},
        {"sender": "support@desk.example"},
        {"sender": "MAILER-DAEMON@mx.example"},
    ],
)
def test_a_machines_mail_is_kept_and_not_answered(given: dict[str, str], post: Post, work, sent: Sent) -> None:
    post.send(**given)
    work()
    assert (len(sent), Message.objects.count()) == (0, 1)


def test_what_a_list_passes_on_for_a_person_waits_for_us_and_is_not_answered_by_machine(
    post: Post, work, sent: Sent
) -> None:
    message = post.send(List_Post="<mailto:team@lists.example>", Precedence="list")
    work()
    assert (len(sent), message.mail_kind, message.ticket.waiting_since is not None) == (0, "list", True)
    assert turn.waiting_since(message.ticket) == message.created_at


def test_a_newsletter_waits_for_nobody(post: Post, work, sent: Sent) -> None:
    message = post.send(List_Unsubscribe="<https://shop.example/u>", List_Post="NO")
    work()
    assert (len(sent), message.mail_kind, message.ticket.waiting_since) == (0, "bulk", None)
    assert turn.waiting_since(message.ticket) is None


def test_a_suspended_address_is_not_answered(post: Post, work, sent: Sent) -> None:
    suspensions.note(CUSTOMER, reason="complaint", status_code="", detail="marked as spam")
    post.send()
    work()
    assert sent == []


def test_a_desk_that_answers_without_saying_so_is_muted_and_nothing_of_its_mail_is_lost(
    post: Post, work, sent: Sent
) -> None:
    post.send("Hello")
    for _round in range(8):
        work()
        post.send(f"We have your request no. {_round}", subject=f"[Ticket {_round}] received")
    work()
    assert len(sent) == 1
    assert Message.objects.filter(kind="in").count() == 9
    assert AutomaticReply.objects.filter(message=None).exists()
    with clock.frozen(clock.now() + timedelta(hours=30)):
        post.send("A person again", subject="My parcel")
        work()
    assert len(sent) == 2


def test_a_slow_desk_that_repeats_our_subject_is_known_by_it(post: Post, work, sent: Sent) -> None:
    post.send("Hello")
    work()
    with clock.frozen(clock.now() + timedelta(days=2)):
        post.send("We will look at it", subject=f"[T-88] {sent[0].subject}")
        work()
    assert len(sent) == 1


def test_an_inbox_that_does_not_acknowledge_says_nothing(acknowledging: Inbox, post: Post, work, sent: Sent) -> None:
    acknowledging.settings = {}
    acknowledging.save()
    post.send()
    work()
    assert sent == []
