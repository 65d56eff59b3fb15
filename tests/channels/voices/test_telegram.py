"""Telegram from the hook to the thread and back, against a stand-in that answers as its documentation says."""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from helpdesk.core.errors import Conflict
from helpdesk.core.management.commands.drain import drain
from tests.support.standin import Answered, Asked, StandIn, standing
from tickets.actions import inboxes, replies
from tickets.models import Delivery, FarFile, Inbox, Message, MessageChange, Peer, RawInbound, Ticket

pytestmark = pytest.mark.django_db
Acts = Callable[[User], Actor]
SECRET = "our-word-for-telegram"
MINA = {"id": 4242, "is_bot": False, "first_name": "Mina", "last_name": "Rad", "username": "mina_rad"}
_numbers = itertools.count(100)


def bot(asked: Asked) -> Answered:
    """The Bot API, as documented."""
    if asked.path.endswith("/getFile"):
        return Answered(data={"ok": True, "result": {"file_id": "f", "file_path": "photos/file_1.jpg"}})
    if "/file/bot" in asked.path:
        return Answered(data=b"\xff\xd8picture", headers={"Content-Type": "image/jpeg"})
    result = {"message_id": next(_numbers), "chat": {"id": int(asked.data["chat_id"]), "type": "private"}}
    return Answered(data={"ok": True, "result": result})


@pytest.fixture
def telegram(settings: Any, team: Team) -> Iterator[tuple[StandIn, Inbox]]:
    """A bot, and Telegram beside us."""
    with standing(bot) as place:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{place.port}",)
        given = {"secret": SECRET, "token": "1:AAA", "api_url": place.url}
        yield place, inboxes.create_inbox(by=SYSTEM, kind="telegram", name="Bot", settings=given, team=team)


def post(inbox: Inbox, update: dict[str, Any], secret: str = SECRET) -> int:
    return (
        Client()
        .post(
            f"/hooks/telegram/{inbox.key}/",
            update,
            "application/json",
            headers={"X-Telegram-Bot-Api-Secret-Token": secret},
        )
        .status_code
    )


def written(number: int, text: str = "", **more: Any) -> dict[str, Any]:
    """An update with a message of Mina's."""
    row = {"message_id": number, "from": MINA, "chat": {**MINA, "type": "private"}, "date": 1763900000, **more}
    return {"update_id": 9000 + number, "message": row | ({"text": text} if text else {})}


def test_a_message_becomes_a_ticket_and_what_follows_goes_on_with_it(telegram: tuple[StandIn, Inbox]) -> None:
    _, inbox = telegram
    assert [post(inbox, written(1, "سلام، سفارش من کجاست؟")) for _ in range(3)] == [200, 200, 200]
    post(inbox, written(2, "Hello?"))
    drain()
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.channel, ticket.status) == ("سلام، سفارش من کجاست؟", "telegram", "new")
    assert [one.text for one in ticket.messages.order_by("seq")] == ["سلام، سفارش من کجاست؟", "Hello?"]
    assert (ticket.customer.name, ticket.team) == ("Mina Rad", inbox.team)
    identity = ticket.customer.identities.get()
    assert (identity.kind, identity.value, identity.verified_at is not None) == ("telegram", "4242", True)


@pytest.mark.parametrize("secret", ["", "another", SECRET + "x"])
def test_without_our_word_nothing_is_kept(telegram: tuple[StandIn, Inbox], secret: str) -> None:
    _, inbox = telegram
    assert post(inbox, written(1, "Hello"), secret) == 403
    assert not RawInbound.objects.exists()


def test_an_inbox_without_a_secret_believes_nobody(telegram: tuple[StandIn, Inbox]) -> None:
    _, inbox = telegram
    inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings={"secret": None})
    assert post(inbox, written(1, "Hello"), "") == 403
    assert not RawInbound.objects.exists()


def test_groups_are_left_alone_unless_wanted(telegram: tuple[StandIn, Inbox]) -> None:
    _, inbox = telegram
    group = written(1, "Hello", chat={"id": -100, "type": "group", "title": "Us"})
    assert post(inbox, group) == 200
    drain()
    assert not Ticket.objects.exists()


def test_a_picture_is_here_at_once_and_its_file_follows(telegram: tuple[StandIn, Inbox]) -> None:
    place, inbox = telegram
    photo = [{"file_id": "small", "width": 9, "height": 9}, {"file_id": "big", "width": 90, "height": 90}]
    post(inbox, written(1, photo=photo, caption="Broken"))
    drain()
    message = Message.objects.get()
    assert message.text == "Broken"
    kept = message.attachments.get()
    assert (kept.name, kept.content_type, kept.file.size) == ("photo.jpg", "image/jpeg", 9)
    assert [one.query for one in place.calls("/getFile")] == [{"file_id": "big"}]
    assert FarFile.objects.get().state == "kept"


def test_a_file_that_is_gone_is_said_to_be_gone(telegram: tuple[StandIn, Inbox]) -> None:
    place, inbox = telegram
    place.answer = lambda asked: Answered(400, {"ok": False, "description": "Bad Request: file is too big"})
    post(inbox, written(1, photo=[{"file_id": "f", "width": 1, "height": 1}]))
    drain()
    row = FarFile.objects.get()
    assert (row.state, row.error) == ("failed", "Bad Request: file is too big")
    assert Ticket.objects.get().messages.count() == 1


def test_an_edit_shows_what_stood_before_and_a_repeat_changes_nothing(telegram: tuple[StandIn, Inbox]) -> None:
    _, inbox = telegram
    post(inbox, written(1, "Teh parcel"))
    edit = {"update_id": 9500, "edited_message": written(1, "The parcel")["message"]}
    assert [post(inbox, edit) for _ in range(2)] == [200, 200]
    drain()
    assert Message.objects.get().text == "The parcel"
    assert [(row.kind, row.was, row.text) for row in MessageChange.objects.all()] == [
        ("edited", "Teh parcel", "The parcel")
    ]


def test_an_edit_that_overtakes_its_message_waits_for_it(telegram: tuple[StandIn, Inbox]) -> None:
    _, inbox = telegram
    post(inbox, {"update_id": 9500, "edited_message": written(1, "The parcel")["message"]})
    drain()
    assert RawInbound.objects.get().state == "queued"
    post(inbox, written(1, "Teh parcel"))
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        drain()
    assert Message.objects.get().text == "The parcel"


def test_the_answer_leaves_by_the_bot_once(telegram: tuple[StandIn, Inbox], agent: User, act: Acts) -> None:
    place, inbox = telegram
    post(inbox, written(1, "Where is it?"))
    drain()
    ticket = Ticket.objects.get()
    replies.reply(by=act(agent), ticket=ticket, body="On its way.")
    with clock.frozen(clock.now() + timedelta(seconds=11)):
        drain()
        drain()
    assert [one.data for one in place.calls("/sendMessage")] == [{"chat_id": "4242", "text": "On its way."}]
    copy = Delivery.objects.get()
    assert (copy.state, copy.peer, copy.external.count()) == ("sent", Peer.objects.get(), 1)


@pytest.mark.parametrize(
    ("status", "said", "state", "error"),
    [
        (429, {"ok": False, "description": "Too Many Requests", "parameters": {"retry_after": 77}}, "queued", "Too"),
        (502, {}, "queued", ""),
        (401, {"ok": False, "description": "Unauthorized"}, "queued", "sign-in refused: Unauthorized"),
        (403, {"ok": False, "description": "Forbidden: bot was blocked by the user"}, "failed", "stopped: Forbidden"),
    ],
)
def test_a_refusal_is_told_as_it_is(
    telegram: tuple[StandIn, Inbox], agent: User, act: Acts, status: int, said: Any, state: str, error: str
) -> None:
    place, inbox = telegram
    post(inbox, written(1, "Where is it?"))
    drain()
    replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="On its way.")
    place.answer = lambda asked: Answered(status, said)
    later = clock.now() + timedelta(seconds=11)
    with clock.frozen(later):
        drain()
    copy = Delivery.objects.get()
    assert (copy.state, copy.error.startswith(error)) == (state, True)
    if status == 429:
        assert copy.next_at is not None and copy.next_at >= later + timedelta(seconds=77)
    if status == 401:
        inbox.refresh_from_db()
        assert "sign-in refused" in inbox.last_error
    if status == 403:
        with pytest.raises(Conflict) as refused:
            replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="Hello?")
        assert refused.value.code == "window_closed"
        assert Message.objects.filter(kind="out").count() == 1


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_ten_pictures_at_once_are_one_ticket(telegram: tuple[StandIn, Inbox]) -> None:
    _, inbox = telegram
    photo = [{"file_id": "f", "width": 1, "height": 1}]
    updates = [written(number, photo=photo, media_group_id="album-1") for number in range(1, 11)]

    def one(update: dict[str, Any]) -> None:
        try:
            post(inbox, update)
            drain()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(one, update) for update in updates]:
            done.result(60)
    drain()
    assert connection.is_usable()
    assert (Ticket.objects.count(), Peer.objects.count(), FarFile.objects.filter(state="kept").count()) == (1, 1, 10)
    assert set(Message.objects.values_list("album", flat=True)) == {"album-1"}
