"""Stage T6, the way in: a messenger tells each event three times, in any order, over eight lines, beside forgeries, and
whole albums at once, while web and worker are killed at each step. All is here in the end, once, with its pictures.
"""

import json
import os
import random
import shutil
import socket
import subprocess
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from celery import Celery

from tests.support.standin import Answered, Asked, StandIn, standing
from tests.torture.hands import Hand
from tests.torture.rig import Rig
from tests.torture.web import WORKER

SECRET = "a-word-for-the-torture-of-voices"
LINES = 8
PICTURES = 10
FORGED = "forged words"
UNSETTLED = """
SELECT (SELECT count(*) FROM tickets_rawinbound WHERE state = 'queued')
  + (SELECT count(*) FROM tickets_farfile WHERE state = 'wanted')
"""


@dataclass(frozen=True)
class Plan:
    """Full size. Each event is told `times` times; `web` and `worker` name the steps at which they die."""

    events: int = 1000
    times: int = 3
    people: int = 250
    forgeries: int = 300
    albums: int = 200
    web: tuple[str, ...] = ("raw.filed:40", "raw.committed:200")
    worker: tuple[str, ...] = ("raw.claimed:30", "intake.message:60", "raw.accepted:40")
    seed: int = 1

    @classmethod
    def of(cls, scale: float) -> "Plan":
        """A share of the full size; both still die, early."""
        if scale >= 1:
            return cls()
        sizes = {
            name: max(4, round(getattr(cls, name) * scale)) for name in ("events", "people", "forgeries", "albums")
        }
        return cls(**sizes, web=("raw.committed:9",), worker=("intake.message:3",))


@dataclass
class Ledger:
    """What the rows say. lost, dup, forged, split, pictures_missing, strange and waiting must be 0.

    `split`: conversations beyond one for each person. `drained`: seconds from the last request until all was read.
    """

    events: int
    told: int
    albums: int
    forgeries: int
    lost: int
    dup: int
    forged: int
    split: int
    pictures: int
    pictures_missing: int
    broken_albums: int
    refused: int
    strange: dict[str, int]
    waiting: int
    kills: int
    victims: dict[str, int]
    any_moment: list[str]
    load: float
    drained: float
    seconds: float


@dataclass
class World:
    """The bot's inbox, the processes, and how requests were answered."""

    rig: Rig
    plan: Plan
    api: StandIn
    path: str = ""
    web: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=256))
    hands: list[Hand] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    stop: threading.Event = field(default_factory=threading.Event)
    errors: list[BaseException] = field(default_factory=list)

    def open(self) -> None:
        """The inbox, the web and the worker."""
        self.rig.env["EGRESS_ALLOW"] = f"127.0.0.1:{self.api.port}"
        given = {"secret": SECRET, "token": "1:AAA", "api_url": self.api.url}
        pairs = [part for key, value in given.items() for part in ("--set", f"{key}={value}")]
        code, told = self.rig.run("create_inbox", "--kind", "telegram", "--name", "Bot", "--json", *pairs)
        assert code == 0, "the inbox was not made"
        self.path = "/hooks/" + json.loads(told)["webhook_url"].partition("/hooks/")[2]
        fd = self.web.fileno()
        starts: dict[str, Callable[[str], subprocess.Popen[Any]]] = {
            "web": lambda at: self.rig.serve("helpdesk.launch.web", str(fd), at=at, fd=fd),
            "worker": lambda at: self.rig.serve("celery", *WORKER, at=at),
        }
        steps = {"web": self.plan.web, "worker": self.plan.worker}
        self.hands = [Hand(victim, begin, deque(steps[victim])) for victim, begin in starts.items()]

    def close(self) -> None:
        """Ends the processes."""
        for hand in self.hands:
            if hand.child is not None:
                hand.child.kill()
                hand.child.wait(30)
        self.web.close()

    def supervise(self) -> None:
        """Starts again what is dead, and rings for the worker as the clock does."""
        url = self.rig.servers.redis_url.replace("unix://", "redis+socket://", 1)
        rung = 0.0
        try:
            with Celery("bell", broker=url) as bell:
                while not self.stop.wait(0.1):
                    for hand in self.hands:
                        hand.look(self.rig, self.missed)
                    if time.monotonic() - rung > 2:
                        rung = time.monotonic()
                        bell.send_task("helpdesk.core.tasks.pump", expires=4, ignore_result=True, retry=False)
        except BaseException as fault:
            self.errors.append(fault)


class Line:
    """One connection of the provider, that is made anew when it breaks; it tells until it is answered for good."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.line: HTTPConnection | None = None

    def tell(self, update: dict[str, Any], secret: str = SECRET) -> None:
        """Tells one update; a forged one must be refused."""
        body = json.dumps(update, ensure_ascii=False).encode()
        end = time.monotonic() + 240
        while time.monotonic() < end and not self.world.errors:
            code = self._once(body, secret)
            wanted = 200 if secret == SECRET else 403
            if code == wanted:
                self.world.answers[str(code)] += 1
                return
            if code not in (0, 429, 502, 503):
                self.world.answers[f"strange {code}"] += 1
                return
            time.sleep(0.1)
        self.world.answers["strange: never answered"] += 1

    def _once(self, body: bytes, secret: str) -> int:
        """The status; 0 when nobody answered."""
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": secret}
        try:
            if self.line is None:
                self.line = HTTPConnection("127.0.0.1", int(self.world.web.getsockname()[1]), timeout=20)
            self.line.request("POST", self.world.path, body, headers)
            answer = self.line.getresponse()
            answer.read()
            return int(answer.status)
        except (OSError, HTTPException):
            if self.line is not None:
                self.line.close()
            self.line = None
            return 0


def bot(asked: Asked) -> Answered:
    """What Telegram says of its files: each is its own."""
    if asked.path.endswith("/getFile"):
        name = asked.query["file_id"]
        return Answered(data={"ok": True, "result": {"file_id": name, "file_path": f"photos/{name}.jpg"}})
    if "/file/bot" in asked.path:
        return Answered(data=b"\xff\xd8" + asked.path.encode(), headers={"Content-Type": "image/jpeg"})
    return Answered(data={"ok": True, "result": True})


def update(number: int, who: int, **more: Any) -> dict[str, Any]:
    """A message of somebody's."""
    person = {"id": who, "is_bot": False, "first_name": f"Person {who}"}
    row = {"message_id": number, "from": person, "chat": {**person, "type": "private"}, "date": 1763900000}
    return {"update_id": 10_000_000 + number, "message": row | more}


def requests(plan: Plan) -> list[tuple[dict[str, Any], str]]:
    """All that is told, shuffled; each album's pictures stand together and so arrive at once."""
    chance = random.Random(plan.seed)
    said = [update(n, 1000 + n % plan.people, text=f"event-{n:05}") for n in range(plan.events)]
    rows = [(one, SECRET) for one in said * plan.times]
    rows += [(update(10**6 + n, 10**6 + n, text=FORGED), f"wrong-{n}") for n in range(plan.forgeries)]
    chance.shuffle(rows)
    for album in range(plan.albums):
        at = chance.randrange(len(rows) + 1)
        rows[at:at] = [(picture(album, number), SECRET) for number in chance.sample(range(PICTURES), PICTURES)]
    return rows


def picture(album: int, number: int) -> dict[str, Any]:
    """One of ten pictures that somebody new posts together."""
    ident, name = 2 * 10**6 + album * PICTURES + number, f"pic-{album:04}-{number}"
    photo = [{"file_id": name, "width": 90, "height": 90, "file_size": 9}]
    return update(ident, 10_000 + album, photo=photo, media_group_id=f"album-{album:04}")


def torture(rig: Rig, plan: Plan) -> Ledger:
    """All of it under deaths, then quiet, then the count."""
    begin = time.monotonic()
    with ExitStack() as stack:
        world = World(rig, plan, stack.enter_context(standing(bot)))
        stack.callback(world.close)
        world.open()
        guard = threading.Thread(target=world.supervise, daemon=True)
        guard.start()
        told = requests(plan)
        _tell(world, told)
        last = time.monotonic()
        waits = _settle(world, last)
        drained = round(time.monotonic() - last, 1)
        world.stop.set()
        guard.join(30)
        assert not world.errors, world.errors
        return ledger(world, len(told), waits, drained, time.monotonic() - begin)


def _tell(world: World, rows: list[tuple[dict[str, Any], str]]) -> None:
    """Over eight lines at once, each taking the next as it gets free."""
    waiting = deque(rows)

    def one() -> None:
        line = Line(world)
        while waiting and not world.errors:
            try:
                row = waiting.popleft()
            except IndexError:
                return
            line.tell(*row)

    with ThreadPoolExecutor(LINES) as pool:
        for job in [pool.submit(one) for _ in range(LINES)]:
            job.result(1200)


def _settle(world: World, last: float) -> int:
    """Until all is read and fetched and all have died; how much waits even then."""
    waits = 1
    while time.monotonic() - last < 420 and not world.errors:
        if all(hand.done for hand in world.hands):
            world.rig.leases_run_out()
        with world.rig.connection() as db:
            waits = int(str((db.execute(UNSETTLED).fetchone() or [1])[0]))
        if not waits and all(hand.done for hand in world.hands):
            break
        time.sleep(1)
    return waits


def ledger(world: World, told: int, waits: int, drained: float, seconds: float) -> Ledger:
    """Compares what was told with the rows."""
    plan = world.plan
    with world.rig.connection() as db:
        texts = Counter(str(row[0]) for row in db.execute("SELECT text FROM tickets_message WHERE kind = 'in'"))
        albums = Counter(str(row[0]) for row in db.execute("SELECT album FROM tickets_message WHERE album <> ''"))
        tickets = db.execute("SELECT count(*), count(DISTINCT customer_id) FROM tickets_ticket").fetchone()
        query = "SELECT f.name, a.id IS NOT NULL FROM tickets_farfile f LEFT JOIN tickets_attachment a"
        kept = Counter(bool(row[1]) for row in db.execute(query + " ON a.id = f.attachment_id"))
        files = db.execute("SELECT count(*), count(DISTINCT file_id) FROM tickets_attachment").fetchone()
        wrong = db.execute("SELECT count(*) FROM tickets_message WHERE text = %s", [FORGED]).fetchone()
        raws = db.execute("SELECT count(*) FROM tickets_rawinbound").fetchone()
    assert tickets and files and wrong and raws
    events = {text: count for text, count in texts.items() if text.startswith("event-")}
    people = min(plan.people, plan.events) + plan.albums
    kinds = {what: count for what, count in world.answers.items() if what.startswith("strange")}
    return Ledger(
        events=len(events),
        told=told,
        albums=len(albums),
        forgeries=plan.forgeries,
        lost=plan.events - len(events),
        dup=sum(events.values()) - len(events) + int(str(raws[0])) - plan.events - plan.albums * PICTURES,
        forged=int(str(wrong[0])),
        split=abs(int(str(tickets[0])) - people) + abs(int(str(tickets[1])) - people),
        pictures=int(str(files[0])),
        pictures_missing=plan.albums * PICTURES - kept[True] + abs(int(str(files[1])) - int(str(files[0]))),
        broken_albums=plan.albums - sum(count == PICTURES for count in albums.values()),
        refused=world.answers["403"],
        strange=kinds,
        waiting=waits,
        kills=sum(world.rig.kills.values()),
        victims=dict(world.rig.kills),
        any_moment=world.missed,
        load=round(os.getloadavg()[2], 1),
        drained=drained,
        seconds=round(seconds, 1),
    )


def clean(found: Ledger, plan: Plan) -> bool:
    """Exactly what was said, once; nothing of the forgers; and the deaths that were planned."""
    right = found.lost == found.dup == found.forged == found.split == found.pictures_missing == found.waiting == 0
    right = right and not found.strange and found.broken_albums == 0 and found.refused == plan.forgeries
    right = right and (found.events, found.albums) == (plan.events, plan.albums)
    return right and found.kills >= len(plan.web) + len(plan.worker)


def report(found: Ledger) -> str:
    """One line of torture.json."""
    return json.dumps({"stage": "T6", **asdict(found)})


def run(place: Path, plan: Plan) -> Ledger:
    """The stage on servers of its own in `place`."""
    rig = Rig(place)
    try:
        return torture(rig, plan)
    finally:
        rig.close()
        shutil.rmtree(place, ignore_errors=True)
