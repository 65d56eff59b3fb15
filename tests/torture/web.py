"""The web process under kills: clients create tickets and answer in them with Idempotency-Keys, and try again until
they are answered. Each thing that was ever asked for must be there exactly once at the end."""

import json
import random
import re
import signal
import socket
import subprocess
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from typing import Any

from tests.torture.rig import Rig

POINTS = (
    *("intake.customer", "intake.message", "intake.announced", "idempotency.acted"),
    *("idempotency.acted:2", "reply.written", "reply.announced"),
)
MARK = re.compile(r"torture-[0-9a-f]{32}")
AGAIN = (409, 429, 503)
CLIENTS = 4
TRIES = 200
PASSWORD = "correct-horse-battery"
WORKER = ("-A", "helpdesk.celery", "worker", "--pool=solo", "--loglevel=ERROR", "--without-gossip", "--without-mingle")


class Desk:
    """A web process on a port that outlives it, a worker beside it, and an agent's key."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self.listener.getsockname()[1])
        rig.run("create_user", "--email", "sara@desk.example", "--role", "admin", "--password", PASSWORD)
        _, told = rig.run("create_api_key", "--user", "sara@desk.example", "--scopes", "*", "--json")
        self.token = json.loads(told)["token"]
        self.asked: set[str] = set()
        self.strange: Counter[int] = Counter()
        self.lock = threading.Lock()
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    def start_web(self, at: str = "") -> None:
        """A fresh web process, which dies at the failpoint `at`."""
        self.web = self.rig.serve("helpdesk.launch.web", str(self.listener.fileno()), at=at, fd=self.listener.fileno())

    def start_worker(self) -> None:
        """A real Celery worker."""
        self.worker = self.rig.serve("celery", *WORKER)

    def revive(self) -> None:
        """What a supervisor does: starts again what is dead."""
        with self.lock:
            if self.web is not None and self.web.poll() is not None:
                self.rig.kills["web"] += self.web.returncode == -signal.SIGKILL
                self.start_web()
            self.rig.servers.revive()

    def close(self) -> None:
        """Ends both."""
        for child in (self.web, self.worker):
            if child is not None:
                child.terminate()
                with suppress(subprocess.TimeoutExpired):
                    child.wait(15)
                child.kill()
                child.wait()
        self.web = self.worker = None

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Asks with one key until it is answered, as a careful integrator does."""
        mark = f"torture-{uuid.uuid4().hex}"
        self.asked.add(mark)
        data = json.dumps(body | {"body": f"Please look at {mark}."})
        for _ in range(TRIES):
            try:
                status, answer = self._once(path, data, mark)
            except (OSError, HTTPException):
                self.revive()
                continue
            if status == 201:
                return answer
            if status not in AGAIN:
                self.strange[status] += 1
            time.sleep(0.2)
        raise AssertionError(f"{path} was not answered after {TRIES} tries, {dict(self.strange)}")

    def _once(self, path: str, data: str, key: str) -> tuple[int, dict[str, Any]]:
        line = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
            line.request("POST", path, data, headers | {"Idempotency-Key": key})
            answer = line.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        finally:
            line.close()

    def case(self, name: str) -> None:
        """A customer's matter is entered and answered."""
        who = {"subject": "A matter", "channel": "email", "customer": {"email": f"{name}@example.com"}}
        made = self.post("/api/v1/tickets/", who)
        self.post(f"/api/v1/tickets/{made['number']}/messages/", {"direction": "out"})


def aimed(desk: Desk, points: Sequence[str] = POINTS) -> None:
    """The web process dies at each step of a create or of a reply; the client simply tries again."""
    for point in points:
        desk.close()
        before = desk.rig.kills["web"]
        desk.start_web(at=point)
        desk.case(re.sub(r"\W", "-", point))
        assert desk.rig.kills["web"] == before + 1, f"the web process did not die at {point}"


def mixed(desk: Desk, kills: int, seed: int = 1) -> None:
    """Web, worker and PostgreSQL die at any moment while several clients work."""
    chance, stop, faults = random.Random(seed), threading.Event(), []
    desk.close()
    desk.start_web()
    desk.start_worker()

    def work(number: int) -> None:
        try:
            while not stop.is_set():
                desk.case(f"client-{number}-{chance.randrange(8)}")
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=[number]) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for number in range(kills):
        time.sleep(chance.uniform(2.0, 4.0))
        _strike(desk, ("web", "worker", "web", "postgres")[number % 4])
    time.sleep(2)
    stop.set()
    for thread in threads:
        thread.join(120)
    assert not faults, faults


def _strike(desk: Desk, victim: str) -> None:
    if victim == "postgres":
        desk.rig.kill_postgres()
    elif victim == "worker" and desk.worker is not None:
        desk.rig.kill(desk.worker, "worker")
        desk.start_worker()
    elif desk.web is not None:
        desk.web.kill()
        desk.web.wait()
    desk.revive()


def found(desk: Desk) -> tuple[int, int]:
    """(lost, doubled) of what the clients asked for, messages and copies to send alike."""
    with desk.rig.connection() as db:
        rows = db.execute(
            "SELECT m.text, m.kind, count(d.id) FROM tickets_message m LEFT JOIN tickets_delivery d"
            " ON d.message_id = m.id WHERE m.text LIKE '%torture-%' GROUP BY m.id"
        ).fetchall()
        queued = db.execute(
            "SELECT count(*), count(DISTINCT payload->>'message') FROM core_outboxevent WHERE name = 'message.queued'"
        ).fetchone()
    assert queued is not None
    marks = Counter(mark for text, _, _ in rows for mark in MARK.findall(str(text)))
    replies = [int(str(copies)) for _, kind, copies in rows if kind == "out"]
    lost = len(desk.asked - marks.keys()) + replies.count(0) + max(0, len(replies) - int(str(queued[1])))
    doubled = sum(marks.values()) - len(marks) + sum(max(0, n - 1) for n in replies)
    return lost, doubled + int(str(queued[0])) - int(str(queued[1]))
