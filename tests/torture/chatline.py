"""The bad line between a page and the product: a proxy for each page, which cuts, stalls and falls silent."""

import asyncio
import io
import time
from collections.abc import Coroutine
from contextlib import suppress
from http.client import HTTPResponse
from typing import Any, cast

STALL = 3.0
UNANSWERED = 2.0
ANSWERED = b"HTTP/1.1 201"


class Line:
    """One page's way to the product. Each has an address of its own, as people have."""

    def __init__(self, number: int, port: int) -> None:
        self.number, self.target = number, port
        self.port = 0
        self.writers: set[asyncio.StreamWriter] = set()
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.loses_answer = False
        self.server: asyncio.Server | None = None
        self.jobs: set[asyncio.Task[None]] = set()
        self.frozen: list[asyncio.Event] = []
        self.troubles: list[tuple[float, float]] = []

    async def open(self) -> None:
        """Listens on a free port."""
        self.server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = int(self.server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """No more lines."""
        if self.server is not None:
            self.server.close()
        for event in self.frozen:
            event.set()
        self.cut()

    def cut(self) -> None:
        """Every connection ends now, in the middle of whatever it was saying."""
        self.loses_answer = False
        self.troubles.append((time.monotonic(), time.monotonic()))
        for writer in list(self.writers):
            writer.transport.abort()

    def lose_an_answer(self) -> None:
        """Cuts when the next message has been taken and before the page learns of it."""
        self.loses_answer = True
        asyncio.get_running_loop().call_later(UNANSWERED, self._lose)

    def _lose(self) -> None:
        if self.loses_answer:
            self.cut()

    async def stall(self) -> None:
        """Half open for three seconds, then cut; new connections pass meanwhile."""
        begin, mine = time.monotonic(), set(self.writers)
        self.troubles.append((begin, begin + STALL))
        self.fall_silent()
        await asyncio.sleep(STALL)
        for writer in mine:
            writer.transport.abort()

    def fall_silent(self) -> None:
        """Half open for good: nothing passes on what is open now, and nobody hangs up."""
        old, self.flowing = self.flowing, asyncio.Event()
        self.flowing.set()
        old.clear()
        self.frozen.append(old)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        flowing = self.flowing
        local = (f"127.0.9.{self.number + 1}", 0)
        try:
            back = await asyncio.open_connection("127.0.0.1", self.target, local_addr=local)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, back[1]}
        self.writers |= both
        ends = [self._pump(reader, back[1], flowing, False), self._pump(back[0], writer, flowing, True)]
        try:
            await asyncio.gather(*ends)
        finally:
            self.writers -= both
            for one in both:
                one.close()

    async def _pump(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, flowing: asyncio.Event, down: bool
    ) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                await flowing.wait()
                if down and self.loses_answer and data.startswith(ANSWERED):
                    self.cut()
                    return
                target.write(data)
                await target.drain()
            if target.can_write_eof():
                target.write_eof()

    def later(self, job: Coroutine[Any, Any, None]) -> None:
        """Runs beside."""
        task = asyncio.ensure_future(job)
        self.jobs.add(task)
        task.add_done_callback(self.jobs.discard)


class _Whole:
    """Bytes as http.client wants them."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def makefile(self, *_: Any) -> io.BytesIO:
        return io.BytesIO(self.data)


async def ask(
    port: int, method: str, path: str, headers: dict[str, str], body: bytes = b"", patience: float = 25.0
) -> tuple[int, bytes, Any]:
    """Status, body and headers. Raises OSError, HTTPException or TimeoutError, as the line is."""
    async with asyncio.timeout(patience):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
            lines += [f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in headers.items())]
            writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            data = await reader.read()
        finally:
            writer.transport.abort()
    answer = HTTPResponse(cast(Any, _Whole(data)))
    answer.begin()
    return answer.status, answer.read(), answer.headers
