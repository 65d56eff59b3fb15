"""The doorbells: who may hear them, that they say no more than they must, and that waiting takes no thread."""

import asyncio
import json
import random
import string
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.layers import get_channel_layer
from channels.routing import URLRouter

from helpdesk.core.realtime import chat_group
from tests.channels.chat.conftest import Page
from tests.tickets.test_socket import Talk
from tickets.channels.chat import socket, tokens, waiter
from tickets.consumers import websocket_urlpatterns
from tickets.models import Conversation

pytestmark = pytest.mark.django_db(transaction=True)
Visit = Callable[..., Page]


async def _open(page: Page) -> Talk:
    scope = {"type": "websocket", "path": f"/ws/chat/{page.key}/", "headers": [], "query_string": b""}
    talk = Talk(URLRouter(websocket_urlpatterns), scope)
    await talk.send_input({"type": "websocket.connect"})
    assert (await talk.receive_output())["type"] == "websocket.accept"
    return talk


async def _heard(page: Page) -> Talk:
    talk = await _open(page)
    await talk.send_json_to({"token": page.token, "conversation": page.chat["id"]})
    assert (await talk.receive_json_from())["kind"] == "ready"
    return talk


def _run(scene: Any) -> None:
    async_to_sync(scene)()


async def _ring(pk: int, kind: str, **more: Any) -> None:
    layer = get_channel_layer()
    assert layer is not None
    await layer.group_send(chat_group(pk), {"type": "hint", "kind": kind, **more})


@pytest.fixture
def page(visit: Visit) -> Page:
    made = visit()
    made.say()
    return made


@pytest.fixture
def other(visit: Visit) -> Page:
    made = visit()
    made.say("CANARY")
    return made


def test_it_says_that_there_is_more_and_nothing_of_it(page: Page) -> None:
    pk = page.row().pk

    async def scene() -> None:
        talk = await _heard(page)
        await _ring(pk, "seq", seq=2)
        assert await talk.receive_json_from() == {"kind": "seq", "seq": 2}
        await _ring(pk, "CANARY")
        await talk.send_json_to({"ping": 1})
        assert await talk.receive_json_from() == {"kind": "pong"}
        await talk.disconnect()

    _run(scene)


@pytest.mark.parametrize("proof", ["nothing", "forged", "foreign chat", "another widget", "no chat", "too much"])
def test_nobody_hears_what_is_not_theirs(page: Page, other: Page, proof: str) -> None:
    foreign = tokens.mint("another-key", tokens.Sitter("x"), page.row().created_at)
    sent: dict[str, Any] = {
        "nothing": {},
        "forged": {"token": page.token[:-2] + "AA", "conversation": page.chat["id"]},
        "foreign chat": {"token": page.token, "conversation": other.chat["id"]},
        "another widget": {"token": foreign, "conversation": page.chat["id"]},
        "no chat": {"token": page.token, "conversation": tokens.chat_id(10**9)},
        "too much": {"token": page.token, "conversation": page.chat["id"], "more": 1},
    }[proof]

    async def scene() -> None:
        talk = await _open(page)
        await talk.send_json_to(sent)
        assert await talk.receive_output() == {"type": "websocket.close", "code": socket.NOT_YOURS}

    _run(scene)


def test_a_session_that_is_over_is_silent(page: Page) -> None:
    pk = page.row().pk

    async def scene() -> None:
        talk = await _heard(page)
        await sync_to_async(page.call)("POST", "shutdown", {})
        await _ring(pk, "over")
        assert await talk.receive_output() == {"type": "websocket.close", "code": socket.NOT_YOURS}

    _run(scene)
    assert page.call("POST", "messages", {"client_id": "after", "text": "Still me?"})[0] == 403
    assert page.read()["reload"] is True
    assert page.row().ticket.seq == 1 if page.chat else True


def test_nothing_that_a_page_sends_makes_it_stumble(page: Page) -> None:
    chance = random.Random(5)
    words = ["__class__", "token", "typing", "ping", "type", "hint", "kind", "\u0000", "🙂", "look"]

    def frame() -> str:
        shape = chance.randrange(6)
        word = chance.choice(words)
        made = {
            0: {word: chance.choice([1, None, [], {}, word, True])},
            1: [word] * chance.randrange(4),
            2: {word: {word: {word: word}}},
            3: {"typing": "x" * chance.randrange(3000)},
            4: {one: one for one in chance.sample(words, 3)},
        }
        return json.dumps(made[shape]) if shape in made else "".join(chance.choices(string.printable, k=30))

    async def scene() -> None:
        talk = await _heard(page)
        for _ in range(2000):
            await talk.send_to(frame())
        await talk.send_to("[" * 9_000)
        await talk.send_to('"' + "x" * 60_000 + '"')
        await talk.send_json_to({"ping": 1})
        kinds = set()
        while (told := await talk.receive_json_from())["kind"] != "pong" or len(kinds) > 3:
            assert told in ({"kind": "error", "code": "not_understood"}, {"kind": "pong"})
            kinds.add(told["kind"])
        assert kinds <= {"error", "pong"}
        await talk.disconnect()

    _run(scene)


async def _poll(page: Page, after: int) -> tuple[int, Any]:
    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/w/{page.key}/api/wait",
        "query_string": f"conversation={page.chat['id']}&after={after}".encode(),
        "headers": [(b"authorization", f"Bearer {page.token}".encode())],
    }
    assert waiter.is_for_us(scope)
    sent: list[Any] = []

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(one: Any) -> None:
        sent.append(one)

    await waiter.application(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


def test_a_long_poll_answers_at_once_or_when_it_rings(page: Page) -> None:
    row = page.row()

    async def scene() -> None:
        assert await _poll(page, 0) == (200, {"seq": 1})
        waiting = [asyncio.create_task(_poll(page, 1)) for _ in range(50)]
        await asyncio.sleep(1)
        assert not any(task.done() for task in waiting)
        await sync_to_async(page.say)("More")
        await _ring(row.pk, "seq", seq=2)
        assert await asyncio.gather(*waiting) == [(200, {"seq": 2})] * 50

    _run(scene)


def test_a_long_poll_ends_by_itself_and_is_nobody_elses(
    page: Page, other: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiter, "PATIENCE", 0.05)
    stranger = Page(page.key, page.token, other.chat)

    async def scene() -> None:
        assert await _poll(page, 1) == (200, {"seq": 1})
        assert await _poll(stranger, 0) == (404, {"code": "not_found"})

    _run(scene)
    assert Conversation.objects.count() == 2
