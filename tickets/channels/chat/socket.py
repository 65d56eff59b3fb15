"""The widget's socket: a doorbell. It says that there is more, and who is typing; the page then reads by HTTP.

The first frame is {"token", "conversation"}, within five seconds; then {"ping": 1} and {"typing": true or words}.
Nothing else is understood. We say ready, seq, state, typing, pong and error.
"""

import asyncio
import json
import time
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from helpdesk.core import pulse
from helpdesk.core.realtime import chat_group, send, ticket_group
from tickets.channels.chat import bells
from tickets.queries.visits import Chat
from tickets.rules.visitors import Widget

NOT_YOURS, TOO_SLOW = 4401, 4408
PATIENCE = 5.0
LONGEST = 10_000
MOST_PREVIEW = 1000
STILL_THERE = 60.0
TYPING_EVERY = 1.0
OF_OURS = ("seq", "state", "typing")


class VisitorConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """One page of one visitor."""

    chat: Chat | None = None

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
        if self.chat is not None:
            pulse.here().leave(self.look)
            await self.channel_layer.group_discard(chat_group(self.chat.pk), self.channel_name)

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
        self.proof = {"token": token, "name": name}
        chat = await self._heard()
        if chat is None:
            await self.close(NOT_YOURS)
            return
        self.chat = chat
        self.waiting.cancel()
        await self.channel_layer.group_add(chat_group(chat.pk), self.channel_name)
        pulse.here().join(self.look)
        # What was said between the look and the joining is in this number.
        fresh = await self._heard()
        await self._say("ready", seq=(fresh or chat).seq)
        await self._still_there()

    async def _heard(self) -> Chat | None:
        found: Chat | None = await database_sync_to_async(bells.heard)(self.key, *self.proof.values())
        return found

    async def _still_there(self) -> None:
        now = time.monotonic()
        if self.chat is not None and (not self.told or now - self.told > STILL_THERE):
            self.told = now
            await database_sync_to_async(bells.alive)(self.chat.pk)

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
