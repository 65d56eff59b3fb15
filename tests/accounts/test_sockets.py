"""The desk's socket opens for a live session only, and ends with it."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.test import Client

from helpdesk.accounts import actions
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.asgi import application

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

HERE = "http://127.0.0.1"
SIGNED_OUT = 4401


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


class Line(ApplicationCommunicator):  # type: ignore[misc]  # asgiref.testing has no types
    """A socket to the whole application, as a browser opens it."""

    def __init__(self, client: Client, origin: str = HERE) -> None:
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        headers = [(b"cookie", cookie.encode()), (b"origin", origin.encode()), (b"host", b"127.0.0.1")]
        asked = {"type": "websocket", "path": "/ws/desk/", "query_string": b"", "headers": headers, "subprotocols": []}
        super().__init__(application, asked)

    async def opens(self) -> bool:
        """Whether the server takes the call."""
        await self.send_input({"type": "websocket.connect"})
        return bool((await self.receive_output(timeout=5))["type"] == "websocket.accept")

    async def say(self, text: str) -> None:
        await self.send_input({"type": "websocket.receive", "text": text})

    async def hears(self) -> Any:
        return json.loads((await self.receive_output(timeout=5))["text"])

    async def ended_with(self) -> int:
        """The code that the socket ends with within five seconds."""
        while True:
            event = await self.receive_output(timeout=5)
            if event["type"] == "websocket.close":
                return int(event["code"])


def ends_after(client: Client, change: Callable[[], Any]) -> int:
    """The code that an open socket ends with once `change` has happened."""

    async def story() -> int:
        line = Line(client)
        assert await line.opens()
        await line.say('{"ping": 1}')
        assert await line.hears() == {"kind": "pong"}
        await database_sync_to_async(change)()
        return await line.ended_with()

    return async_to_sync(story)()


def test_nobody_has_no_socket(db: None) -> None:
    async def story() -> int:
        line = Line(Client())
        await line.opens()
        return await line.ended_with()

    assert async_to_sync(story)() == SIGNED_OUT


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", "http://evil@desk"]
)
def test_a_foreign_origin_has_no_socket(agent: User, origin: str) -> None:
    client = signed_in(agent)

    async def story() -> bool:
        return await Line(client, origin).opens()

    assert not async_to_sync(story)()


def test_a_new_role_ends_the_socket(agent: User) -> None:
    change = partial(actions.change_role, by=SYSTEM, user=agent, role="lead")
    assert ends_after(signed_in(agent), change) == SIGNED_OUT


def test_a_new_password_ends_the_socket(agent: User) -> None:
    change = partial(actions.set_password, by=SYSTEM, user=agent, password="another-long-one")
    assert ends_after(signed_in(agent), change) == SIGNED_OUT


def test_signing_out_ends_the_socket(agent: User) -> None:
    client = signed_in(agent)
    elsewhere = Client()
    elsewhere.cookies = client.cookies.copy()  # another tab of the same browser
    assert ends_after(client, partial(elsewhere.post, "/sign-out/")) == SIGNED_OUT


def test_deactivation_ends_the_socket(agent: User) -> None:
    assert ends_after(signed_in(agent), partial(actions.deactivate, by=SYSTEM, user=agent)) == SIGNED_OUT


FRAMES = [
    "{}",
    "[]",
    "null",
    "{",
    '{"event": "base"}',
    '{"watch": "ticket.1"}',
    '{"watch": [1, null, {}]}',
    '{"__class__": 1}',
    '{"watch": ["user.1", "desk", "ticket.0", "ticket.999999999999999999999"]}',
    "x" * 20_000,
    json.dumps([[]] * 400),
]


def test_odd_frames_get_a_code_and_nothing_more(agent: User) -> None:
    client = signed_in(agent)

    async def story() -> list[Any]:
        line = Line(client)
        assert await line.opens()
        for frame in FRAMES:
            await line.say(frame)
        await line.say('{"ping": 1}')
        seen: list[Any] = []
        while not seen or seen[-1] != {"kind": "pong"}:
            seen.append(await line.hears())
        return seen[:-1]

    seen = async_to_sync(story)()
    assert [answer for answer in seen if answer != {"kind": "error", "code": "not_understood"}] == []
