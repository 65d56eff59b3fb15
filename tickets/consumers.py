"""The desk's socket. It carries hints only; what changed is fetched by HTTP, where the policy decides again.

We understand {"watch": ["ticket.7"]}, {"unwatch": […]}, {"ping": 1} and {"typing": "ticket.7"} (told to the visitor of
that chat, of whom the same hint comes back); anything else gets {"kind": "error"}.
"""

import asyncio
import re
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.contrib.sessions.backends.base import SessionBase
from django.urls import path

from helpdesk.accounts.access import actor_of, session_user_now
from helpdesk.accounts.actions import feel
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import pulse
from helpdesk.core.errors import DomainError
from helpdesk.core.realtime import DESK, chat_group, ticket_group, user_group
from helpdesk.core.sockets import Light
from tickets import access
from tickets.channels.chat.socket import VisitorConsumer

SIGNED_OUT = 4401
MOST_WATCHED = 50
FELT_EVERY = 20.0
# Lists are fetched again at most this often, so that they need not be told of each ticket.
QUEUE_EVERY = 1.0
TICKET = re.compile(r"ticket\.([1-9][0-9]{0,16})\Z")


class DeskConsumer(Light, AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """One agent's page."""

    actor: Actor
    feeling: asyncio.Task[None]
    resting: asyncio.Task[None] | None = None
    has_more = False

    async def connect(self) -> None:
        """Accepts people whose session is alive; the Origin was checked before us (asgi.py)."""
        actor = await self._who()
        await self.accept()
        if actor is None:
            await self.close(SIGNED_OUT)
            return
        self.actor = actor
        self.watched: set[str] = set()
        self.chats: dict[str, int] = {}
        for group in (DESK, user_group(actor.pk)):
            await self.channel_layer.group_add(group, self.channel_name)
        pulse.here().join(self.look)
        self.feeling = asyncio.create_task(self._feel())

    async def disconnect(self, code: int) -> None:
        """Leaves every group."""
        pulse.here().leave(self.look)
        if hasattr(self, "actor"):
            self.feeling.cancel()
            if self.resting is not None:
                self.resting.cancel()
            for group in (DESK, user_group(self.actor.pk), *self.watched):
                await self.channel_layer.group_discard(group, self.channel_name)

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        """What is no JSON, or too long, is nothing."""
        try:
            return await super().decode_json(text_data) if len(text_data) < 10_000 else None
        except (ValueError, RecursionError):
            return None

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Bytes are not understood."""
        await super().receive(text_data=text_data or "null", **kwargs)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Does what the frozen list of messages allows."""
        if isinstance(content, dict) and len(content) == 1 and hasattr(self, "actor"):
            ((word, given),) = content.items()
            if word == "ping":
                await self.send_json({"kind": "pong"})
                return
            if word == "typing" and isinstance(given, str):
                await self._typing(given)
                return
            if word in ("watch", "unwatch") and isinstance(given, list):
                for group in given[:MOST_WATCHED]:
                    await self._turn(word, group)
                return
        await self.send_json({"kind": "error", "code": "not_understood"})

    async def _turn(self, word: str, group: Any) -> None:
        found = TICKET.match(group) if isinstance(group, str) else None
        if found is None:
            return
        name = ticket_group(int(found[1]))
        if word == "unwatch":
            self.watched.discard(name)
            await self.channel_layer.group_discard(name, self.channel_name)
        elif len(self.watched) < MOST_WATCHED and await self._may_see(int(found[1])):
            self.watched.add(name)
            await self.channel_layer.group_add(name, self.channel_name)

    async def _feel(self) -> None:
        """An open page is a sign of life, also one in the background, whose own clock browsers slow down."""
        while True:
            await database_sync_to_async(feel)(self.actor)
            await asyncio.sleep(FELT_EVERY)

    async def _typing(self, name: str) -> None:
        found = TICKET.match(name)
        if found is None or name not in self.watched:
            return
        if name not in self.chats:
            self.chats[name] = await database_sync_to_async(_chat_of)(self.actor, int(found[1]))
        if self.chats[name]:
            hint = {"type": "hint", "kind": "typing", "name": self.actor.name}
            await self.channel_layer.group_send(chat_group(self.chats[name]), hint)

    async def look(self) -> None:
        """Hints may have been lost: the page looks for itself."""
        await self.send_json({"kind": "poll"})

    async def hint(self, event: dict[str, Any]) -> None:
        """Passes a hint on; one about this person's session or teams makes us look again who this is."""
        if event["kind"] in ("sign_out", "access_changed") and not await self._still_here():
            await self.close(SIGNED_OUT)
            return
        if event["kind"] == "ticket" and ticket_group(event["number"]) not in self.watched:
            await self._queue()
            return
        await self.send_json({key: value for key, value in event.items() if key != "type"})

    async def _queue(self) -> None:
        """Some ticket has changed: told at once, then for a second no more, and what came meanwhile once at its end."""
        self.has_more = self.resting is not None
        if self.resting is None:
            self.resting = asyncio.create_task(self._rest())
            await self.send_json({"kind": "queue"})

    async def _rest(self) -> None:
        await asyncio.sleep(QUEUE_EVERY)
        self.resting = None
        if self.has_more:
            await self._queue()

    async def _still_here(self) -> bool:
        actor = await self._who()
        if actor is None:
            return False
        self.actor = actor
        for name in [name for name in self.watched if not await self._may_see(int(name.partition(".")[2]))]:
            await self._turn("unwatch", name)
        return True

    async def _who(self) -> Actor | None:
        found: Actor | None = await database_sync_to_async(_actor)(self.scope["session"])
        return found

    async def _may_see(self, number: int) -> bool:
        return bool(await database_sync_to_async(_sees)(self.actor, number))


def _actor(session: SessionBase) -> Actor | None:
    user = session_user_now(session)
    return actor_of(user) if user else None


def _sees(actor: Actor, number: int) -> bool:
    try:
        access.get(actor, number)
    except DomainError:
        return False
    return True


def _chat_of(actor: Actor, number: int) -> int:
    """The open chat of this ticket that `actor` may answer in; 0 for none."""
    try:
        found = access.get_chat(actor, number, "ticket.reply")
    except DomainError:
        return 0
    return found.pk if found.ended_at is None else 0


websocket_urlpatterns = [
    path("ws/desk/", DeskConsumer.as_asgi()),
    path("ws/chat/<str:key>/", VisitorConsumer.as_asgi()),
]
