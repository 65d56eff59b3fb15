"""Stage T1: mail comes in, and tickets and answers by the API, while importer, worker, web and database are killed.

After each death the same import is simply run again, as an operator would. Nothing lost, nothing twice.
"""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.torture import web
from tests.torture.rig import ROOT, Rig

INBOX = "support@desk.example"
READER = (
    *("raw.filed", "file.written", "raw.committed", "raw.claimed", "raw.parsed", "intake.customer", "intake.thread"),
    *("intake.message", "intake.timeline", "intake.announced", "raw.accepted"),
)
WORKER = ("raw.claimed", "raw.parsed", "intake.message", "raw.accepted", "audit.sealed")


@dataclass
class Ledger:
    """What the rows say at the end. `sent` counts distinct mails, `posted` requests; lost and dup must be 0.

    `strange`: answers to a request other than 201 and the honest "try again" (409, 429, 503).
    """

    sent: int
    accepted: int
    quarantined: int
    posted: int
    lost: int
    dup: int
    strange: int
    kills: int
    victims: dict[str, int]
    seconds: float


@dataclass(frozen=True)
class Plan:
    """How often whom. `times`: each reader's failpoint at these counts; `mixed`: kills at any moment under load."""

    times: Sequence[int] = (1, 5, 40)
    reader: Sequence[str] = READER
    worker: Sequence[str] = WORKER
    postgres: int = 5
    web: Sequence[str] = web.POINTS
    mixed: int = 12


def importing(rig: Rig, mails: Path, at: str = "") -> tuple[int, str]:
    """Imports all mails, to the end or to a death."""
    return rig.run("import_mail", str(mails), "--inbox", INBOX, "--json", at=at, victim="importer")


def kill_postgres_during_import(rig: Rig, mails: Path, after: float) -> None:
    """The import ends with an error, and may be run again."""
    child = rig.start("import_mail", str(mails), "--inbox", INBOX, "--json")
    time.sleep(after)
    rig.kill_postgres()
    child.communicate(timeout=300)


def distinct(mails: Path) -> set[str]:
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in mails.rglob("*.eml")}


def torture(rig: Rig, mails: Path, plan: Plan) -> Ledger:
    """Kills by the plan, then lets all settle and counts. A mail is never set aside for a kill."""
    begin = time.monotonic()
    importing(rig, mails, at="raw.filed:2")
    for count in plan.times:
        for point in plan.reader:
            importing(rig, mails, at=f"{point}:{count}")
            rig.leases_run_out()
    for point in plan.worker:
        rig.run("drain", at=point)
        rig.leases_run_out()
    for round_ in range(plan.postgres):
        kill_postgres_during_import(rig, mails, 2.5 + round_ * 0.4)
    desk = web.Desk(rig)
    try:
        web.aimed(desk, plan.web)
        web.mixed(desk, plan.mixed)
    finally:
        desk.close()
    settle(rig, mails)
    return ledger(rig, mails, desk, time.monotonic() - begin)


def settle(rig: Rig, mails: Path) -> None:
    """The last run, undisturbed."""
    rig.servers.revive()
    code, out = importing(rig, mails)
    assert code == 0, "the last import did not finish"
    assert json.loads(out)["read"] == len(list(mails.rglob("*.eml")))
    rig.leases_run_out()
    code, _ = rig.run("drain")
    assert code == 0, "the last drain did not finish"


def ledger(rig: Rig, mails: Path, desk: web.Desk, seconds: float) -> Ledger:
    """Compares what was sent, by SHA-256, and what was posted, by its mark, with what the rows hold."""
    with rig.connection() as db:
        rows = db.execute("SELECT sha256, state, message_id FROM tickets_rawinbound").fetchall()
        messages = db.execute(
            "SELECT count(*) FROM tickets_message WHERE kind = 'in' AND text NOT LIKE '%torture-%'"
        ).fetchone()
        shared = db.execute(
            "SELECT count(*) FROM (SELECT ticket_id, seq FROM tickets_message GROUP BY 1, 2 HAVING count(*) > 1) AS x"
        ).fetchone()
    sent = distinct(mails)
    done = {row[0] for row in rows if row[1] in ("accepted", "quarantined")}
    accepted = [row for row in rows if row[1] == "accepted"]
    assert messages is not None and shared is not None
    doubled = int(str(messages[0])) - len(accepted) + int(str(shared[0])) + len(rows) - len({row[0] for row in rows})
    lost_posts, doubled_posts = web.found(desk)
    return Ledger(
        sent=len(sent),
        accepted=len(accepted),
        quarantined=sum(row[1] == "quarantined" for row in rows),
        posted=len(desk.asked),
        lost=len(sent - done) + lost_posts,
        dup=doubled + doubled_posts,
        strange=sum(desk.strange.values()),
        kills=sum(rig.kills.values()),
        victims=dict(rig.kills),
        seconds=round(seconds, 1),
    )


def report(found: Ledger) -> str:
    """One line of torture.json."""
    return json.dumps({"stage": "T1", **asdict(found)})


__all__ = ["ROOT", "Ledger", "Plan", "Rig", "report", "torture"]
