"""A hostile visitor at the doorbells: the long poll and the socket ring for nobody but whose conversation it is."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings

from helpdesk.asgi import application
from helpdesk.core import clock
from tests.channels.chat.conftest import Page
from tests.channels.chat.test_bells import _open, _poll
from tests.channels.chat.test_hostile import _bad_tokens, _rows
from tests.tickets.test_socket import Talk
from tickets.channels.chat import socket, waiter

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.integration]
Visit = Callable[..., Page]
NOT_FOUND = (404, {"code": "not_found"})


@pytest.fixture
def mina(visit: Visit) -> Page:
    """The victim, who has an open chat."""
    page = visit()
    page.say("CANARY")
    return page


def _stale(mina: Page) -> str:
    """A token that was good until the session ended; the session goes on with another."""
    old = mina.token
    told = mina.call("POST", "identify", {"identity": {"name": "Mina"}})[1]
    mina.token = told["token"]
    return old


async def _closes(page: Page, said: Any) -> bool:
    talk = await _open(page)
    await talk.send_json_to(said)
    told = await talk.receive_output(timeout=10)
    await talk.disconnect()
    return bool(told == {"type": "websocket.close", "code": socket.NOT_YOURS})


def test_they_ring_for_no_other_proof(mina: Page, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiter, "PATIENCE", 0.05)
    mallory = visit()
    mallory.say("Mine")
    shapes = _bad_tokens(mina) | {"a stranger's own": mallory.token, "one that is over": _stale(mina)}
    before = _rows()

    async def scene() -> None:
        assert (await _poll(mina, 0))[0] == 200
        for name, token in shapes.items():
            thief = Page(mina.key, token, mina.chat)
            if token.isascii():
                assert await _poll(thief, 0) == NOT_FOUND, name
            assert await _closes(thief, {"token": token, "conversation": mina.chat["id"]}), name
        for given in ("", "1", "../1", f"{mina.chat['id']}0", "٣-" + mina.chat["id"], "f" * 9_000, "%00"):
            proof = {"token": mina.token, "conversation": given}
            assert await _closes(mina, proof), given
            if given.isascii():
                assert await _poll(Page(mina.key, mina.token, {"id": given}), 0) == NOT_FOUND, given
        for strange in (None, [], "x", 1, {"token": [mina.token], "conversation": {}}, {"token": mina.token}):
            assert await _closes(mina, strange), strange

    async_to_sync(scene)()
    assert _rows() == before


def test_a_poll_that_began_before_the_end_hears_nothing_after_it(mina: Page) -> None:
    late = Page(mina.key, mina.token, mina.chat)

    async def scene() -> None:
        waiting = asyncio.create_task(_poll(late, 1))
        while not waiter._now["waiting"]:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        assert (await sync_to_async(mina.call)("POST", "shutdown", {}))[0] == 204
        assert await asyncio.wait_for(waiting, 30) == NOT_FOUND

    async_to_sync(scene)()


def test_a_long_polls_place_in_the_queue_is_no_number_of_theirs(mina: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiter, "PATIENCE", 0.05)

    async def scene() -> None:
        for after in (-1, 10**30, 10**8):
            assert await _poll(mina, after) == (200, {"seq": 1}), after

    async_to_sync(scene)()
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert async_to_sync(_poll)(mina, 0) == NOT_FOUND
    monkeypatch.setattr(waiter, "MOST_AT_ONCE", 0)
    assert async_to_sync(_poll)(mina, 0) == (503, {"code": "busy"})


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example", "file://", "x"])
def test_no_other_site_opens_a_socket(mina: Page, origin: str) -> None:
    async def scene() -> None:
        headers = [(b"origin", origin.encode()), (b"host", b"testserver")]
        scope = {"type": "websocket", "path": f"/ws/chat/{mina.key}/", "headers": headers, "query_string": b""}
        talk = Talk(application, scope)
        await talk.send_input({"type": "websocket.connect"})
        assert (await talk.receive_output(timeout=10))["type"] == "websocket.close"

    assert "*" not in settings.ALLOWED_HOSTS
    async_to_sync(scene)()
