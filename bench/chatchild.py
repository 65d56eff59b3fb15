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

import django
import websockets

from bench.http import parse

EVERY = 10.0
AGENTS = 20
ADDRESSES = 200
AT_ONCE = 40
NUMBERS = itertools.count()


@dataclass
class Link:
    """One kept connection; a caller waits for its turn."""

    host: str
    port: int
    local: str | None = None
    pair: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, bytes]:
        """Status and body; once more where a kept connection had been closed meanwhile."""
        async with self.turn:
            try:
                return await self._ask(method, path, headers, body)
            except ConnectionError:
                return await self._ask(method, path, headers, body)

    async def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if self.pair is None or self.pair[1].is_closing():
            local = (self.local, 0) if self.local else None
            self.pair = await asyncio.open_connection(self.host, self.port, local_addr=local)
        reader, writer = self.pair
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        got = b""
        while (answer := parse(got)) is None:
            piece = await reader.read(262_144)
            if not piece:
                self.pair = None
                raise ConnectionError(f"hung up on {method} {path}")
            got += piece
        return answer

    async def json(self, method: str, path: str, token: str, data: Any = None) -> tuple[int, Any]:
        """As ask(), in JSON, for the bearer of `token`."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        status, body = await self.ask(method, path, headers, json.dumps(data).encode() if data is not None else b"")
        return status, json.loads(body or b"null")

    def close(self) -> None:
        """Hangs up."""
        if self.pair:
            self.pair[1].close()
            self.pair = None


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

    async def listen(self) -> None:
        """Fetches whenever the socket rings."""
        async with websockets.connect(
            f"ws://{self.at.host}:{self.at.port}/ws/chat/{self.key}/", origin=_origin(self.at)
        ) as line:
            await line.send(json.dumps({"token": self.token, "conversation": self.conversation["id"]}))
            async for frame in line:
                if json.loads(frame)["kind"] in ("seq", "ready"):
                    await self.fetch()

    async def fetch(self) -> None:
        """Reads what is new."""
        path = f"{self.base}/messages?conversation={self.conversation['id']}&after={self.after}"
        status, found = await self.link.json("GET", path, self.token)
        if status != 200:
            self.board.errors.append(f"visitor reads {status} {found}")
            return
        self.after = max([self.after, *(message["seq"] for message in found["messages"])])
        self.board.seen(" ".join(message["text"] for message in found["messages"]), "to visitor", self.waits)


class Agent:
    """One agent's page with several chats."""

    def __init__(self, board: Board, at: Any, cookies: str) -> None:
        self.board, self.at, self.cookies = board, at, cookies
        self.link = Link(at.host, at.port)
        self.chats: dict[int, tuple[Visitor, set[str]]] = {}

    async def listen(self) -> None:
        """Fetches a chat's fragment whenever the socket rings for it."""
        async with websockets.connect(
            f"ws://{self.at.host}:{self.at.port}/ws/desk/",
            origin=_origin(self.at),
            additional_headers={"Cookie": self.cookies},
        ) as line:
            await line.send(json.dumps({"watch": [f"ticket.{number}" for number in self.chats]}))
            async for frame in line:
                hint = json.loads(frame)
                if hint.get("kind") == "ticket" and hint.get("number") in self.chats:
                    await self.fetch(hint["number"])

    async def fetch(self, number: int) -> None:
        """Reads the fragment of one chat."""
        began = time.perf_counter()
        headers = {"Cookie": self.cookies, "HX-Request": "true"}
        status, body = await self.link.ask("GET", f"/desk/t/{number}/conversation/", headers)
        self.board.page.append(time.perf_counter() - began)
        if status != 200:
            self.board.errors.append(f"agent reads {status}")
        self.board.seen(body.decode(), "to agent", self.chats[number][1])

    async def answer(self, number: int, text: str) -> None:
        """Posts an answer through the page's own form."""
        csrf = re.search(r"csrftoken=([^;]+)", self.cookies)
        headers = {
            "Cookie": self.cookies,
            "HX-Request": "true",
            "X-CSRFToken": csrf[1] if csrf else "",
            "Origin": f"http://{self.at.host}:{self.at.port}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = f"body={text}&client_id={secrets.token_hex(16)}".encode()
        status, page = await self.link.ask("POST", f"/desk/t/{number}/reply/", headers, body)
        if status != 200:
            self.board.errors.append(f"agent writes {status} {page[:200]!r}")


async def talk(visitor: Visitor, agent: Agent, number: int, until: float) -> None:
    """Both sides say a line every ten seconds."""
    waits = agent.chats[number][1]
    await asyncio.sleep(secrets.randbelow(1000) / 1000 * EVERY)
    while time.perf_counter() < until:
        began = time.perf_counter()
        line = visitor.board.say()
        waits.add(line)
        await visitor.say(line)
        await asyncio.sleep(EVERY / 2)
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
    until = time.perf_counter() + seconds
    pairs = [(agent, number) for agent in agents for number in agent.chats]
    talks = [asyncio.create_task(talk(agent.chats[number][0], agent, number, until)) for agent, number in pairs]
    began = time.perf_counter()
    flooded = await flood(board, stage.at, stage.key, connects) if connects else {}
    flood_seconds = round(time.perf_counter() - began, 1)
    await asyncio.gather(*talks)
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
        "memory_mb": [before, memory(stage.pids)],
        "connects": flooded,
        "connects_s": flood_seconds if connects else 0,
        "visitor rows": [rows, await asyncio.to_thread(stage.rows)],
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:6]))
