"""Stage T1: mail comes in while its reader, its worker and its database are killed. Nothing lost, nothing twice.

Every victim is a child process of ours that dies by SIGKILL at a named failpoint (`CHAOS_AT`), or a postmaster of ours
that gets SIGKILL while an import runs. After each death the same import is simply run again, as an operator would.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

from helpdesk.launch.servers import Servers, ensure_servers

ROOT = Path(__file__).resolve().parent.parent.parent
INBOX = "support@desk.example"
SERVERS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
READER = (
    *("raw.filed", "file.written", "raw.committed", "raw.claimed", "raw.parsed", "intake.customer", "intake.thread"),
    *("intake.message", "intake.timeline", "intake.announced", "raw.accepted"),
)
WORKER = ("raw.claimed", "raw.parsed", "intake.message", "raw.accepted", "audit.sealed")


@dataclass
class Ledger:
    """What the rows say at the end. `sent` counts distinct mails; lost and dup must be 0."""

    sent: int
    accepted: int
    quarantined: int
    lost: int
    dup: int
    kills: int
    seconds: float


class Rig:
    """One data folder with its own servers, and commands run in it as an operator would."""

    def __init__(self, data_dir: Path, mails: Path) -> None:
        self.mails = mails
        self.data_dir = data_dir
        self.env = {key: value for key, value in os.environ.items() if key not in (*SERVERS, "CHAOS_AT")}
        self.env |= {"DATA_DIR": str(data_dir), "CHAOS": "1"}
        self.kills = 0
        self.servers = self._own_servers()

    def _own_servers(self) -> Servers:
        """Servers of this folder, kept up between the commands so that each need not start them."""
        outside = {key: os.environ.pop(key) for key in SERVERS if key in os.environ}
        try:
            return ensure_servers(self.data_dir)
        finally:
            os.environ.update(outside)

    def close(self) -> None:
        self.servers.release()

    def start(self, *words: str, at: str = "") -> subprocess.Popen[str]:
        extra = {"CHAOS_AT": at} if at else {}
        return subprocess.Popen(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.env | extra,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(self, *words: str, at: str = "") -> tuple[int, str]:
        child = self.start(*words, at=at)
        out, _ = child.communicate(timeout=300)
        self.kills += child.returncode == -signal.SIGKILL
        return child.returncode, out

    def importing(self, at: str = "") -> tuple[int, str]:
        return self.run("import_mail", str(self.mails), "--inbox", INBOX, "--json", at=at)

    def leases_run_out(self) -> None:
        """As if two minutes had passed since the last death."""
        with self.connection() as db:
            db.execute("UPDATE tickets_rawinbound SET due_at = now() - interval '1 second' WHERE state = 'queued'")
            db.execute("UPDATE core_outboxdelivery SET due_at = now() - interval '1 second' WHERE state = 'pending'")

    @contextmanager
    def connection(self) -> "Iterator[psycopg.Connection[tuple[object, ...]]]":
        """Straight to the rows, past the product."""
        self.servers.revive()
        with psycopg.connect(self.servers.database_owner_url, autocommit=True) as db:
            yield db

    def kill_postgres_during_import(self, after: float) -> None:
        child = self.start("import_mail", str(self.mails), "--inbox", INBOX, "--json")
        time.sleep(after)
        for pid_file in self.data_dir.rglob("postmaster.pid"):
            os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
            self.kills += 1
        child.communicate(timeout=300)


def distinct(mails: Path) -> set[str]:
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in mails.rglob("*.eml")}


def torture(
    rig: Rig,
    times: Sequence[int],
    postgres_kills: int,
    reader: Sequence[str] = READER,
    worker: Sequence[str] = WORKER,
) -> Ledger:
    """Kills the reader at each failpoint once for each count in `times`, then the worker, then PostgreSQL, then lets
    all settle. A mail whose reader died three times is set aside for a human: not lost, but no ticket by itself."""
    begin = time.monotonic()
    rig.importing(at="raw.filed:2")
    for count in times:
        for point in reader:
            rig.importing(at=f"{point}:{count}")
            rig.leases_run_out()
    for point in worker:
        rig.run("drain", at=point)
        rig.leases_run_out()
    for round_ in range(postgres_kills):
        rig.kill_postgres_during_import(2.5 + round_ * 0.4)
    code, out = rig.importing()
    assert code == 0, "the last import did not finish"
    assert json.loads(out)["read"] == len(list(rig.mails.rglob("*.eml")))
    rig.leases_run_out()
    code, _ = rig.run("drain")
    assert code == 0, "the last drain did not finish"
    return ledger(rig, time.monotonic() - begin)


def ledger(rig: Rig, seconds: float) -> Ledger:
    """Compares what was sent, by SHA-256, with what the rows hold."""
    with rig.connection() as db:
        rows = db.execute("SELECT sha256, state, message_id FROM tickets_rawinbound").fetchall()
        messages = db.execute("SELECT count(*) FROM tickets_message WHERE kind = 'in'").fetchone()
        shared = db.execute(
            "SELECT count(*) FROM (SELECT ticket_id, seq FROM tickets_message GROUP BY 1, 2 HAVING count(*) > 1) AS x"
        ).fetchone()
    sent = distinct(rig.mails)
    done = {row[0] for row in rows if row[1] in ("accepted", "quarantined")}
    accepted = [row for row in rows if row[1] == "accepted"]
    assert messages is not None and shared is not None
    doubled = int(str(messages[0])) - len(accepted) + int(str(shared[0])) + len(rows) - len({row[0] for row in rows})
    return Ledger(
        sent=len(sent),
        accepted=len(accepted),
        quarantined=sum(row[1] == "quarantined" for row in rows),
        lost=len(sent - done),
        dup=doubled,
        kills=rig.kills,
        seconds=round(seconds, 1),
    )


def report(found: Ledger) -> str:
    return json.dumps({"stage": "T1", **asdict(found)})
