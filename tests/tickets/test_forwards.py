"""A message passed on: what was chosen and nothing else, no seat, and its answer is held."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client

from customers.models import TimelineEntry
from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.errors import NotFound
from tests.conftest import CUSTOMER, Post
from tests.tickets.conftest import Sent
from tickets.actions import forwards, raw, removal, replies
from tickets.channels.email.compose import compose
from tickets.models import Attachment, Delivery, Inbox, Message, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
COURIER = "desk@courier.example"
ELEVEN = ", ".join(f"p{n}@x.example" for n in range(11))


@pytest.fixture
def message(inbox: Inbox) -> Message:
    """A mail with two files."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Narges <{CUSTOMER}>", inbox.address, "My parcel"
    mail.set_content("Where is my parcel 4711?\n")
    for name in ("receipt", "private"):
        mail.add_attachment(f"the {name}".encode(), maintype="image", subtype="png", filename=f"{name}.png")
    row = raw.take_in(inbox, mail.as_bytes())
    assert row is not None
    made = raw.process(row.pk)
    assert made is not None
    return made


@pytest.fixture
def send(client: Client, message: Message, agent: User) -> Callable[..., Any]:
    client.force_login(agent)

    def post_form(**given: Any) -> Any:
        return client.post(f"/desk/m/{message.pk}/forward/", {"to": COURIER, "body": "Please look."} | given)

    return post_form


def token(message: Message, name: str) -> str:
    return message.attachments.get(name=name).file.token


def test_the_chosen_leaves_and_nothing_else(
    send: Callable[..., Any], message: Message, agent: User, act: Any, work: Any, sent: Sent
) -> None:
    replies.note(by=act(agent), ticket=message.ticket, body="CANARY-NOTE")
    replies.reply(by=act(agent), ticket=message.ticket, body="CANARY-ANSWER")
    assert send(files=[token(message, "receipt.png")]).status_code == 302
    with clock.frozen(clock.now() + timedelta(seconds=20)):
        work()
    mail = next(one for one in sent if one.recipient == COURIER)
    assert mail.subject == "Fwd: My parcel" and mail.text.startswith("Please look.")
    assert "Where is my parcel 4711?" in mail.text and CUSTOMER in mail.text
    assert [one.name for one in mail.attachments] == ["receipt.png"]
    assert b"CANARY" not in compose(mail) and b"private" not in compose(mail)
    assert not mail.reply_to and mail.to == (COURIER,)


def test_it_gives_no_seat_answers_nobody_and_the_customer_never_sees_it(
    send: Callable[..., Any], message: Message
) -> None:
    waiting = Ticket.objects.get().waiting_since
    send()
    made = Message.objects.get(mail_kind="forward")
    assert set(made.deliveries.values_list("address", flat=True)) == {COURIER}
    ticket = Ticket.objects.get()
    assert ticket.participants.get().address == CUSTOMER
    assert waiting is not None and ticket.waiting_since == waiting
    assert TimelineEntry.objects.get(link_id=made.pk, kind="message").staff_only


def test_what_comes_back_is_held(send: Callable[..., Any], message: Message, post: Post) -> None:
    send()
    copy = Delivery.objects.get(address=COURIER)
    came = post.send("It is on its way.", sender=COURIER, In_Reply_To=copy.header_id)
    assert (came.ticket, came.held_at is not None) == (message.ticket, True)
    assert message.ticket.participants.get().address == CUSTOMER


def test_it_is_taken_back_like_an_answer(send: Callable[..., Any], message: Message, client: Client) -> None:
    send()
    made, before = Message.objects.get(mail_kind="forward"), Ticket.objects.get().waiting_since
    client.post(f"/desk/m/{made.pk}/undo/")
    assert made.deliveries.get().state == "cancelled"
    assert not message.ticket.drafts.exists() and Ticket.objects.get().waiting_since == before


def test_a_double_click_forwards_once(send: Callable[..., Any], message: Message) -> None:
    for _ in range(2):
        send(client_id="once")
    assert Message.objects.filter(mail_kind="forward").count() == 1


@pytest.mark.parametrize("to", ["", "nonsense", "support@desk.example", ELEVEN])
def test_a_wrong_recipient_is_said_and_what_was_typed_stays(
    send: Callable[..., Any], message: Message, to: str
) -> None:
    answer = send(to=to)
    assert answer.status_code == 422 and "Please look." in answer.content.decode()
    assert not Delivery.objects.exists()


def test_a_file_of_another_ticket_or_message_goes_nowhere(
    send: Callable[..., Any], message: Message, post: Post, agent: User, act: Any, outsider: User, client: Client
) -> None:
    other = post.send("Unrelated", sender="else@example.com")
    stolen = token(message, "private.png")
    with pytest.raises(NotFound):
        forwards.forward(by=act(agent), message=other, to=[COURIER], files=[stolen])
    client.force_login(agent)
    given = {"to": COURIER, "files": [stolen]}
    assert client.post(f"/desk/m/{other.pk}/forward/", given).status_code == 404
    client.force_login(outsider)
    assert client.get(f"/desk/m/{message.pk}/forward/").status_code == 404
    assert client.post(f"/desk/m/{message.pk}/forward/", given).status_code == 404
    assert not Delivery.objects.exists() and Attachment.objects.count() == 2


def test_a_note_and_an_erased_message_cannot_be_passed_on(
    message: Message, agent: User, lead: User, act: Any, client: Client
) -> None:
    note = replies.note(by=act(agent), ticket=message.ticket, body="Internal")
    removal.remove(by=act(lead), message=message)
    client.force_login(agent)
    for row in (note, message):
        assert client.post(f"/desk/m/{row.pk}/forward/", {"to": COURIER}).status_code == 404
    with pytest.raises(NotFound):
        forwards.forward(by=act(agent), message=note, to=[COURIER])
    assert not Delivery.objects.exists()


def test_erasing_a_file_leaves_the_copy_that_was_passed_on(
    send: Callable[..., Any], message: Message, lead: User, act: Any, work: Any, client: Client
) -> None:
    send(files=[token(message, "receipt.png")])
    copied = Message.objects.get(mail_kind="forward").attachments.get()
    removal.remove_file(by=act(lead), attachment=message.attachments.get(name="receipt.png"))
    with clock.frozen(clock.now() + timedelta(minutes=30)):
        work()
    assert client.get(f"/desk/a/{copied.file.token}/").status_code == 200
