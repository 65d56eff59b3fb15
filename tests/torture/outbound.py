"""Stage T2: answers leave while the worker and the web process are killed and the server on the other side is rude.

Nothing lost. A copy may go twice only when the other side had accepted it and we died, or never heard its 250, before
we recorded that; then both are the same bytes under the same Message-ID.
"""

import json
import random
import re
import signal
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from tests.support.rudesmtp import Mail, RudeSink
from tests.torture.rig import Rig
from tests.torture.web import MARK, Desk

POINTS = ("outbox.claimed", "smtp.before", "delivery.marked", "outbox.handled", "outbox.marked")
# `delivery.marked` is reached before its transaction commits.
AFTER_250 = ("smtp.accepted", "delivery.marked")
WEB_POINTS = ("reply.written", "reply.announced", "idempotency.acted")
UNDO = 11.0
PER_TICKET = 5
ROUNDS = 30
PASSED = (
    "UPDATE tickets_delivery SET next_at = now() - interval '1 second' WHERE state = 'queued' AND next_at IS NOT NULL",
    "UPDATE core_outboxdelivery SET due_at = now() - interval '1 second' WHERE state = 'pending'",
    "UPDATE core_timer SET due_at = now() - interval '1 second' WHERE state = 'pending'",
)


@dataclass(frozen=True)
class Plan:
    """`mails`: copies for people who exist; `refused`: for people who do not. The rest counts kills."""

    mails: int = 600
    refused: int = 20
    web: Sequence[str] = WEB_POINTS
    aimed: int = 22
    after_250: int = 30
    in_smtp: int = 5


@dataclass
class Ledger:
    """lost, dup_outside, changed and stuck must be 0; dup_inside at most one for each death after a 250."""

    mails: int
    refused: int
    sent: int
    failed: int
    lost: int
    dup_inside: int
    dup_outside: int
    changed: int
    stuck: int
    kills: int
    victims: dict[str, int]
    answers: dict[str, int]
    seconds: float


@dataclass
class Post:
    """The desk that writes, the sink that gets, and which Message-IDs may come twice."""

    rig: Rig
    sink: RudeSink
    desk: Desk
    chance: random.Random
    window: Counter[str] = field(default_factory=Counter)

    def drain(self, at: str = "") -> None:
        """A worker works until it dies or nothing is due."""
        before = self.rig.kills["worker"]
        self.rig.run("drain", at=at)
        if self.sink.last and at.startswith(AFTER_250) and self.rig.kills["worker"] > before:
            self.window[self.sink.last] += 1
        self.time_passes()

    def time_passes(self) -> None:
        """Leases and waits are over."""
        with self.rig.connection() as db:
            for statement in PASSED:
                db.execute(statement.encode())


def torture(rig: Rig, sink: RudeSink, plan: Plan, seed: int = 1) -> Ledger:
    """Writes all answers, then has workers send them under kills, then lets all settle and counts."""
    begin = time.monotonic()
    given = {"address": "support@desk.example", "smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_tls": "none"}
    pairs = [part for key, value in given.items() for part in ("--set", f"{key}={value}")]
    rig.env["EGRESS_ALLOW"] = f"127.0.0.1:{sink.port}"
    code, _ = rig.run("create_inbox", "--kind", "email", "--name", "Support", *pairs)
    assert code == 0, "the inbox was not made"
    post = Post(rig, sink, Desk(rig), random.Random(seed))
    try:
        wanted = written(post, plan)
    finally:
        post.desk.close()
    time.sleep(UNDO)
    post.time_passes()
    under_kills(post, plan)
    settle(post)
    return ledger(post, wanted, time.monotonic() - begin)


def written(post: Post, plan: Plan) -> dict[str, str]:
    """Mark of each answer -> the customer's address. The web process dies at each step of some."""
    wanted: dict[str, str] = {}
    jobs = [f"person{n}@example.com" for n in range(-(-plan.mails // PER_TICKET))]
    jobs += [f"nobody{n}@example.com" for n in range(plan.refused)]
    post.desk.start_web()
    for point in plan.web:
        post.desk.close()
        before = post.rig.kills["web"]
        post.desk.start_web(at=point)
        _answers(post, jobs.pop(0), PER_TICKET, wanted)
        assert post.rig.kills["web"] == before + 1, f"the web process did not die at {point}"
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                if not jobs:
                    return
                address = jobs.pop(0)
            _answers(post, address, 1 if address.startswith("nobody") else PER_TICKET, wanted)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wanted


def _answers(post: Post, address: str, count: int, wanted: dict[str, str]) -> None:
    who = {"subject": "A matter", "channel": "email", "customer": {"email": address}}
    number = post.desk.post("/api/v1/tickets/", who)["number"]
    for _ in range(count):
        made = post.desk.post(f"/api/v1/tickets/{number}/messages/", {"direction": "out"})
        found = MARK.search(str(made["body"]))
        assert found is not None
        wanted[found[0]] = address


def under_kills(post: Post, plan: Plan) -> None:
    """Each death comes after a few mails more; meanwhile the server is in all its moods."""
    moods = ["ok"] * 14 + ["defer", "hang up", "last word", "lose"]
    post.sink.mood = lambda: post.chance.choice(moods)
    post.sink.put_off = Counter({f"person{n}@example.com": 2 for n in range(0, 30, 3)})
    steps = ["smtp.accepted"] * plan.after_250 + [POINTS[n % len(POINTS)] for n in range(plan.aimed)]
    steps += ["in smtp"] * plan.in_smtp
    post.chance.shuffle(steps)
    for step in steps:
        if step == "in smtp":
            _die_in_smtp(post)
        else:
            post.drain(at=f"{step}:{post.chance.randint(1, 6)}")


def _die_in_smtp(post: Post) -> None:
    """The worker dies while it waits for the answer to DATA; the server, cut off, forgets the mail."""
    child = post.rig.start("drain")

    def strike() -> bool:
        if child.poll() is not None:
            return False
        child.kill()
        return True

    post.sink.heard = strike
    child.communicate(timeout=300)
    post.sink.heard = None
    post.rig.kills["worker"] += child.returncode == -signal.SIGKILL
    post.time_passes()


def settle(post: Post) -> None:
    """The other side is polite again, and time passes until nothing waits."""
    post.sink.mood = lambda: "ok"
    for _ in range(ROUNDS):
        post.drain()
        if not _waiting(post.rig):
            return


def _waiting(rig: Rig) -> int:
    with rig.connection() as db:
        row = db.execute("SELECT count(*) FROM tickets_delivery WHERE state = 'queued'").fetchone()
    return int(str(row[0])) if row else 0


def ledger(post: Post, wanted: dict[str, str], seconds: float) -> Ledger:
    """Compares what was written with what the other side has."""
    copies: dict[str, list[Mail]] = defaultdict(list)
    marks: dict[str, set[str]] = defaultdict(set)
    for mail in post.sink.kept:
        copies[mail.message_id].append(mail)
        for mark in re.findall(MARK.pattern.encode(), mail.data):
            marks[mark.decode()].add(mail.message_id)
    may_repeat = post.window + post.sink.lost_answers
    extra = Counter({name: len(some) - 1 for name, some in copies.items() if len(some) > 1})
    outside = extra - may_repeat
    good = {mark for mark, address in wanted.items() if not address.startswith("nobody")}
    with post.rig.connection() as db:
        rows = db.execute("SELECT state, count(*) FROM tickets_delivery GROUP BY state").fetchall()
    states = {str(state): int(str(count)) for state, count in rows}
    return Ledger(
        mails=len(good),
        refused=len(wanted) - len(good),
        sent=states.get("sent", 0),
        failed=states.get("failed", 0),
        lost=len(good - marks.keys()) + abs(states.get("sent", 0) - len(good)),
        dup_inside=sum(extra.values()) - sum(outside.values()),
        dup_outside=sum(outside.values()) + sum(len(names) - 1 for names in marks.values()),
        changed=sum(len({mail.sha256 for mail in some}) - 1 for some in copies.values()),
        stuck=states.get("queued", 0),
        kills=sum(post.rig.kills.values()),
        victims=dict(post.rig.kills),
        answers=dict(post.sink.answers),
        seconds=round(seconds, 1),
    )


def report(found: Ledger) -> str:
    """One line of torture.json."""
    return json.dumps({"stage": "T2", **asdict(found)})
