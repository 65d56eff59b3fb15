"""The menu of one message: source, erasing, blocking, and what became of each recipient's copy."""

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts.models import User
from tests.conftest import CUSTOMER, Post
from tests.tickets.conftest import UNKNOWN, Sent
from tickets import tokens
from tickets.actions import raw, replies
from tickets.models import BlockedSender, Delivery, Inbox, Message, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


@pytest.fixture
def visit(client: Client) -> Callable[[User], Client]:
    def enter(person: User) -> Client:
        client.force_login(person)
        return client

    return enter


def body(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def message(inbox: Inbox) -> Message:
    """A mail with a card number in its words and a file."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = CUSTOMER, inbox.address, "My card"
    mail.set_content("My card is 6037-9911, please pay me back. <script>alert(1)</script>\n")
    mail.add_attachment(b"a picture", maintype="image", subtype="png", filename="card.png")
    row = raw.take_in(inbox, mail.as_bytes())
    assert row is not None
    made = raw.process(row.pk)
    assert made is not None
    return made


def test_the_source_is_plain_text_that_can_do_nothing(
    visit: Callable[[User], Client], message: Message, agent: User, outsider: User
) -> None:
    answer = visit(agent).get(f"/desk/m/{message.pk}/source/")
    assert answer["Content-Type"].startswith("text/plain") and "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"Subject: My card" in answer.content
    kept = visit(agent).get(f"/desk/m/{message.pk}/source/?download")
    assert kept["Content-Disposition"] == f'attachment; filename="message-{message.pk}.eml"'
    assert kept.content == answer.content
    assert visit(outsider).get(f"/desk/m/{message.pk}/source/").status_code == 404


def test_leads_erase_words_then_a_file_then_all(visit: Callable[[User], Client], message: Message, lead: User) -> None:
    client, place = visit(lead), f"/desk/m/{message.pk}/erase/"
    assert "card.png" in body(client.get(place))
    page = body(client.post(place, {"what": "words", "passage": "6037-9911"}, follow=True))
    assert "6037-9911" not in page and "█" in page
    token = message.attachments.get().file.token
    client.post(place, {"what": "file", "file": token})
    assert not message.attachments.exists()
    page = body(client.post(place, {"what": "message"}, follow=True))
    assert "This message was erased" in page and "pay me back" not in page
    assert client.get(f"/desk/m/{message.pk}/source/").status_code == 404


def test_erasing_is_for_leads_who_see_the_ticket_and_asks_for_words_that_stand_there(
    visit: Callable[[User], Client], message: Message, agent: User, outsider: User, lead: User, post: Post
) -> None:
    other = post.send("Unrelated")
    token = message.attachments.get().file.token
    for person in (agent, outsider):
        for what in ("message", "words", "file"):
            given = {"what": what, "passage": "card", "file": token}
            assert visit(person).post(f"/desk/m/{message.pk}/erase/", given).status_code == 403
    client = visit(lead)
    assert client.post(f"/desk/m/{message.pk}/erase/", {"what": "words", "passage": "absent"}).status_code == 422
    assert client.post(f"/desk/m/{message.pk}/erase/", {"what": "nonsense"}).status_code == 404
    assert client.post(f"/desk/m/{other.pk}/erase/", {"what": "file", "file": token}).status_code == 404
    message.refresh_from_db()
    assert "6037-9911" in message.text and message.removed_at is None and message.attachments.count() == 1


def test_a_sender_is_blocked_and_unblocked_by_the_button_that_follows(
    visit: Callable[[User], Client], message: Message, agent: User, outsider: User
) -> None:
    assert visit(outsider).post(f"/desk/m/{message.pk}/block/").status_code == 404
    assert not BlockedSender.objects.exists()
    page = body(visit(agent).post(f"/desk/m/{message.pk}/block/", follow=True))
    assert BlockedSender.objects.get().pattern == CUSTOMER
    assert f"/desk/m/{message.pk}/block/?off" in page
    visit(agent).post(f"/desk/m/{message.pk}/block/?off")
    assert not BlockedSender.objects.exists()


def test_a_forwarded_mail_becomes_its_senders_after_one_confirm(
    visit: Callable[[User], Client], message: Message, agent: User, outsider: User
) -> None:
    Message.objects.filter(pk=message.pk).update(forwarded_from="hassan@example.com", forwarded_name="Hassan")
    client = visit(outsider)
    assert client.post(f"/desk/m/{message.pk}/original/").status_code == 404
    assert "hassan@example.com" in body(visit(agent).get(f"/desk/t/{message.ticket.number}/"))
    assert message.ticket.participants.get().address == CUSTOMER
    visit(agent).post(f"/desk/m/{message.pk}/original/")
    assert message.ticket.participants.get().address == "hassan@example.com"


def test_a_copy_that_did_not_arrive_says_why_and_goes_to_another_address(
    visit: Callable[[User], Client], ticket: Ticket, agent: User, act: Any, sent: Sent, work: Any
) -> None:
    from datetime import timedelta

    from helpdesk.core import clock

    replies.reply(by=act(agent), ticket=ticket, body="Repaired.")
    sent.answer = UNKNOWN
    with clock.frozen(clock.now() + timedelta(seconds=20)):
        work()
    page = body(visit(agent).get(f"/desk/t/{ticket.number}/"))
    assert "There is no such address." in page and "5.1.1" in page and "Send again" in page
    copy = Delivery.objects.get()
    visit(agent).post(f"/desk/d/{copy.pk}/retry/", {"address": "narges.new@example.com"})
    assert set(Delivery.objects.values_list("address", "state")) == {
        (CUSTOMER, "failed"),
        ("narges.new@example.com", "queued"),
    }


@pytest.mark.parametrize(
    ("code", "words"),
    [("5.2.2", "mailbox is full"), ("5.7.26", "by its rules"), ("5.9.9", "was not taken"), ("", "was not taken")],
)
def test_every_code_has_words(code: str, words: str) -> None:
    from tickets.queries.copywords import reason

    assert words in str(reason("failed", code, "refused: some words"))
    assert reason("sent", code, "") == ""


def test_a_held_mail_bears_its_own_senders_name(
    visit: Callable[[User], Client], ticket: Ticket, agent: User, post: Post
) -> None:
    ours = tokens.reply_address(ticket.inbox.address, ticket.participants.get().pk)
    held = post.send("send me the code", sender="stranger@else.example", to=ours)
    page = body(visit(agent).get(f"/desk/t/{ticket.number}/"))
    head = page.partition(f'id="m-{held.pk}"')[2].partition("msg-body")[0]
    assert "stranger@else.example" in head and "Narges" not in head
