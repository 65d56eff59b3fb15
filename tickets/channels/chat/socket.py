"""The widget's socket: a doorbell. It says that there is more, and who is typing; the page then reads by HTTP.

The first frame is {"token", "conversation"}, within five seconds; then {"ping": 1} and {"typing": true or words}.
Nothing else is understood. We say ready, seq, state, typing, pong and error.
"""

import asyncio
import json
import time
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from helpdesk.core import pulse
from helpdesk.core.realtime import chat_group, send, ticket_group
from helpdesk.core.sockets import Light
from tickets.channels.chat import bells, tokens
from tickets.queries.visits import Chat
from tickets.rules.visitors import Widget

NOT_YOURS, TOO_SLOW = 4401, 4408
PATIENCE = 5.0
LONGEST = 10_000
MOST_PREVIEW = 1000
STILL_THERE = 60.0
TYPING_EVERY = 1.0
OF_OURS = ("seq", "state", "typing")


class VisitorConsumer(Light, AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """One page of one visitor."""

    chat: Chat | None = None
    joined = ""

    async def connect(self) -> None:
        """Accepts, and waits a little for the proof; the Origin was checked before us (asgi.py)."""
        self.key = str(self.scope["url_route"]["kwargs"]["key"])
        self.proof: dict[str, str] = {}
        self.told = self.typed = 0.0
        await self.accept()
        self.waiting = asyncio.create_task(self._give_up())

    async def _give_up(self) -> None:
        await asyncio.sleep(PATIENCE)
        await self.close(TOO_SLOW)

    async def disconnect(self, code: int) -> None:
        """Leaves the group."""
        self.waiting.cancel()
        pulse.here().leave(self.look)
        if self.joined:
            await self.channel_layer.group_discard(self.joined, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Does what the frozen list of words allows."""
        given = _read(text_data)
        if self.chat is None:
            await self._begin(given)
        elif given == {"ping": 1}:
            await self._say("pong")
            await self._still_there()
        elif len(given) == 1 and isinstance(given.get("typing"), bool | str):
            await self._typing(given["typing"])
        else:
            await self._say("error", code="not_understood")

    async def _begin(self, given: dict[str, Any]) -> None:
        token, name = given.get("token"), given.get("conversation")
        if set(given) != {"token", "conversation"} or not isinstance(token, str) or not isinstance(name, str):
            await self.close(NOT_YOURS)
            return
        pk = tokens.read_chat_id(name)
        if pk is None:
            await self.close(NOT_YOURS)
            return
        # First join, then look: what is said in between rings, and is passed on only to whom it belongs.
        self.proof, self.joined = {"token": token, "name": name}, chat_group(pk)
        await self.channel_layer.group_add(self.joined, self.channel_name)
        self.chat = await self._heard()
        if self.chat is None:
            await self.close(NOT_YOURS)
            return
        self.waiting.cancel()
        self.told = time.monotonic()
        pulse.here().join(self.look)
        await self._say("ready", seq=self.chat.seq)

    async def _heard(self) -> Chat | None:
        return await bells.heard(self.key, *self.proof.values())

    async def _still_there(self) -> None:
        now = time.monotonic()
        if now - self.told > STILL_THERE:
            self.told = now
            await self._heard()

    async def _typing(self, said: bool | str) -> None:
        now = time.monotonic()
        if self.chat is None or (said and now - self.typed < TYPING_EVERY):
            return
        self.typed = now
        preview = Widget.of(self.chat.widget).typing_preview
        words = said[:MOST_PREVIEW] if isinstance(said, str) and preview else ""
        message = {"type": "hint", "kind": "typing", "number": self.chat.number, "on": bool(said), "text": words}
        send([ticket_group(self.chat.number)], message)

    async def look(self) -> None:
        """Hints may have been lost: the page looks for itself."""
        await self._say("state")

    async def hint(self, event: dict[str, Any]) -> None:
        """Passes on what is meant for visitors; after the end of the session nothing more."""
        if self.chat is None:
            return
        if event["kind"] == "over":
            fresh = await self._heard()
            if fresh is None:
                await self.close(NOT_YOURS)
        elif event["kind"] in OF_OURS:
            await self._say(**{name: value for name, value in event.items() if name != "type"})

    async def _say(self, kind: str, **more: Any) -> None:
        await self.send(text_data=json.dumps({"kind": kind, **more}, ensure_ascii=False))


def _read(text: str | None) -> dict[str, Any]:
    """The frame's object; what is none, or too long, is an empty one."""
    if not text or len(text) > LONGEST:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
