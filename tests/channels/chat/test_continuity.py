# ruff: noqa: F811 - a fixture that is imported
"""A visitor goes, and the conversation follows them by mail and back, through the real doors: nobody sees it twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock
from tests.channels.chat.conftest import Page
from tests.conftest import Post
from tests.tickets.conftest import Sent, sent  # noqa: F401 - a fixture
from tickets.actions import chats, replies
from tickets.models import Delivery, Message, Ticket
from tickets.tokens import read_reply_address

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
NINA = "nina@example.org"
Act = Callable[[User], Actor]
Work = Callable[[], Any]


def passes(work: Work, **length: int) -> None:
    """Time passes, and what falls due is done."""
    with clock.frozen(clock.now() + timedelta(**length)):
        work()
        work()


@pytest.fixture
def nina(visit: Callable[..., Page], post: Post) -> Page:
    """She has asked, and told her address; there is an e-mail inbox."""
    page = visit()
    page.say("Is the red one in stock?", name="Nina", email=NINA)
    return page


def says(agent: User, act: Act, page: Page, body: str) -> Message:
    return replies.reply(by=act(agent), ticket=page.row().ticket, body=body)


def test_gone_mailed_answered_by_mail_and_back(
    nina: Page,
    agent: User,
    act: Act,
    work: Work,
    sent: Sent,
    post: Post,
) -> None:
    says(agent, act, nina, "Yes. Shall I keep one?")
    work()
    passes(work, minutes=4)
    (mail,) = sent
    back = post.send("Please do.", sender=f"Nina <{NINA}>", to=mail.reply_to, In_Reply_To=mail.header_id)
    assert (back.ticket, Ticket.objects.count()) == (nina.row().ticket, 1)
    assert nina.texts() == ["Is the red one in stock?", "Yes. Shall I keep one?", "Please do."]
    assert [message["from"] for message in nina.read()["messages"]] == ["visitor", "agent", "visitor"]
    says(agent, act, nina, "It waits for you.")
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        work()
        assert nina.texts()[2:] == ["Please do.", "It waits for you."]
    passes(work, hours=2)
    assert [mail.text.splitlines()[-1] for mail in sent][1:] == ["It waits for you."]
    assert sent[1].subject == mail.subject
    assert [read_reply_address(mail.reply_to) for mail in sent] == [nina.row().ticket.participants.get().pk] * 2
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        nina.say("I am back in the chat.")
        says(agent, act, nina, "Welcome.")
        assert nina.texts()[-2:] == ["I am back in the chat.", "Welcome."]
    assert Message.objects.count() == 6


def test_the_link_in_the_mail_opens_the_same_thread_and_what_is_said_there_is_in_the_chat(
    nina: Page,
    agent: User,
    act: Act,
    work: Work,
    sent: Sent,
    client: Client,
) -> None:
    says(agent, act, nina, "Yes. Shall I keep one?")
    work()
    passes(work, minutes=4)
    path = "/en/t/" + sent[0].text.partition("/en/t/")[2].split()[0]
    shown = client.get(path).content.decode()
    assert "Is the red one in stock?" in shown
    assert "Shall I keep one?" in shown
    answer = client.post(f"{path}reply/", {"body": "From my phone: yes."})
    assert answer.status_code == 302
    assert nina.texts()[-1] == "From my phone: yes."
    assert (Ticket.objects.count(), nina.row().ticket.messages.count()) == (1, 3)


def test_who_comes_back_and_reads_gets_no_mail(
    nina: Page,
    agent: User,
    act: Act,
    work: Work,
    sent: Sent,
) -> None:
    says(agent, act, nina, "Yes.")
    work()
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        nina.boot()
        assert nina.call("POST", "seen", {"conversation": nina.chat["id"], "seq": 2})[0] == 204
        work()
    passes(work, hours=1)
    assert (list(sent), Delivery.objects.count()) == ([], 0)


def test_who_left_has_the_answer_by_mail_at_once(
    visit: Callable[..., Page],
    post: Post,
    agent: User,
    act: Act,
    work: Work,
    sent: Sent,
) -> None:
    page = visit()
    page.say("Is the red one in stock?")
    assert page.call("POST", "leave", {"conversation": page.chat["id"], "email": NINA})[0] == 200
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        says(agent, act, page, "Yes.")
        work()
    assert [mail.recipient for mail in sent] == [NINA]


def test_what_they_missed_follows_when_they_leave(
    visit: Callable[..., Page],
    post: Post,
    agent: User,
    act: Act,
    work: Work,
    sent: Sent,
) -> None:
    page = visit()
    page.say("Is the red one in stock?")
    says(agent, act, page, "Yes.")
    page.call("POST", "leave", {"conversation": page.chat["id"], "email": NINA})
    passes(work, minutes=1)
    assert [mail.recipient for mail in sent] == [NINA]


def test_an_answer_after_the_chats_end_leaves_by_mail(
    nina: Page,
    agent: User,
    act: Act,
    work: Work,
    sent: Sent,
) -> None:
    chats.end(by=act(agent), conversation=nina.row())
    with clock.frozen(clock.now() + timedelta(hours=1)):
        says(agent, act, nina, "It has come in now.")
        work()
    assert [mail.recipient for mail in sent] == [NINA]
    assert nina.texts()[-1] == "It has come in now."


def test_the_visitor_keeps_the_conversation_as_a_page_and_a_text_and_nobody_else_does(
    nina: Page, visit: Callable[..., Page], agent: User, act: Act
) -> None:
    says(agent, act, nina, "Yes.")
    for form in ("html", "txt"):
        status, paper = nina.call("GET", f"transcript?conversation={nina.chat['id']}&format={form}")
        assert (status, "Yes." in paper.content.decode()) == (200, True)
    stranger = visit()
    stranger.say("Hello?")
    assert stranger.call("GET", f"transcript?conversation={nina.chat['id']}&format=txt")[0] == 404


def test_a_transcript_goes_to_the_visitors_own_address_only(
    nina: Page,
    agent: User,
    act: Act,
    work: Work,
    sent: Sent,
) -> None:
    says(agent, act, nina, "Yes.")
    asked = {"conversation": nina.chat["id"], "email": "mallory@evil.example"}
    assert nina.call("POST", "transcript", asked)[0] == 422
    assert nina.call("POST", "transcript", asked | {"email": NINA})[0] == 202
    work()
    assert [(mail.recipient, mail.automatic) for mail in sent] == [(NINA, True)]
