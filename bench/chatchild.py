"""The process that measures live chat on one database: `python -m bench.chatchild OUT VISITORS IDLE SECONDS N`."""

import asyncio
import itertools
import json
import os
import re
import secrets
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django
import websockets

from bench import cpu
from bench.links import Link

EVERY = 10.0
PING, TYPED, SHOWN, SELDOM = 15.0, 3.0, 0.3, 2.0
AGENTS = 20
ADDRESSES = 200
AT_ONCE = 40
NUMBERS = itertools.count()


@dataclass
class Board:
    """What was said when, and how long it took to be shown on the other side."""

    said: dict[str, float] = field(default_factory=dict)
    took: dict[str, list[float]] = field(default_factory=lambda: {"to agent": [], "to visitor": []})
    page: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def say(self) -> str:
        """A new line, timed from now."""
        line = f"m{secrets.token_hex(8)}"
        self.said[line] = time.perf_counter()
        return line

    def seen(self, text: str, where: str, own: set[str]) -> None:
        """Takes the time of every line of `own` that `text` holds."""
        for line in [line for line in own if line in text]:
            own.discard(line)
            self.took[where].append(time.perf_counter() - self.said.pop(line))


def _origin(at: Any) -> websockets.Origin:
    return websockets.Origin(f"http://{at.host}:{at.port}")


class Visitor:
    """One person before a widget."""

    def __init__(self, board: Board, at: Any, key: str) -> None:
        self.board, self.at, self.key = board, at, key
        self.base = f"/w/{key}/api"
        # Each from an address of its own, as people are.
        number = next(NUMBERS)
        self.link = Link(at.host, at.port, local=f"127.0.{number // 200 + 10}.{number % 200 + 1}")
        self.waits: set[str] = set()
        self.later: list[asyncio.Task[None]] = []
        self.after = 0

    async def enter(self, text: str = "Hello") -> None:
        """Opens the widget and says the first word."""
        page = {"url": "https://shop.example/cart", "title": "Cart"}
        status, booted = await self.link.json("POST", f"{self.base}/boot", "", {"page": page, "origin": ""})
        assert status == 200, (status, booted)
        self.token = booted["token"]
        await self.say(text)

    async def say(self, text: str) -> None:
        """Posts a line."""
        data = {"client_id": secrets.token_hex(16), "text": text}
        status, answer = await self.link.json("POST", f"{self.base}/messages", self.token, data)
        if status not in (200, 201):
            self.board.errors.append(f"visitor {status} {answer}")
            return
        self.token = answer.get("token") or self.token
        self.conversation = answer["conversation"]
        if answer["message"]["seq"] == self.after + 1:
            self.after += 1

    async def listen(self) -> None:
        """Fetches whenever the socket rings."""
        address = f"ws://{self.at.host}:{self.at.port}/ws/chat/{self.key}/"
        async with websockets.connect(address, origin=_origin(self.at), compression=None) as line:
            self.line = line
            await line.send(json.dumps({"token": self.token, "conversation": self.conversation["id"]}))
            beating = asyncio.create_task(beat(line))
            try:
                async for frame in line:
                    told = json.loads(frame)
                    if told["kind"] in ("state", "ready") or (told["kind"] == "seq" and told["seq"] > self.after):
                        await self.fetch()
            finally:
                beating.cancel()

    async def fetch(self) -> None:
        """Reads what is new."""
        path = f"{self.base}/messages?conversation={self.conversation['id']}&after={self.after}"
        status, found = await self.link.json("GET", path, self.token)
        if status != 200:
            self.board.errors.append(f"visitor reads {status} {found}")
            return
        self.after = max([self.after, *(message["seq"] for message in found["messages"])])
        self.board.seen(" ".join(message["text"] for message in found["messages"]), "to visitor", self.waits)
        if any(message["from"] == "agent" for message in found["messages"]):
            asyncio.get_running_loop().call_later(SHOWN, lambda: self.later.append(asyncio.create_task(self.read())))

    async def read(self) -> None:
        """Says that it has been on their screen."""
        told = {"conversation": self.conversation["id"], "seq": self.after}
        status, _ = await self.link.json("POST", f"{self.base}/seen", self.token, told)
        if status != 204:
            self.board.errors.append(f"visitor has seen {status}")

    async def types(self) -> None:
        """The first key of a line."""
        await self.line.send('{"typing":true}')


async def beat(line: Any) -> None:
    """Pings as our pages do."""
    while True:
        await asyncio.sleep(PING)
        await line.send('{"ping":1}')


class Agent:
    """One agent's page of chats, asking for what helpdesk/static/js/chats.js asks for."""

    def __init__(self, board: Board, at: Any, cookies: str) -> None:
        self.board, self.at, self.cookies = board, at, cookies
        self.link = Link(at.host, at.port)
        self.chats: dict[int, tuple[Visitor, set[str]]] = {}
        self.held: dict[int, dict[str, str]] = {}
        self.busy: set[int] = set()
        self.missed: dict[int, float] = {}
        self.again: bool | None = None
        self.later: set[asyncio.Task[None]] = set()

    def begin(self, work: Any) -> None:
        """Does it beside the rest, as a page does; the link is one and takes turns."""
        task = asyncio.create_task(work)
        self.later.add(task)
        task.add_done_callback(self.later.discard)

    async def listen(self) -> None:
        """Fetches what the hints say has changed."""
        address, cookies = f"ws://{self.at.host}:{self.at.port}/ws/desk/", {"Cookie": self.cookies}
        for number in self.chats:
            await self.fetch(number)
        async with websockets.connect(
            address, origin=_origin(self.at), additional_headers=cookies, compression=None
        ) as line:
            self.line = line
            await line.send(json.dumps({"watch": [f"ticket.{number}" for number in self.chats]}))
            beating = asyncio.create_task(beat(line))
            try:
                async for frame in line:
                    self.hear(json.loads(frame))
            finally:
                beating.cancel()

    def hear(self, hint: dict[str, Any]) -> None:
        """What the page does about it."""
        number = hint.get("number", 0)
        if hint["kind"] == "ticket" and number in self.chats:
            self.begin(self.fetch(number, hint.get("said", float("inf"))))
        elif hint["kind"] == "calling" and self.again is None:
            self.begin(self.look())
        elif hint["kind"] == "calling":
            self.again = True

    async def look(self) -> None:
        """The lists beside the rooms: at once, and then once for all that comes within two seconds."""
        self.again = False
        status, _ = await self.link.ask("GET", "/desk/chats/list/", self.headers())
        if status != 200:
            self.board.errors.append(f"agent looks {status}")
        await asyncio.sleep(SELDOM)
        if self.again:
            self.begin(self.look())
        self.again = None

    def headers(self) -> dict[str, str]:
        """Those of every request of the page."""
        return {"Cookie": self.cookies, "HX-Request": "true", "Accept-Encoding": "gzip"}

    async def fetch(self, number: int, said: float = float("inf")) -> None:
        """Reads what has changed in one chat, unless it is here already or comes with our answer."""
        if number in self.busy:
            self.missed[number] = max(said, self.missed.get(number, 0))
            return
        has = self.held.get(number, {"v": "", "seen": ""})
        if has["seen"] and said <= int(has["seen"]):
            return
        began = time.perf_counter()
        query = urlencode({name: value for name, value in has.items() if value})
        status, body = await self.link.ask("GET", f"/desk/chats/{number}/lines/?{query}", self.headers())
        self.board.page.append(time.perf_counter() - began)
        self.shown(number, status, body)

    def shown(self, number: int, status: int, body: bytes) -> None:
        """Takes what an answer brought into the page."""
        if status not in (200, 204):
            self.board.errors.append(f"agent reads {status}")
        text = body.decode()
        found = {name: re.search(rf'name="{name}"[^>]*? value="([^"]*)"', text) for name in ("v", "seen")}
        self.held.setdefault(number, {}).update({name: one[1] for name, one in found.items() if one})
        self.board.seen(text, "to agent", self.chats[number][1])

    async def types(self, number: int) -> None:
        """The first key of an answer."""
        await self.line.send(json.dumps({"typing": f"ticket.{number}"}))

    async def answer(self, number: int, text: str) -> None:
        """Posts an answer through the page's own form."""
        csrf = re.search(r"csrftoken=([^;]+)", self.cookies)
        headers = self.headers() | {
            "X-CSRFToken": csrf[1] if csrf else "",
            "Origin": f"http://{self.at.host}:{self.at.port}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        # A page that shows a newer line of the visitor sends its number; a benchmark's agent answers anyway.
        body = urlencode({"body": text, "client_id": secrets.token_hex(16), "anyway": "1", **self.held[number]})
        self.busy.add(number)
        status, page = await self.link.ask("POST", f"/desk/chats/{number}/say/", headers, body.encode())
        self.busy.discard(number)
        if status != 200:
            self.board.errors.append(f"agent writes {status} {page[:200]!r}")
        self.shown(number, status, page)
        if (missed := self.missed.pop(number, 0)) > 0:
            await self.fetch(number, missed)


async def talk(visitor: Visitor, agent: Agent, number: int, until: float) -> None:
    """Both sides say a line every ten seconds."""
    waits = agent.chats[number][1]
    await asyncio.sleep(secrets.randbelow(1000) / 1000 * EVERY)
    while time.perf_counter() < until:
        began = time.perf_counter()
        await visitor.types()
        await asyncio.sleep(TYPED)
        line = visitor.board.say()
        waits.add(line)
        await visitor.say(line)
        await asyncio.sleep(EVERY / 2 - TYPED)
        await agent.types(number)
        await asyncio.sleep(TYPED)
        line = visitor.board.say()
        visitor.waits.add(line)
        await agent.answer(number, line)
        await asyncio.sleep(max(0.0, EVERY - (time.perf_counter() - began)))


async def flood(board: Board, at: Any, key: str, count: int) -> dict[int, int]:
    """`count` boots from 200 addresses; how often each status came."""
    seen: dict[int, int] = {}
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(index: int) -> None:
        async with gate:
            link = Link(at.host, at.port, local=f"127.0.7.{index % ADDRESSES + 1}")
            try:
                status, _ = await link.json("POST", f"/w/{key}/api/boot", "", {"page": {}, "origin": ""})
            except (OSError, ValueError):
                status = 0
            link.close()
            seen[status] = seen.get(status, 0) + 1

    await asyncio.gather(*(one(index) for index in range(count)))
    return seen


def memory(pids: list[int]) -> int:
    """Resident megabytes of these processes together."""
    total = 0
    for pid in pids:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
        total += int(found[1]) if found else 0
    return total // 1024


def figures(took: list[float]) -> dict[str, float]:
    """Count, median, 95th percentile and worst in milliseconds."""
    if not took:
        return {"count": 0}
    ordered = sorted(took)
    return {
        "count": len(took),
        "p50_ms": round(statistics.median(took) * 1000, 1),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1000, 1),
        "max_ms": round(ordered[-1] * 1000, 1),
    }


async def gathered(jobs: list[Any]) -> None:
    """Runs so many at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(job: Any) -> None:
        async with gate:
            await job

    await asyncio.gather(*(one(job) for job in jobs))


def main(out: Path, visitors: int, idle: int, seconds: int, connects: int) -> None:
    """Sets the stage by the product's own actions, then lets them talk."""
    django.setup()
    from bench import chatstage

    with chatstage.set_up(out, AGENTS) as stage:
        line = asyncio.run(_play(stage, visitors, idle, seconds, connects))
    out.write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")


async def _play(stage: Any, visitors: int, idle: int, seconds: int, connects: int) -> dict[str, Any]:
    board = Board()
    talkers = [Visitor(board, stage.at, stage.key) for _ in range(visitors)]
    sleepers = [Visitor(board, stage.at, stage.key) for _ in range(idle)]
    await gathered([one.enter() for one in [*talkers, *sleepers]])
    # Those who only have it open have been served.
    for sleeper in sleepers:
        await asyncio.to_thread(stage.end, sleeper.conversation["number"])
    agents = [Agent(board, stage.at, cookies) for cookies in stage.cookies]
    for index, visitor in enumerate(talkers):
        which = index % len(agents)
        await asyncio.to_thread(stage.take, which, visitor.conversation["number"])
        agents[which].chats[visitor.conversation["number"]] = (visitor, set())
    everybody: list[Visitor | Agent] = [*agents, *talkers, *sleepers]
    listening: list[asyncio.Task[None]] = []
    for one in everybody:
        listening.append(asyncio.create_task(one.listen()))
        # They have come one after the other, not all in one moment.
        await asyncio.sleep(0.01)
    await asyncio.sleep(5)
    rows, before = await asyncio.to_thread(stage.rows), memory(stage.pids)
    used, own = await asyncio.to_thread(cpu.used, stage.database, stage.pids), time.process_time()
    until = time.perf_counter() + seconds
    pairs = [(agent, number) for agent in agents for number in agent.chats]
    talks = [asyncio.create_task(talk(agent.chats[number][0], agent, number, until)) for agent, number in pairs]
    began = time.perf_counter()
    flooded = await flood(board, stage.at, stage.key, connects) if connects else {}
    flood_seconds = round(time.perf_counter() - began, 1)
    await asyncio.gather(*talks)
    elapsed = time.perf_counter() - began
    own, ours = time.process_time() - own, await asyncio.to_thread(cpu.used, stage.database, stage.pids) - used
    await asyncio.sleep(3)
    ended = [repr(task.exception()) for task in listening if task.done() and task.exception()]
    for task in listening:
        task.cancel()
    return {
        "visitors": visitors,
        "idle": idle,
        "seconds": seconds,
        "load": os.getloadavg()[0],
        **{where: figures(took) for where, took in board.took.items()},
        "agents' fragment": figures(board.page),
        "never shown": len(board.said),
        "errors": [*board.errors, *ended][:5],
        "error count": len(board.errors) + len(ended),
        "cores": {"product and database": round(ours / elapsed, 2), "load": round(own / elapsed, 2)},
        "memory_mb": [before, memory(stage.pids)],
        "connects": flooded,
        "connects_s": flood_seconds if connects else 0,
        "visitor rows": [rows, await asyncio.to_thread(stage.rows)],
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:6]))
