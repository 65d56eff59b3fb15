"""LINE, Viber, Bale and Rubika, from the hook to the thread and back, against stand-ins that answer as documented."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from helpdesk.core.management.commands.drain import drain
from tests.support.standin import Answered, Asked, StandIn, standing
from tickets import filelinks
from tickets.actions import inboxes, replies, voiceboxes
from tickets.envelopes import InboundAttachment
from tickets.models import Attachment, Delivery, FarFile, Inbox, Message, MessageChange, Peer, RawInbound, Ticket

pytestmark = pytest.mark.django_db
Acts = Callable[[User], Actor]
SECRET, TOKEN = "channel-secret", "tok-en"
WHO = {"line": "U" + "4af49806" * 4, "viber": "01234567890A=", "bale": "4242", "rubika": "b0Abc12345678901234567890"}


@dataclass
class Net:
    """One network, its inbox, and the network's API beside us."""

    kind: str
    place: StandIn
    inbox: Inbox

    def post(self, body: dict[str, Any], *, key: str = SECRET) -> int:
        data = json.dumps(body).encode()
        where, headers = f"/hooks/{self.kind}/{self.inbox.key}/", {}
        if self.kind == "line":
            mac = hmac.new(key.encode(), data, hashlib.sha256).digest()
            headers["X-Line-Signature"] = base64.b64encode(mac).decode()
        elif self.kind == "viber":
            headers["X-Viber-Content-Signature"] = hmac.new(key.encode(), data, hashlib.sha256).hexdigest()
        else:
            where += f"?secret={key}"
        return Client().post(where, data, "application/json", headers=headers).status_code

    def say(self, number: str, text: str) -> int:
        """Mina writes."""
        return self.post(WRITTEN[self.kind](number, text))

    def answer_of(self, text: str) -> list[Any]:
        """The calls by which this text left."""
        return [one for one in self.place.asked if text in json.dumps(one.data, ensure_ascii=False)]


def line(number: str, text: str) -> dict[str, Any]:
    message = {"type": "text", "id": number, "text": text}
    source = {"type": "user", "userId": WHO["line"]}
    event = {"type": "message", "mode": "active", "timestamp": 1763900000000, "source": source, "message": message}
    return {"destination": "U1", "events": [event | {"replyToken": "r", "webhookEventId": f"e{number}"}]}


def viber(number: str, text: str) -> dict[str, Any]:
    sender = {"id": WHO["viber"], "name": "Mina Rad", "language": "fa"}
    row = {"event": "message", "timestamp": 1763900000000, "message_token": int(number), "sender": sender}
    return row | {"message": {"type": "text", "text": text}}


def bale(number: str, text: str) -> dict[str, Any]:
    who = {"id": 4242, "is_bot": False, "first_name": "Mina", "last_name": "Rad"}
    chat = {"id": 4242, "type": "private"}
    message = {"message_id": int(number), "from": who, "chat": chat, "date": 1763900000, "text": text}
    return {"update_id": int(number), "message": message}


def rubika(number: str, text: str) -> dict[str, Any]:
    message = {"message_id": number, "text": text, "time": "1763900000", "is_edited": False, "sender_type": "User"}
    return {"update": {"type": "NewMessage", "chat_id": WHO["rubika"], "new_message": message}}


WRITTEN: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "line": line,
    "viber": viber,
    "bale": bale,
    "rubika": rubika,
}
TAKEN: dict[str, Any] = {
    "line": {"sentMessages": [{"id": "777", "quoteToken": "q"}], "displayName": "Mina Rad"},
    "viber": {"status": 0, "status_message": "ok", "message_token": 777},
    "bale": {"ok": True, "result": {"message_id": 777, "chat": {"id": 4242}}},
    "rubika": {"status": "OK", "data": {"message_id": "777"}},
}
LOCKED: dict[str, tuple[int, Any]] = {
    "line": (401, {"message": "Authentication failed"}),
    "viber": (200, {"status": 2, "status_message": "invalidAuthToken"}),
    "bale": (401, {"ok": False, "description": "Unauthorized"}),
    "rubika": (200, {"status": "INVALID_AUTH"}),
}


@pytest.fixture(params=sorted(WRITTEN))
def net(request: pytest.FixtureRequest, settings: Any, team: Team) -> Iterator[Net]:
    """Each network in turn."""
    kind = request.param
    with standing(lambda asked: Answered(data=TAKEN[kind])) as place:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{place.port}",)
        given = {"secret": SECRET, "token": TOKEN if kind != "viber" else SECRET, "api_url": place.url}
        yield Net(kind, place, inboxes.create_inbox(by=SYSTEM, kind=kind, name="Bot", settings=given, team=team))


def test_what_is_said_comes_in_once_and_goes_on(net: Net) -> None:
    assert [net.say("1", "سلام") for _ in range(3)] == [200] * 3
    net.say("2", "Hello?")
    drain()
    ticket = Ticket.objects.get()
    assert [one.text for one in ticket.messages.order_by("seq")] == ["سلام", "Hello?"]
    identity = ticket.customer.identities.get()
    assert (identity.kind, identity.value, ticket.channel) == (net.kind, WHO[net.kind], net.kind)


def test_forged_and_foreign_requests_leave_nothing(net: Net) -> None:
    assert net.post(WRITTEN[net.kind]("1", "Hello"), key="another") == 403
    assert Client().post(f"/hooks/{net.kind}/{net.inbox.key}/", "{}", "application/json").status_code == 403
    assert not RawInbound.objects.exists()


def test_the_answer_leaves_once_and_is_known_by_the_networks_id(net: Net, agent: User, act: Acts) -> None:
    net.say("1", "Where is it?")
    drain()
    replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="On its way.")
    with clock.frozen(clock.now() + timedelta(seconds=11)):
        drain()
        drain()
    assert len(net.answer_of("On its way.")) == 1
    copy = Delivery.objects.get()
    assert copy.state == "sent" and copy.external.get().external_id.endswith("777")


def test_a_lost_token_is_told_and_the_message_waits(net: Net, agent: User, act: Acts) -> None:
    net.say("1", "Where is it?")
    drain()
    replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="On its way.")
    status, said = LOCKED[net.kind]
    net.place.answer = lambda asked: Answered(status, said)
    with clock.frozen(clock.now() + timedelta(seconds=11)):
        drain()
    net.inbox.refresh_from_db()
    copy = Delivery.objects.get()
    assert copy.state != "sent" and "sign-in refused" in copy.error and "sign-in refused" in net.inbox.last_error
    assert TOKEN not in copy.error


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_network_is_asked_again_later(net: Net, agent: User, act: Acts, status: int) -> None:
    net.say("1", "Where is it?")
    drain()
    replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="On its way.")
    net.place.answer = lambda asked: Answered(status, {}, {"Retry-After": "90"})
    later = clock.now() + timedelta(seconds=11)
    with clock.frozen(later):
        drain()
    copy = Delivery.objects.get()
    assert copy.state == "queued" and copy.next_at is not None and copy.next_at >= later + timedelta(seconds=90)
    net.place.answer = lambda asked: Answered(data=TAKEN[net.kind])
    with clock.frozen(later + timedelta(minutes=5)):
        drain()
    assert Delivery.objects.get().state == "sent"


def test_connecting_proves_the_token(net: Net) -> None:
    assert voiceboxes.connect(by=SYSTEM, inbox=net.inbox).ok
    assert net.answer_of(net.inbox.key)


LEAVES: dict[str, dict[str, Any]] = {
    "line": {"events": [{"type": "unfollow", "source": {"type": "user", "userId": WHO["line"]}, "timestamp": 1}]},
    "viber": {"event": "unsubscribed", "user_id": WHO["viber"], "timestamp": 1},
    "rubika": {"update": {"type": "StoppedBot", "chat_id": WHO["rubika"]}},
}


def test_whoever_leaves_is_written_to_no_more(net: Net) -> None:
    net.say("1", "Hello")
    leave = LEAVES.get(net.kind)
    if leave is None:
        pytest.skip("tells it as Telegram does, tested there")
    assert net.post(leave) == 200
    drain()
    assert Peer.objects.get().stopped_at is not None
    net.say("2", "I am back")
    drain()
    assert Peer.objects.get().stopped_at is None


TAKES_BACK: dict[str, dict[str, Any]] = {
    "line": {
        "events": [
            {
                "type": "unsend",
                "source": {"type": "user", "userId": WHO["line"]},
                "timestamp": 1,
                "unsend": {"messageId": "1"},
            }
        ]
    },
    "rubika": {"update": {"type": "RemovedMessage", "chat_id": WHO["rubika"], "removed_message_id": "1"}},
}


def test_what_is_taken_back_is_shown_as_taken_back(net: Net) -> None:
    body = TAKES_BACK.get(net.kind)
    if body is None:
        pytest.skip("this network tells of none")
    net.say("1", "Secret")
    net.post(body)
    drain()
    assert [row.kind for row in MessageChange.objects.all()] == ["deleted"]
    assert Message.objects.get().text == "Secret"


FILES: dict[str, Callable[[str], dict[str, Any]]] = {
    "line": lambda url: {
        "events": [
            {
                "type": "message",
                "timestamp": 1,
                "source": {"type": "user", "userId": WHO["line"]},
                "message": {"id": "5", "type": "file", "fileName": "bill.pdf", "fileSize": 9},
            }
        ]
    },
    "viber": lambda url: viber("5", "") | {"message": {"type": "file", "media": f"{url}/f", "file_name": "bill.pdf"}},
    "rubika": lambda url: {
        "update": {
            "type": "NewMessage",
            "chat_id": WHO["rubika"],
            "new_message": {
                "message_id": "5",
                "sender_type": "User",
                "file": {"file_id": "f", "file_name": "bill.pdf", "size": "9"},
            },
        }
    },
}


def test_a_file_is_brought_here(net: Net) -> None:
    build = FILES.get(net.kind)
    if build is None:
        pytest.skip("as Telegram does, tested there")
    url = net.place.url

    def answer(asked: Asked) -> Answered:
        if asked.path.endswith("/getFile"):
            return Answered(data={"status": "OK", "data": {"download_url": f"{url}/f"}})
        return Answered(data=b"%PDF-1.4!", headers={"Content-Type": "application/pdf"})

    net.place.answer = answer
    net.post(build(url))
    drain()
    found = Attachment.objects.get()
    assert (found.name, found.file.size, FarFile.objects.get().state) == ("bill.pdf", 9, "kept")


def test_line_knows_our_key_and_its_repeat_is_no_second_message(net: Net, agent: User, act: Acts) -> None:
    if net.kind != "line":
        pytest.skip("only LINE knows keys")
    net.say("1", "Where is it?")
    drain()
    replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="On its way.")
    net.place.answer = lambda asked: Answered(500, {})
    later = clock.now() + timedelta(seconds=11)
    with clock.frozen(later):
        drain()
    net.place.answer = lambda asked: Answered(409, {"message": "known", "sentMessages": [{"id": "777"}]})
    with clock.frozen(later + timedelta(minutes=5)):
        drain()
    keys = {one.headers["x-line-retry-key"] for one in net.answer_of("On its way.")}
    assert len(keys) == 1 and Delivery.objects.get().state == "sent"


def test_a_file_of_ours_goes_by_a_signed_address(net: Net, agent: User, act: Acts) -> None:
    net.say("1", "Where is it?")
    drain()
    pdf = InboundAttachment("map.pdf", "application/pdf", b"%PDF-1.4!")
    replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="Look.", attachments=[pdf])
    with clock.frozen(clock.now() + timedelta(seconds=11)):
        drain()
    found = Attachment.objects.get()
    path = "/f/" + filelinks.address(found.pk).rpartition("/f/")[2]
    answer = Client().get(path)
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (
        200,
        b"%PDF-1.4!",
        "application/octet-stream",
    )
    assert "sandbox" in answer["Content-Security-Policy"] and "attachment" in answer["Content-Disposition"]
    assert Client().get("/f/nonsense/").status_code == 404
    Message.objects.filter(pk=found.message_id).update(kind="in")
    assert Client().get(path).status_code == 404
