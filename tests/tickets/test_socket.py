"""The desk's socket: who may listen, what it understands, and that it carries hints only."""

import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer
from channels.routing import URLRouter
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from helpdesk.accounts.models import User
from tickets.consumers import SIGNED_OUT, websocket_urlpatterns
from tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30.0


def _session(person: User | None) -> SessionStore:
    client = Client()
    if person:
        client.force_login(person)
    return SessionStore(client.session.session_key if person else None)


class Talk(ApplicationCommunicator):
    """One socket. (channels.testing needs a server that we do not have.)"""

    async def receive_output(self, timeout: float = PATIENCE) -> Any:
        """What it says next. A second, as asgiref gives it, is too short on a machine with much to do."""
        return await super().receive_output(timeout)

    async def wait(self, timeout: float = PATIENCE) -> None:
        """Until it has ended."""
        await super().wait(timeout)

    async def send_json_to(self, said: Any) -> None:
        await self.send_to(text_data=json.dumps(said))

    async def send_to(self, text_data: str) -> None:
        await self.send_input({"type": "websocket.receive", "text": text_data})

    async def receive_json_from(self) -> Any:
        return json.loads((await self.receive_output())["text"])

    async def disconnect(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait()


async def _socket(person: User | None) -> Talk:
    session = await sync_to_async(_session)(person)
    scope = {"type": "websocket", "path": "/ws/desk/", "headers": [], "query_string": b"", "session": session}
    talk = Talk(URLRouter(websocket_urlpatterns), scope)
    await talk.send_input({"type": "websocket.connect"})
    assert (await talk.receive_output())["type"] == "websocket.accept"
    return talk


def _run(scene: Any) -> None:
    async_to_sync(scene)()


async def _tell(number: int) -> None:
    layer = get_channel_layer()
    assert layer is not None
    await layer.group_send(f"ticket.{number}", {"type": "hint", "kind": "ticket", "number": number})


def test_nobody_listens_without_signing_in() -> None:
    async def scene() -> None:
        talk = await _socket(None)
        assert await talk.receive_output() == {"type": "websocket.close", "code": SIGNED_OUT}

    _run(scene)


def test_who_watches_a_ticket_hears_of_it(agent: User, ticket: Ticket) -> None:
    async def scene() -> None:
        talk = await _socket(agent)
        await talk.send_json_to({"watch": [f"ticket.{ticket.number}"]})
        await talk.send_json_to({"ping": 1})
        assert await talk.receive_json_from() == {"kind": "pong"}
        await _tell(ticket.number)
        assert await talk.receive_json_from() == {"kind": "ticket", "number": ticket.number}
        await talk.disconnect()

    _run(scene)


def test_who_may_not_see_a_ticket_hears_nothing_of_it(outsider: User, ticket: Ticket) -> None:
    async def scene() -> None:
        talk = await _socket(outsider)
        await talk.send_json_to({"watch": [f"ticket.{ticket.number}", "user.1", "ticket.x", 7, None]})
        await talk.send_json_to({"ping": 1})
        assert await talk.receive_json_from() == {"kind": "pong"}
        await _tell(ticket.number)
        assert await talk.receive_nothing(0.2)
        await talk.disconnect()

    _run(scene)


@pytest.mark.parametrize(
    "said", ["", "nonsense", "[]", "7", '{"a":1}', '{"watch":7}', '{"ping":1,"watch":[]}', "[" * 9000]
)
def test_what_it_does_not_understand_does_nothing(agent: User, said: str) -> None:
    async def scene() -> None:
        talk = await _socket(agent)
        await talk.send_to(text_data=said)
        assert (await talk.receive_json_from())["code"] == "not_understood"
        await talk.disconnect()

    _run(scene)


def test_a_changed_password_ends_it(agent: User) -> None:
    async def scene() -> None:
        talk = await _socket(agent)
        await User.objects.filter(pk=agent.pk).aupdate(session_epoch=agent.session_epoch + 1)
        layer = get_channel_layer()
        assert layer is not None
        await layer.group_send(f"user.{agent.pk}", {"type": "hint", "kind": "sign_out"})
        assert await talk.receive_output() == {"type": "websocket.close", "code": SIGNED_OUT}

    _run(scene)
