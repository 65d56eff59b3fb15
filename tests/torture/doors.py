"""Stage T1, second half: mail over every way in at once, while whoever takes it in or reads it is killed at each step.

What was acknowledged (250, 200, exit 0) or lies on the IMAP server must be there in the end, once, with its own bytes.
"""

import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import redis
from celery import Celery

from tests.support import fakeimap, fakepop
from tests.support.fakeimap import Mailbox
from tests.support.fakepop import Maildrop
from tests.torture.arrivals import INBOXES, SECRET, Delivery, Post, Ways
from tests.torture.hands import POINTS, Hand
from tests.torture.rig import Rig
from tests.torture.web import WORKER

MARK = re.compile(r"arrival-\d{4}-\d{6}")
STAMP = re.compile(rb"\A(?:(?:Return-Path|Delivered-To): [^\r\n]*\r\n)+")
SETTLED = "SELECT count(*) FROM tickets_rawinbound WHERE state = 'queued'"


@dataclass(frozen=True)
class Plan:
    """Full size. `span`: seconds over which the mails come; the rest counts faults."""

    seed: int = 1
    scale: float = 1.0
    span: float = 240.0
    postgres: int = 5
    flushes: int = 3
    renumbers: int = 2
    cuts: int = 25
    hang_ups: int = 5

    def points(self, victim: str) -> list[str]:
        """Where this victim dies, in turn; of few mails at the first."""
        chosen = POINTS[victim][: max(1, round(len(POINTS[victim]) * self.scale))]
        return [point.partition(":")[0] if self.scale < 0.1 else point for point in chosen]


@dataclass
class Ledger:
    """lost, dup, blocked, strange, waiting and late must be 0. `set_aside`: quarantined and refused for size.

    `drained`: seconds from the last fault, leases over, to the last mail read by worker and clock as they run.
    `waiting`: mails that were still not fetched or read two minutes later. `late`: the pipe took over a minute.
    `any_moment`: kills that came when the wanted step was not reached in time.
    """

    seed: int
    deliveries: int
    acknowledged: int
    refused: int
    accepted: int
    quarantined: int
    set_aside_wanted: int
    lost: int
    dup: int
    blocked: int
    strange: dict[str, int]
    kills: int
    victims: dict[str, int]
    any_moment: list[str]
    faults: dict[str, int]
    drained: float
    waiting: int
    late: int
    load: float
    seconds: float


@dataclass
class World:
    """The inboxes, the IMAP servers, the processes and what was acknowledged."""

    rig: Rig
    plan: Plan
    boxes: dict[str, Mailbox]
    drop: Maildrop
    mails: Path
    hook: str = ""
    web: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=256))
    ports: dict[str, int] = field(default_factory=dict)
    hands: list[Hand] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    kept: list[Delivery] = field(default_factory=list)
    refused: list[Delivery] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    late: int = 0
    renumbering: threading.Lock = field(default_factory=threading.Lock)
    stop: threading.Event = field(default_factory=threading.Event)
    errors: list[BaseException] = field(default_factory=list)
    beat: "subprocess.Popen[bytes] | None" = None

    def open(self) -> None:
        """Inboxes and processes."""
        known = [*(box.port for box in self.boxes.values()), self.drop.port]
        self.rig.env["EGRESS_ALLOW"] = ",".join(f"127.0.0.1:{port}" for port in known)
        for way in ("imap1", "imap2", "pop", "smtp", "lmtp", "hook"):
            given = {"address": INBOXES[way]} | self._settings(way)
            pairs = [part for key, value in given.items() for part in ("--set", f"{key}={value}")]
            code, told = self.rig.run("create_inbox", "--kind", "email", "--name", way, "--json", *pairs)
            assert code == 0, f"the inbox {way} was not made"
            self.hook = "/hooks/" + json.loads(told)["webhook_url"].partition("/hooks/")[2]
        self.ports["web"] = int(self.web.getsockname()[1])
        for way in ("smtp", "lmtp"):
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.ports[way] = int(free.getsockname()[1])
        self._man()

    def _settings(self, way: str) -> dict[str, str]:
        if way in self.boxes:
            line = {"imap_host": "127.0.0.1", "imap_port": str(self.boxes[way].port), "imap_tls": "none"}
            return line | {"imap_password": "secret"}
        if way == "pop":
            line = {"pop_host": "127.0.0.1", "pop_port": str(self.drop.port), "pop_tls": "none"}
            return line | {"receive": "pop", "pop_password": "secret"}
        return {"provider": "mailersend", "secret": SECRET} if way == "hook" else {}

    def _man(self) -> None:
        fd = self.web.fileno()
        starts: dict[str, Callable[[str], subprocess.Popen[Any]]] = {
            "smtp": lambda at: self._listen("smtp", at),
            "lmtp": lambda at: self._listen("lmtp", at, "--lmtp"),
            "web": lambda at: self.rig.serve("helpdesk.launch.web", str(fd), at=at, fd=fd),
            "worker": lambda at: self.rig.serve("celery", *WORKER, at=at),
            "importer": lambda at: self.rig.start("import_mail", str(self.mails), "--inbox", INBOXES["import"], at=at),
        }
        for victim, begin in starts.items():
            points = deque(self.plan.points(victim))
            self.hands.append(Hand(victim, begin, points, once=victim == "importer"))
        beat = ("-A", "helpdesk.celery", "--quiet", "beat", "--pidfile=", "--scheduler=celery.beat.Scheduler")
        self.beat = self.rig.serve("celery", *beat)

    def _listen(self, way: str, at: str, *more: str) -> "subprocess.Popen[str]":
        return self.rig.start("listen_mail", "--port", str(self.ports[way]), *more, at=at)

    @property
    def done(self) -> bool:
        """All deaths are died, and all lines that are to be cut were cut."""
        return not self.drop.times + sum(box.cuts for box in self.boxes.values()) and all(h.done for h in self.hands)

    def close(self) -> None:
        """Ends all processes."""
        children = [hand.child for hand in self.hands] + [self.beat]
        for child in children:
            if child is not None:
                child.kill()
                child.wait()
        self.web.close()

    def ring(self) -> None:
        """What the clock says, oftener, so that the worker's many lives have something to do."""
        url = self.rig.servers.redis_url.replace("unix://", "redis+socket://", 1)
        with Celery("bell", broker=url) as bell:
            for task in ("helpdesk.core.tasks.pump", "tickets.tasks.fetch_mail"):
                bell.send_task(task, expires=4, ignore_result=True, retry=False)


def torture(rig: Rig, plan: Plan, folder: Path) -> Ledger:
    """All ways, all faults, then quiet, then the count."""
    begin = time.monotonic()
    deliveries = Post(plan.seed, plan.scale).deliveries()
    folder.mkdir(exist_ok=True)
    for number, one in enumerate(one for one in deliveries if one.way == "import"):
        (folder / f"{number:04}.eml").write_bytes(one.data)
    with ExitStack() as stack:
        boxes = {way: stack.enter_context(fakeimap.serving()) for way in ("imap1", "imap2")}
        world = World(rig, plan, boxes, stack.enter_context(fakepop.serving()), folder)
        stack.callback(world.close)
        world.open()
        last = under_faults(world, deliveries)
        rest = quiet(world, last)
        return ledger(world, deliveries, rest, time.monotonic() - begin)


def under_faults(world: World, deliveries: list[Delivery]) -> float:
    """Until all is delivered and all have died; returns when that was."""
    ways = Ways(world.rig, world.ports, world.hook, world.plan.points("pipe"))
    threads = [threading.Thread(target=_guarded, args=[world, _supervise, world])]
    for way in INBOXES:
        mine = [one for one in deliveries if one.way == way]
        if way != "import":
            threads.append(threading.Thread(target=_guarded, args=[world, _deliver, world, ways, mine]))
    for thread in threads:
        thread.start()
    _faults(world)
    for thread in threads[1:]:
        thread.join(600)
    end = time.monotonic() + 300
    while not world.done and time.monotonic() < end and not world.errors:
        time.sleep(0.2)
    world.faults.update({f"strange {what}": count for what, count in ways.strange.items()})
    world.late = ways.late
    world.kept += [one for one in deliveries if one.way == "import"]
    last = time.monotonic()
    world.stop.set()
    threads[0].join(60)
    assert not world.errors, world.errors
    return last


def _guarded(world: World, work: Callable[..., None], *given: Any) -> None:
    try:
        work(*given)
    except BaseException as fault:
        world.errors.append(fault)


def _supervise(world: World) -> None:
    """Starts again what is dead: servers first."""
    rung = told = time.monotonic()
    while not world.stop.is_set():
        world.rig.servers.revive()
        for hand in world.hands:
            hand.look(world.rig, world.missed)
        if time.monotonic() - rung > 2:
            rung = time.monotonic()
            try:
                world.ring()
            except Exception:
                world.faults["bell unheard"] += 1
        if time.monotonic() - told > 10:
            told = time.monotonic()
            left = {hand.victim: len(hand.points) for hand in world.hands if not hand.done}
            print(f"T1: {len(world.kept)} kept, kills {dict(world.rig.kills)}, to come {left}", file=sys.stderr)
        time.sleep(0.1)


def _deliver(world: World, ways: Ways, mine: list[Delivery]) -> None:
    """One way's deliveries over the span, each until it is answered for good."""
    begin, box = time.monotonic(), world.boxes.get(mine[0].way)
    for number, one in enumerate(mine):
        time.sleep(max(0.0, begin + number * world.plan.span / len(mine) - time.monotonic()))
        if one.way == "pop":
            world.drop.append(one.data)
            world.kept.append(one)
            continue
        if box is not None:
            if one.kind == "oversize":
                box.huge.add(one.data)
            with world.renumbering:
                box.append(one.data)
            world.kept.append(one)
            continue
        said: bool | None = False
        while said is False and not world.errors:
            said = ways.walk(one)
            if said is False:
                time.sleep(0.2)
        (world.kept if said else world.refused).append(one)


def _faults(world: World) -> None:
    """PostgreSQL, Valkey and the IMAP servers, each in its rhythm over the span."""
    plan, chance = world.plan, random.Random(world.plan.seed)
    times: list[tuple[float, str]] = []
    for name, count in (("postgres", plan.postgres), ("flush", plan.flushes), ("renumber", plan.renumbers)):
        times += [((n + chance.uniform(0.3, 0.9)) * plan.span / count, name) for n in range(count)]
    for n, box in enumerate(world.boxes.values()):
        box.cuts = plan.cuts // 2 + n * (plan.cuts % 2)
    world.drop.drop_at, world.drop.times = "RETR", plan.hang_ups
    begin, boxes = time.monotonic(), list(world.boxes.values())
    for at, name in sorted(times):
        time.sleep(max(0.0, begin + at - time.monotonic()))
        if name == "postgres":
            world.rig.kill_postgres()
        elif name == "flush":
            redis.Redis.from_url(world.rig.servers.redis_url).flushall()
        else:
            with world.renumbering:
                boxes[world.faults[name] % len(boxes)].renumber()
        world.faults[name] += name != "postgres"


def quiet(world: World, last: float) -> tuple[float, int]:
    """Worker and clock go on as they are, dead readers' leases over: seconds, and how much waits even then."""
    world.rig.servers.revive()
    world.faults["cut"] = world.plan.cuts - sum(box.cuts for box in world.boxes.values())
    world.faults["hang up"] = world.plan.hang_ups - world.drop.times
    world.drop.times = 0
    for box in world.boxes.values():
        box.cuts = 0
    waited, waits = 0.0, 1
    while waited < 120 and waits:
        world.rig.leases_run_out()
        time.sleep(1)
        waited = time.monotonic() - last
        waits = waiting(world)
    return round(waited, 1), waits


def waiting(world: World) -> int:
    """Mails not yet read, and of the servers' folders and drop what was not yet fetched."""
    with world.rig.connection() as db:
        unread = int(str((db.execute(SETTLED).fetchone() or [0])[0]))
        query = "SELECT address, uid_validity, last_uid FROM tickets_inbox WHERE uid_validity > 0"
        at = {row[0]: row[1:] for row in db.execute(query).fetchall()}
        popped = db.execute("SELECT sha256 FROM tickets_rawinbound WHERE source LIKE 'pop:%'").fetchall()
    ends = {INBOXES[way]: (box.validity, box.next_uid - 1) for way, box in world.boxes.items()}
    behind = sum(at.get(address) != end for address, end in ends.items())
    dropped = {sha256(mail).hexdigest() for mail in list(world.drop.mails.values())}
    return unread + behind + len(dropped - {str(name) for (name,) in popped})


def ledger(world: World, deliveries: list[Delivery], rest: tuple[float, int], seconds: float) -> Ledger:
    """Compares what was acknowledged, by the SHA-256 of the mail without our stamp, with what is there."""
    with world.rig.connection() as db:
        query = "SELECT r.sha256, r.state, i.address, r.message_id FROM tickets_rawinbound r JOIN tickets_inbox i"
        rows = db.execute(query + " ON i.id = r.inbox_id").fetchall()
        texts = db.execute("SELECT text FROM tickets_message WHERE kind = 'in'").fetchall()
    states: dict[tuple[str, str], list[str]] = {}
    cut: dict[str, str] = {}
    for name, state, address, _ in rows:
        data = (world.rig.data_dir / "files" / str(name)[:2] / str(name)[2:]).read_bytes()
        plain = STAMP.sub(b"", data)
        states.setdefault((str(address), sha256(plain).hexdigest()), []).append(str(state))
        if plain.startswith(b"X-Truncated-At-Fetch"):
            cut[sha256(plain.partition(b"\r\n")[2]).hexdigest()] = str(state)
    wanted = {(INBOXES[one.way], one.sha256): one for one in world.kept}
    marks = Counter(mark for (text,) in texts for mark in MARK.findall(str(text)))
    lost = blocked = 0
    for key, one in wanted.items():
        found = [cut[one.sha256]] if one.kind == "oversize" and one.sha256 in cut else states.get(key, [])
        want = "quarantined" if one.kind in ("poison", "oversize") else "accepted"
        lost += not found or (want == "accepted" and not marks[one.mark])
        blocked += bool(found) and found != [want]
    twice = sum(len(some) - 1 for some in states.values()) + sum(count - 1 for count in marks.values())
    strange = {what: count for what, count in world.faults.items() if what.startswith("strange")}
    return Ledger(
        seed=world.plan.seed,
        deliveries=len(world.kept) + len(world.refused),
        acknowledged=len(world.kept),
        refused=len(world.refused),
        accepted=sum(row[1] == "accepted" for row in rows),
        quarantined=sum(row[1] == "quarantined" for row in rows),
        set_aside_wanted=sum(one.kind in ("poison", "oversize") for one in deliveries),
        lost=lost,
        dup=twice,
        blocked=blocked,
        strange=strange,
        kills=sum(world.rig.kills.values()),
        victims=dict(world.rig.kills),
        any_moment=world.missed,
        faults=dict(world.faults - Counter(strange)),
        drained=rest[0],
        waiting=rest[1],
        late=world.late,
        load=round(os.getloadavg()[2], 1),
        seconds=round(seconds, 1),
    )


def clean(found: Ledger) -> bool:
    """Nothing lost, doubled, blocked, late, waiting or strange, and what is not to be read set aside or refused."""
    right = found.lost == found.dup == found.blocked == found.waiting == found.late == 0 and not found.strange
    return right and found.quarantined + found.refused == found.set_aside_wanted


def as_planned(found: Ledger, plan: Plan) -> bool:
    """Every fault of the plan was there: each victim's deaths, PostgreSQL's, the lines cut, the folders renumbered."""
    wanted = {"cut": plan.cuts, "hang up": plan.hang_ups, "renumber": plan.renumbers, "flush": plan.flushes}
    faults = all(found.faults.get(name, 0) == count for name, count in wanted.items())
    deaths = {victim: len(plan.points(victim)) for victim in POINTS} | {"postgres": plan.postgres}
    return faults and all(found.victims.get(victim, 0) >= count for victim, count in deaths.items())


def report(found: Ledger) -> str:
    """One line of torture.json."""
    return json.dumps({"stage": "T1b", **asdict(found)})


def run(place: Path, plan: Plan) -> Ledger:
    """The stage on servers of its own in `place`."""
    rig = Rig(place)
    try:
        return torture(rig, plan, place / "archive")
    finally:
        rig.close()
        shutil.rmtree(place, ignore_errors=True)
