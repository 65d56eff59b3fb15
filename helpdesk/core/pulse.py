"""Notices when hints do not arrive, and then has every open socket of this process tell its page to look for itself.

A socket stays open while Redis is away, so its page would never know what it did not hear. Each second a message goes
out and must come back by the way that hints come; the first one that does after a silence ends it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer

PERIOD, PATIENCE = 1.0, 2.0
# In a silence, so that its end is noticed soon.
SHORT_PERIOD, SHORT_PATIENCE = 0.4, 0.4
# While nothing is heard, pages look for themselves this often: as often as they do without a socket.
LOOK = 5.0
Listener = Callable[[], Awaitable[None]]


class Pulse:
    """The pulse of one event loop; it beats while somebody listens."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self.beating: asyncio.Task[None] | None = None
        self.channel = ""
        self.count = 0
        self.reader: asyncio.Future[dict[str, int]] | None = None

    def join(self, listener: Listener) -> None:
        """Calls `listener` whenever hints may have been lost."""
        self.listeners.add(listener)
        if self.beating is None or self.beating.done():
            self.beating = asyncio.ensure_future(self._beat())

    def leave(self, listener: Listener) -> None:
        """The last one to leave stops it."""
        self.listeners.discard(listener)
        if not self.listeners and self.beating is not None:
            self.beating.cancel()
            self.beating = None

    async def _beat(self) -> None:
        deaf, told, clock = False, 0.0, asyncio.get_running_loop().time
        try:
            while True:
                heard = await self._heard(SHORT_PATIENCE if deaf else PATIENCE)
                if (deaf and heard) or (not heard and (not deaf or clock() - told >= LOOK)):
                    told = clock()
                    await self._tell()
                deaf = not heard
                await asyncio.sleep(SHORT_PERIOD if deaf else PERIOD)
        finally:
            if self.reader is not None:
                self.reader.cancel()
            self.channel, self.reader = "", None

    async def _heard(self, patience: float) -> bool:
        """Does a message of ours come back?"""
        self.count += 1
        try:
            async with asyncio.timeout(patience):
                await self._send(self.count)
                while await self._next() != self.count:
                    continue
        except Exception:
            return False
        return True

    async def _send(self, count: int) -> None:
        layer = get_channel_layer()
        assert layer is not None
        self.channel = self.channel or await layer.new_channel("pulse.")
        await layer.send(self.channel, {"type": "pulse", "count": count})

    async def _next(self) -> int:
        layer = get_channel_layer()
        assert layer is not None
        # Shielded: to cancel a reader is to give its channel up.
        self.reader = self.reader or asyncio.ensure_future(layer.receive(self.channel))
        try:
            return int((await asyncio.shield(self.reader))["count"])
        finally:
            if self.reader.done():
                self.reader = None

    async def _tell(self) -> None:
        for listener in list(self.listeners):
            with suppress(Exception):
                await listener()


_pulses: "WeakKeyDictionary[asyncio.AbstractEventLoop, Pulse]" = WeakKeyDictionary()


def here() -> Pulse:
    """The pulse of the loop that runs this."""
    return _pulses.setdefault(asyncio.get_running_loop(), Pulse())
