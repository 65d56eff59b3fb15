"""Those beside the talk: a page that never reads what it is sent, and those who may hear no more."""

import asyncio
import json
import re
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import websockets

from tests.torture.chatline import ask
from tests.torture.chatpages import Page, VisitorPage

if TYPE_CHECKING:
    from tests.torture.chat import World

PINGS = 20_000
PATIENCE = 60.0


def memory(pid: int) -> int:
    """Resident megabytes."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) // 1024 if found else 0


class SlowReader:
    """A second page of a visitor: it asks and asks, and reads none of the answers."""

    def __init__(self, job: "asyncio.Task[None]") -> None:
        self.job = job

    @classmethod
    async def open(cls, page: Page, port: int) -> "SlowReader":
        """Begins; it comes back whenever it is thrown out."""
        return cls(asyncio.ensure_future(cls._goes_on(cast(VisitorPage, page), port)))

    @staticmethod
    async def _goes_on(page: VisitorPage, port: int) -> None:
        while True:
            try:
                socket = await websockets.connect(
                    f"ws://127.0.0.1:{port}{page.path}",
                    origin=websockets.Origin(f"http://127.0.0.1:{port}"),
                    ping_interval=None,
                    max_queue=1,
                )
                for frame in page.hello():
                    await socket.send(json.dumps(frame))
                socket.transport.pause_reading()
                for _ in range(PINGS):
                    await socket.send('{"ping":1}')
                await asyncio.sleep(3600)
            except (OSError, TimeoutError, websockets.WebSocketException):
                await asyncio.sleep(1)

    def close(self) -> None:
        """Goes."""
        self.job.cancel()


async def revoked(world: "World") -> dict[str, float]:
    """Seconds until a visitor's other page, and an agent who was deactivated, hear nothing any more."""
    visitor, agent = cast(VisitorPage, world.pages[0]), world.pages[3]
    # Their own pages go first: what has ended is told to load anew, and that would count as strange.
    await asyncio.gather(visitor.close(), agent.close())
    both = [await _line(page, world.desk.port) for page in (visitor, agent)]
    ends = [asyncio.ensure_future(_ended(one)) for one in both]
    begin = time.monotonic()
    await ask(world.desk.port, "POST", f"{visitor.api}shutdown", dict(visitor.headers), b"{}")
    await _deactivate(world)
    await _say_more(world)
    times = [await asyncio.wait_for(end, PATIENCE) - begin for end in ends]
    return dict(zip(("visitor", "agent"), times, strict=True))


async def _line(page: Page, port: int) -> websockets.ClientConnection:
    cookies = {"Cookie": page.headers["Cookie"]} if "Cookie" in page.headers else {}
    socket = await websockets.connect(
        f"ws://127.0.0.1:{port}{page.path}",
        origin=websockets.Origin(f"http://127.0.0.1:{port}"),
        additional_headers=cookies,
    )
    for frame in page.hello():
        await socket.send(json.dumps(frame))
    await socket.recv()
    return socket


async def _ended(socket: websockets.ClientConnection) -> float:
    """When the last frame came: the socket was closed on its holder."""
    try:
        while True:
            await socket.recv()
    except websockets.ConnectionClosed:
        assert socket.close_code == 4401, socket.close_code
    return time.monotonic()


async def _deactivate(world: "World") -> None:
    """Agent 1 leaves, by the settings' own form."""
    cookies = await world.sign_in("sara@desk.example")
    port = world.desk.port
    headers: dict[str, Any] = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    csrf = re.search(r"csrftoken=([^;]+)", cookies)
    headers |= {"Origin": f"http://127.0.0.1:{port}", "X-CSRFToken": csrf[1] if csrf else ""}
    with world.rig.connection() as db:
        row = db.execute("SELECT id FROM accounts_user WHERE email = 'agent1@desk.example'").fetchone()
    assert row is not None
    status, _, _ = await ask(port, "POST", f"/settings/users/{row[0]}/deactivate/", headers, b"")
    assert status in (200, 302), status


async def _say_more(world: "World") -> None:
    """A visitor goes on in the deactivated agent's ticket, as others do."""
    visitor = cast(VisitorPage, world.pages[2])
    body = json.dumps({"client_id": uuid.uuid4().hex, "text": "More"}).encode()
    headers = visitor.headers | {"Content-Type": "application/json"}
    status, _, _ = await ask(world.desk.port, "POST", f"{visitor.api}messages", headers, body)
    assert status == 201, status
