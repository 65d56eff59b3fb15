"""Pages on a bad line: what talk.js does before a visitor and live.js before an agent, with their times."""

import asyncio
import json
import random
import time
import uuid
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

import websockets

from tests.torture.chatline import Line, ask

PING, DEAD, LOOK, SAFETY, POLL, FAILURES = 15.0, 35.0, 5.0, 30.0, 5.0, 3
LONGEST_WAIT = 30.0
PACE = 0.4
BROKEN = (OSError, HTTPException, TimeoutError, ValueError)


class Refused(OSError):
    """An answer that says: not now."""


class Stuck(AssertionError):
    """The run stands still; says where."""


@dataclass
class Board:
    """What was said and taken, and when; all clocks are one."""

    chance: random.Random
    taken: dict[str, float] = field(default_factory=dict)
    asked: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    strange: Counter[str] = field(default_factory=Counter)
    total: int = 1
    repeats: int = 0
    until: float = field(default_factory=lambda: time.monotonic() + 900)

    def hope(self, what: str) -> None:
        """Ends a run in which something did not come about in all the time it had."""
        if time.monotonic() > self.until:
            raise Stuck(f"{what}; {len(self.taken)} of {self.total} messages taken, {dict(self.strange)}")

    @property
    def progress(self) -> float:
        """The share of all messages that was taken."""
        return len(self.taken) / self.total

    def wait(self, tries: int) -> float:
        """As wait() of talk.js."""
        longest: float = min(LONGEST_WAIT, 2.0 ** min(tries, 9))
        return max(1.0, longest * (0.5 + self.chance.random() / 2))


class Page:
    """What both sides' pages have in common: messages go out one after the other, and each is asked with one id until
    it is taken; what came is read by `after`; a bell only says that there is more."""

    side = ""
    path = ""

    def __init__(self, board: Board, line: Line, chat: int) -> None:
        self.board, self.line, self.chat = board, line, chat
        self.shown: list[tuple[int, str]] = []
        self.times: dict[str, float] = {}
        self.wanted = asyncio.Event()
        self.ready = False
        self.silent: list[tuple[float, float]] = []
        self.is_silent_since = 0.0
        self.failures = self.tries = 0
        self.jobs: list[asyncio.Task[None]] = []
        self.said = 0
        self.headers: dict[str, str] = {}

    # --- what each side does its own way ---
    async def post(self, text: str, name: str) -> bool:
        """Asks once; whether it was taken."""
        raise NotImplementedError

    async def read(self) -> None:
        """Shows what is new."""
        raise NotImplementedError

    def hello(self) -> list[dict[str, Any]]:
        """The first frames."""
        raise NotImplementedError

    def bell(self, told: dict[str, Any]) -> bool:
        """Whether this frame says that there is more."""
        raise NotImplementedError

    # --- what both do ---
    def start(self) -> None:
        """Opens the page."""
        self.jobs = [asyncio.ensure_future(job) for job in (self._listens(), self._reads(), self._looks())]

    async def close(self) -> None:
        """Closes it."""
        left = set(self.jobs)
        while left:
            # Again where a job had just got what it waited for: wait_for() of Python 3.11 then forgets the cancelling.
            for job in left:
                job.cancel()
            _, left = await asyncio.wait(left, timeout=1)

    def falls_silent(self) -> None:
        """Its line is half open for good from now on."""
        self.line.fall_silent()
        self.is_silent_since = self.is_silent_since or time.monotonic()

    async def says(self, count: int) -> None:
        """So many messages, each when the one before is taken."""
        for number in range(self.said, self.said + count):
            text = f"torture-{uuid.uuid4().hex}"
            self.board.asked[text] = (self.chat, self.side, number)
            tries, name = 0, uuid.uuid4().hex
            while not await self._try(text, name):
                self.board.hope(f"message {number} of the {self.side} side of chat {self.chat} was never taken")
                self.board.repeats += 1
                await asyncio.sleep(self.board.wait(tries))
                tries += 1
            self.board.taken[text] = time.monotonic()
            self.said += 1
            await asyncio.sleep(self.board.chance.random() * 2 * PACE)

    async def _try(self, text: str, name: str) -> bool:
        try:
            return await self.post(text, name)
        except BROKEN:
            return False

    def show(self, seq: int, text: str) -> None:
        """One more message stands on the page."""
        self.shown.append((seq, text))
        self.times.setdefault(text, time.monotonic())

    async def call(self, method: str, path: str, data: Any = None, **headers: str) -> tuple[int, Any]:
        """One call over the bad line."""
        sent = json.dumps(data).encode() if data is not None else b""
        headers = {"Content-Type": "application/json", **self.headers, **headers}
        status, body, _ = await ask(self.line.port, method, path, headers, sent)
        if status >= 500 or status in (409, 429):
            if status not in (409, 429, 503):
                self.board.strange[f"{status} {method} {path.partition('?')[0].rpartition('/')[2]}"] += 1
            raise Refused(status)
        return status, json.loads(body or b"null")

    async def _reads(self) -> None:
        while True:
            await self.wanted.wait()
            self.wanted.clear()
            try:
                await self.read()
                self.tries = 0
            except BROKEN:
                await asyncio.sleep(self.board.wait(self.tries))
                self.tries += 1
                self.wanted.set()

    async def _looks(self) -> None:
        while True:
            await asyncio.sleep(SAFETY)
            self.wanted.set()

    async def _listens(self) -> None:
        while True:
            with suppress(*BROKEN, websockets.WebSocketException):
                await self._hears()
            self.ready = False
            if self.is_silent_since:
                self.silent.append((self.is_silent_since, time.monotonic()))
                self.is_silent_since = 0.0
            self.failures += 1
            if self.failures >= FAILURES:
                self.wanted.set()
            await asyncio.sleep(self.board.wait(self.failures - 1))

    async def _hears(self) -> None:
        origin = websockets.Origin(f"http://127.0.0.1:{self.line.port}")
        address = f"ws://127.0.0.1:{self.line.port}{self.path}"
        cookies = {"Cookie": self.headers["Cookie"]} if "Cookie" in self.headers else {}
        socket = await websockets.connect(
            address, origin=origin, additional_headers=cookies, ping_interval=None, open_timeout=10
        )
        try:
            for frame in self.hello():
                await socket.send(json.dumps(frame))
            await self._keeps(socket)
        finally:
            socket.transport.abort()

    async def _keeps(self, socket: websockets.ClientConnection) -> None:
        heard = pinged = time.monotonic()
        self._opened()
        while time.monotonic() - heard <= DEAD:
            if time.monotonic() - pinged > PING:
                pinged = time.monotonic()
                await socket.send('{"ping":1}')
            try:
                frame = await asyncio.wait_for(socket.recv(), LOOK)
            except TimeoutError:
                continue
            heard = time.monotonic()
            if self.bell(json.loads(frame)):
                self.wanted.set()

    def _opened(self) -> None:
        """What a page does when its socket has opened."""


class VisitorPage(Page):
    """Before the widget."""

    side = "in"

    def __init__(self, board: Board, line: Line, chat: int, key: str) -> None:
        super().__init__(board, line, chat)
        self.key, self.path, self.api = key, f"/ws/chat/{key}/", f"/w/{key}/api/"
        self.token, self.cursor, self.conversation = "", 0, ""
        self.number = 0

    async def enter(self) -> None:
        """Opens the widget, and says the first word."""
        _, told = await self.call("POST", f"{self.api}boot", {"page": {}, "origin": ""})
        self._is(told["token"])

    def _is(self, token: str) -> None:
        self.token, self.headers = token, {"Authorization": f"Bearer {token}"}

    async def post(self, text: str, name: str) -> bool:
        status, told = await self.call("POST", f"{self.api}messages", {"client_id": name, "text": text})
        if status not in (200, 201):
            self.board.strange[f"{status} visitor says"] += 1
            return False
        self.conversation, self.number = told["conversation"]["id"], told["conversation"]["number"]
        self._is(told["token"])
        message = told["message"]
        if message and message["seq"] == self.cursor + 1:
            self.cursor = message["seq"]
            self.show(message["seq"], message["text"])
        else:
            self.wanted.set()
        return True

    async def read(self) -> None:
        more = True
        while more and self.conversation:
            path = f"{self.api}messages?conversation={self.conversation}&after={self.cursor}"
            _, told = await self.call("GET", path)
            if told.get("reload", True):
                self.board.strange["reload"] += 1
                raise Refused(path)
            for message in told["messages"]:
                if message["seq"] > self.cursor:
                    self.show(message["seq"], message["text"])
                    self.cursor = message["seq"]
            more = told["more"]

    def hello(self) -> list[dict[str, Any]]:
        return [{"token": self.token, "conversation": self.conversation}]

    def bell(self, told: dict[str, Any]) -> bool:
        if told["kind"] == "ready":
            self.ready, self.failures = True, 0
        return told["kind"] in ("ready", "state") or (told["kind"] == "seq" and told["seq"] > self.cursor)

    async def _looks(self) -> None:
        while True:
            if self.ready or self.failures < FAILURES:
                await asyncio.sleep(LOOK)
                continue
            # The long poll, until a socket holds again.
            path = f"{self.api}wait?conversation={self.conversation}&after={self.cursor}"
            try:
                _, told = await self.call("GET", path)
            except BROKEN:
                await asyncio.sleep(self.board.wait(self.tries))
                continue
            if told.get("seq", 0) > self.cursor:
                self.wanted.set()
            await asyncio.sleep(0.1)


class AgentPage(Page):
    """Before the desk: hears by the session's socket, reads and answers by the API."""

    side = "out"
    path = "/ws/desk/"

    def __init__(self, board: Board, line: Line, chat: int, number: int, token: str, cookies: str) -> None:
        super().__init__(board, line, chat)
        self.number, self.known, self.unsure = number, 0, False
        self.headers = {"Authorization": f"Bearer {token}", "Cookie": cookies}
        self.api = f"/api/v1/tickets/{number}/messages/"

    async def post(self, text: str, name: str) -> bool:
        data = {"body": text, "direction": "out", "channel": "chat"}
        status, _ = await self.call("POST", self.api, data, **{"Idempotency-Key": name})
        if status != 201:
            self.board.strange[f"{status} agent says"] += 1
        self.wanted.set()
        return status == 201

    async def read(self) -> None:
        found: list[tuple[int, str]] = []
        cursor = ""
        while True:
            status, told = await self.call("GET", f"{self.api}?limit=50{cursor}")
            if status != 200:
                self.board.strange[f"{status} agent reads"] += 1
                raise Refused(status)
            fresh = [(one["seq"], one["body"]) for one in told["data"] if one["seq"] > self.known]
            found += fresh
            if len(fresh) < len(told["data"]) or not told["has_more"]:
                break
            cursor = f"&cursor={told['next_cursor']}"
        for seq, text in sorted(set(found)):
            self.show(seq, text)
            self.known = seq

    def hello(self) -> list[dict[str, Any]]:
        # live.js looks when the watching has begun: the answer to a ping comes after it.
        self.unsure = True
        return [{"watch": [f"ticket.{self.number}"]}, {"ping": 1}]

    def bell(self, told: dict[str, Any]) -> bool:
        if told["kind"] == "pong" and self.unsure:
            self.ready, self.unsure = True, False
            return True
        return told["kind"] == "poll" or (told["kind"] == "ticket" and told.get("number") == self.number)

    def _opened(self) -> None:
        self.failures = 0
        self.wanted.set()

    async def _looks(self) -> None:
        while True:
            await asyncio.sleep(POLL if not self.ready else 1.0)
            if not self.ready and self.failures >= FAILURES:
                self.wanted.set()
