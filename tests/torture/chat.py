"""Stage T5: visitors and agents talk over bad lines while servers die; both sides show the same words at the end.

Every page stands behind a proxy of its own (`chatline.py`) and does what our scripts do (`chatpages.py`). Faults come
as the talk goes on, by the share of what has been said, so that a slow machine gets as many of them as a quick one.
"""

import asyncio
import json
import os
import random
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http.client import HTTPException
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

from tests.torture import chatguests
from tests.torture.chatline import Line, ask
from tests.torture.chatpages import AgentPage, Board, Page, VisitorPage
from tests.torture.rig import Rig
from tests.torture.web import PASSWORD, Desk

CONVERGED = 5.0
SETTLED = 90.0
MINUTE, CALL = 60.0, 25.0
MARK = re.compile(r"torture-[0-9a-f]{32}")


@dataclass(frozen=True)
class Plan:
    """How much is said, and what breaks meanwhile. `each` is a conversation's messages, half of them each side's."""

    chats: int = 20
    each: int = 200
    cuts: int = 300
    redis: int = 6
    flushes: int = 2
    servers: int = 3
    postgres: int = 1
    silent: int = 30
    agents: int = 4
    seed: int = 5

    @property
    def patience(self) -> float:
        """Seconds after which a run that is not done is called stuck; a healthy one takes a fifth of it."""
        return 180 + self.chats * self.each / 3

    @classmethod
    def of(cls, scale: float) -> "Plan":
        """A share of the full size, in which every kind of fault is left."""
        full = cls()
        few = {name: max(1, round(getattr(full, name) * scale)) for name in ("redis", "flushes", "servers")}
        cuts, silent = round(full.cuts * scale), round(full.silent * scale)
        each = max(20, 2 * round(full.each * scale**0.5 / 2))
        chats = max(4, round(full.chats * full.each * scale / each))
        return cls(chats=chats, each=each, cuts=cuts, silent=silent, **few)


@dataclass
class Ledger:
    """What became of it. `behind`: by the last trouble before, the longest that a page did not show what had been taken
    while its line and the servers were well; `silent_s`: until a page noticed that its line was silent for good."""

    messages: int
    lost: int
    dup: int
    reordered: int
    strange: dict[str, int]
    faults: dict[str, int]
    repeats: int
    converge_s: float
    behind: dict[str, float]
    silent_s: float
    shown_ms: dict[str, float]
    revoked_s: dict[str, float]
    memory_mb: list[int]
    load: float
    seconds: float


class World:
    """The servers, the pages and what happened to them."""

    def __init__(self, rig: Rig, plan: Plan) -> None:
        self.rig, self.plan = rig, plan
        self.chance = random.Random(plan.seed)
        self.board = Board(self.chance, total=plan.chats * plan.each, until=time.monotonic() + plan.patience)
        self.faults: Counter[str] = Counter()
        self.healed: list[tuple[str, float, float]] = []
        self.pages: list[Page] = []
        self.desk = Desk(rig)
        _, told = rig.run("create_inbox", "--kind", "chat", "--name", "Shop", "--json")
        found = re.search(r"/w/([^/]+)/", json.loads(told)["webhook_url"])
        assert found is not None
        self.key = found[1]
        self.tokens = [self._agent(number) for number in range(plan.agents)]
        self.desk.start_web()

    def _agent(self, number: int) -> str:
        mail = f"agent{number}@desk.example"
        self.rig.run("create_user", "--email", mail, "--role", "agent", "--password", PASSWORD)
        _, told = self.rig.run("create_api_key", "--user", mail, "--scopes", "*", "--json")
        return str(json.loads(told)["token"])

    async def up(self) -> None:
        """Waits until pages are answered."""
        while True:
            self.board.hope("pages are not answered")
            try:
                if (await ask(self.desk.port, "GET", "/healthz", {}, patience=2))[0] == 200:
                    return
            except (OSError, HTTPException, TimeoutError):
                await asyncio.sleep(0.05)

    async def sign_in(self, mail: str) -> str:
        """The cookies of a real sign-in."""
        _, page, told = await ask(self.desk.port, "GET", "/sign-in/", {})
        cookies = _cookies(told)
        hidden = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        form = {"email": mail, "password": PASSWORD, "csrfmiddlewaretoken": hidden[1].decode() if hidden else ""}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": _joined(cookies)}
        headers |= {"Origin": f"http://127.0.0.1:{self.desk.port}"}
        status, _, told = await ask(self.desk.port, "POST", "/sign-in/", headers, urlencode(form).encode())
        assert status == 302, status
        return _joined(cookies | _cookies(told))

    async def man(self) -> None:
        """Everybody comes: each visitor says a first word, and an agent opens that ticket."""
        cookies = [await self.sign_in(f"agent{number}@desk.example") for number in range(self.plan.agents)]
        for chat in range(self.plan.chats):
            lines = [Line(2 * chat, self.desk.port), Line(2 * chat + 1, self.desk.port)]
            for line in lines:
                await line.open()
            visitor = VisitorPage(self.board, lines[0], chat, self.key)
            await visitor.enter()
            await visitor.says(1)
            who = chat % self.plan.agents
            agent = AgentPage(self.board, lines[1], chat, visitor.number, self.tokens[who], cookies[who])
            self.pages += [visitor, agent]
        for page in self.pages:
            page.start()
        while not all(page.times for page in self.pages):
            self.board.hope("a page shows nothing")
            await asyncio.sleep(0.05)
        self.healed.append(("opened", 0.0, time.monotonic()))

    async def note(self, kind: str, begin: float, healing: "Callable[[], object] | None" = None) -> None:
        """Counts a fault, and from when till when it was."""
        self.faults[kind] += 1
        if healing is not None:
            await asyncio.to_thread(healing)
        await self.up()
        self.healed.append((kind, begin, time.monotonic()))


def _cookies(told: "object") -> dict[str, str]:
    lines = told.get_all("Set-Cookie") or []  # type: ignore[attr-defined]
    return dict(line.split(";", 1)[0].split("=", 1) for line in lines)


def _joined(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


# --- faults ---
async def _cut(world: World, number: int) -> None:
    """One page's line breaks: at once, after an answer was taken, half open for a while, or half open for good."""
    page = world.chance.choice(world.pages)
    silent = world.plan.cuts // max(1, world.plan.silent)
    if number % silent == 0 and world.board.progress < 0.6 and world.faults["silent"] < world.plan.silent:
        world.faults["silent"] += 1
        page.falls_silent()
    elif number % 10 < 5:
        page.line.cut()
    elif number % 10 < 8:
        world.faults["answer lost"] += 1
        page.line.lose_an_answer()
    else:
        world.faults["stalled"] += 1
        page.line.later(page.line.stall())
    world.faults["cut"] += 1


async def _redis(world: World, _: int) -> None:
    begin = time.monotonic()
    pid = int((world.rig.data_dir / "valkey" / "pid").read_text())
    os.kill(pid, 9)
    await asyncio.sleep(world.chance.uniform(0.2, 2.0))
    await world.note("redis", begin, world.rig.servers.revive)


async def _flush(world: World, _: int) -> None:
    begin, valkey = time.monotonic(), world.rig.servers.valkey
    assert valkey is not None
    reader, writer = await asyncio.open_unix_connection(str(valkey.socket))
    writer.write(b"FLUSHALL\r\n")
    assert await reader.readline() == b"+OK\r\n"
    writer.close()
    await world.note("flush", begin)


async def _server(world: World, _: int) -> None:
    begin = time.monotonic()
    assert world.desk.web is not None
    world.rig.kill(world.desk.web, "web")
    await world.note("server", begin, world.desk.start_web)


async def _postgres(world: World, _: int) -> None:
    begin = time.monotonic()
    world.rig.kill_postgres()
    await asyncio.sleep(0.5)
    await world.note("postgres", begin, world.rig.servers.revive)


def _schedule(plan: Plan) -> "list[tuple[float, Callable[[World, int], object], int]]":
    kinds = ((_cut, plan.cuts), (_redis, plan.redis), (_flush, plan.flushes))
    kinds += ((_server, plan.servers), (_postgres, plan.postgres))  # type: ignore[assignment]
    found = [(0.02 + 0.95 * (n + 0.5) / count, what, n) for what, count in kinds for n in range(count)]
    return sorted(found, key=lambda one: one[0])


async def _break(world: World) -> None:
    beside: list[asyncio.Future[object]] = []
    for when, what, number in _schedule(world.plan):
        while world.board.progress < when:
            world.board.hope("nothing is taken any more")
            await asyncio.sleep(0.02)
        job = what(world, number)
        if what is _cut:
            await job  # type: ignore[misc]
        else:
            # One server at a time; lines break meanwhile.
            await asyncio.gather(*beside)
            beside = [asyncio.ensure_future(job)]  # type: ignore[call-overload]
    await asyncio.gather(*beside)


# --- the run ---
async def _play(world: World) -> Ledger:
    await world.up()
    await world.man()
    pid = world.desk.web.pid if world.desk.web else 0
    before, begin = chatguests.memory(pid), time.monotonic()
    slow = await chatguests.SlowReader.open(world.pages[0], world.desk.port)
    half = world.plan.each // 2
    says = [page.says(half - (page.side == "in")) for page in world.pages]
    try:
        await asyncio.gather(_break(world), *says)
        end = max(time.monotonic(), *(end for _, _, end in world.healed))
        converged = await _converged(world, end)
        pid = world.desk.web.pid if world.desk.web else 0
        memory = [before, chatguests.memory(pid)]
        revoked = await chatguests.revoked(world)
    finally:
        slow.close()
        await asyncio.gather(*(page.close() for page in world.pages))
        for page in world.pages:
            page.line.close()
        await asyncio.sleep(0.2)  # the ends of all lines
    return _ledger(world, converged, memory, revoked, time.monotonic() - begin)


async def _converged(world: World, end: float) -> float:
    """Seconds until every page holds every word of its conversation; at most a minute and a half."""
    wanted: Counter[int] = Counter(chat for chat, _, _ in world.board.asked.values())
    while time.monotonic() - end < SETTLED:
        if all(len({text for _, text in page.shown}) >= wanted[page.chat] for page in world.pages):
            break
        await asyncio.sleep(0.02)
    latest = max(time for page in world.pages for time in page.times.values())
    return max(0.0, latest - end)


def _ledger(world: World, converged: float, memory: list[int], revoked: dict[str, float], seconds: float) -> Ledger:
    asked = world.board.asked
    lost, dup, reordered = _rows(world)
    for page in world.pages:
        mine = {text for text, (chat, _, _) in asked.items() if chat == page.chat}
        texts = [text for _, text in page.shown if text in asked]
        lost += len(mine - set(texts))
        dup += len(texts) - len(set(texts))
        reordered += _disorder([seq for seq, _ in page.shown])
        reordered += sum(
            _disorder([asked[text][2] for text in texts if asked[text][1] == side]) for side in ("in", "out")
        )
    took = _took(world)
    ordered = sorted(took.values())
    times = [round(ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000, 1) for part in (0.5, 0.95, 1.0)]
    return Ledger(
        messages=len(world.board.taken),
        lost=lost,
        dup=dup,
        reordered=reordered,
        strange=dict(world.board.strange),
        faults=dict(world.faults),
        repeats=world.board.repeats,
        converge_s=round(converged, 2),
        behind=_behind(world),
        silent_s=round(max([0.0, *(b - a for page in world.pages for a, b in page.silent)]), 1),
        shown_ms=dict(zip(("p50", "p95", "max"), times, strict=True)),
        revoked_s={name: round(value, 2) for name, value in revoked.items()},
        memory_mb=memory,
        load=round(os.getloadavg()[0], 1),
        seconds=round(seconds, 1),
    )


def _disorder(numbers: list[int]) -> int:
    return sum(after <= before for before, after in pairwise(numbers))


def _rows(world: World) -> tuple[int, int, int]:
    """(lost, doubled, out of order) among the rows themselves."""
    with world.rig.connection() as db:
        found = db.execute(
            "SELECT ticket_id, text FROM tickets_message WHERE text LIKE 'torture-%' ORDER BY ticket_id, seq"
        ).fetchall()
    asked = world.board.asked
    marks = Counter(str(text) for _, text in found)
    series: dict[tuple[int, str], list[int]] = {}
    for _, text in found:
        chat, side, number = asked[str(text)]
        series.setdefault((chat, side), []).append(number)
    lost = len(asked.keys() - marks.keys())
    return lost, sum(marks.values()) - len(marks), sum(map(_disorder, series.values()))


def _took(world: World) -> dict[tuple[str, int], float]:
    """From taken until shown on the other side."""
    found = {}
    for page in world.pages:
        for text, at in page.times.items():
            taken = world.board.taken.get(text)
            if taken is not None and world.board.asked[text][1] != page.side:
                found[text, page.chat] = max(0.0, at - taken)
    return found


def _behind(world: World) -> dict[str, float]:
    """Of each kind of trouble the worst time for which a page, its line and the servers well again, still did not show
    what had been taken. Pages on a line that is silent for good are another figure."""
    worst: dict[str, float] = {}
    for page in world.pages:
        cuts = [("cut", *trouble) for trouble in page.line.troubles]
        # A call on such a line is given up after 25 s, whatever the socket has noticed by then.
        quiet = [("silent", begin, max(end, begin + CALL) + CONVERGED) for begin, end in page.silent]
        troubles = sorted([*world.healed, *cuts, *quiet], key=lambda one: one[2])
        for text, at in page.times.items():
            taken = world.board.taken.get(text, at)
            if world.board.asked.get(text, (0, page.side))[1] != page.side and taken < at:
                kind, since = _since(troubles, taken, at)
                worst[kind] = round(max(worst.get(kind, 0.0), at - since), 2)
    return worst


def _since(troubles: list[tuple[str, float, float]], taken: float, at: float) -> tuple[str, float]:
    """The last trouble of the minute before the word was shown, and since when it could have been shown."""
    ends = [(kind, min(at, end)) for kind, begin, end in troubles if begin <= at and end >= at - MINUTE]
    return (ends[-1][0], max(taken, ends[-1][1])) if ends else ("none", taken)


def clean(found: Ledger) -> bool:
    """Nothing lost, doubled, out of order or strange; both sides alike in time; silence where silence must be."""
    right = found.lost == found.dup == found.reordered == 0 and not found.strange
    late = [found.converge_s, *found.behind.values(), *found.revoked_s.values()]
    return right and max(late) <= CONVERGED


def as_planned(found: Ledger, plan: Plan) -> bool:
    """All was said and every fault was there."""
    wanted = {"cut": plan.cuts, "redis": plan.redis, "flush": plan.flushes}
    wanted |= {"server": plan.servers, "postgres": plan.postgres}
    there = all(found.faults.get(name, 0) == count for name, count in wanted.items())
    return there and found.messages >= plan.chats * plan.each


def report(found: Ledger) -> str:
    """One line of torture.json."""
    return json.dumps({"stage": "T5", **asdict(found)})


def run(place: Path, plan: Plan) -> Ledger:
    """The stage on servers of its own in `place`."""
    rig = Rig(place)
    try:
        world = World(rig, plan)
        try:
            return asyncio.run(_play(world))
        finally:
            world.desk.close()
    finally:
        rig.close()
        shutil.rmtree(place, ignore_errors=True)
