"""A narrow way in for what strangers may ask unknown, so that a flood of it never takes the threads of everybody else.

The threads of a web process are shared by everybody. What goes through a turnstile uses at most `at_once` of them; the
rest waits on the event loop, where waiting costs nothing, and beyond `most_waiting` it is told at once to come back.
The body is read before the turn begins: a slow sender holds nobody up. While many wait, the door stays shut after each
turn for as long as the turn took, so that of the processor, too, half is left to the others.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES = 64 * 1024
BODY_SECONDS = 20
CROWD = 8
LONGEST_REST = 0.1
BUSY = b'{"type":"about:blank","title":"Service Unavailable","status":503,"code":"busy"}'
TOO_LARGE = b'{"type":"about:blank","title":"Content Too Large","status":413,"code":"too_large"}'


class Turnstile:
    """ASGI: lets through to `app`, a few at a time, what `path` matches; all else passes beside it."""

    def __init__(self, app: App, path: str, *, at_once: int, most_waiting: int) -> None:
        self.app = app
        self.path = re.compile(path)
        self.turns = asyncio.Semaphore(at_once)
        self.most_waiting = most_waiting
        self.waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if not self.path.match(scope["path"]):
            await self.app(scope, receive, send)
        elif self.waiting >= self.most_waiting:
            await _refuse(send, 503, BUSY, {b"retry-after": b"5"})
        else:
            await self._in_turn(scope, receive, send)

    async def _in_turn(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.waiting += 1
        try:
            body = await asyncio.wait_for(_body(receive), BODY_SECONDS)
            if body is None:
                await _refuse(send, 413, TOO_LARGE, {})
                return
            async with self.turns:
                began = time.monotonic()
                await self.app(scope, _once(body, receive), send)
                if self.waiting > CROWD:
                    await asyncio.sleep(min(time.monotonic() - began, LONGEST_REST))
        except (ConnectionError, TimeoutError):
            return  # whoever asked has gone, or sends too slowly to be somebody's page
        finally:
            self.waiting -= 1


async def _body(receive: Receive) -> bytes | None:
    """The whole body, None when it is too large. Raises ConnectionError when the sender goes away."""
    parts = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        parts += message.get("body", b"")
        if len(parts) > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return bytes(parts)


def _once(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read already, then whatever the line says."""
    given = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> dict[str, Any]:
        return given.pop() if given else await receive()

    return next_message


async def _refuse(send: Send, status: int, body: bytes, headers: dict[bytes, bytes]) -> None:
    told = {b"content-type": b"application/problem+json", b"cache-control": b"no-store", **headers}
    await send({"type": "http.response.start", "status": status, "headers": list(told.items())})
    await send({"type": "http.response.body", "body": body})
