"""A data folder with servers of its own, and processes in it that are started, killed and counted.

Every victim is a child process of ours that dies by SIGKILL, at a named failpoint (`CHAOS_AT`) or at any moment.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from helpdesk.launch.servers import Servers, ensure_servers

ROOT = Path(__file__).resolve().parent.parent.parent
SERVERS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
# A test at full size takes its time: pyproject.toml's bounds are for the suite.
PATIENT = ("--timeout=0", "-o", "faulthandler_timeout=0")


class Rig:
    """Commands run here as an operator would run them. `kills` counts the dead by their kind."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.env = {key: value for key, value in os.environ.items() if key not in (*SERVERS, "CHAOS_AT")}
        self.env |= {"DATA_DIR": str(data_dir), "CHAOS": "1"}
        # As installed: hundreds of processes are started, and none translates the whole program once more.
        self.env.pop("PYTHONDONTWRITEBYTECODE", None)
        self.kills: Counter[str] = Counter()
        self.servers = self._own_servers()

    def _own_servers(self) -> Servers:
        """Servers of this folder, kept up between the commands so that each need not start them."""
        outside = {key: os.environ.pop(key) for key in SERVERS if key in os.environ}
        try:
            return ensure_servers(self.data_dir)
        finally:
            os.environ.update(outside)

    def close(self) -> None:
        """Stops the servers."""
        self.servers.release()

    def start(self, *words: str, at: str = "") -> subprocess.Popen[str]:
        """Starts a command of manage.py that dies at the failpoint `at`."""
        extra = {"CHAOS_AT": at} if at else {}
        return subprocess.Popen(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.env | extra,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(self, *words: str, at: str = "", victim: str = "worker") -> tuple[int, str]:
        """Runs it to its end, which may be a kill of this kind of victim."""
        child = self.start(*words, at=at)
        out, _ = child.communicate(timeout=300)
        self.kills[victim] += child.returncode == -signal.SIGKILL
        return child.returncode, out

    def serve(self, module: str, *words: str, at: str = "", fd: int | None = None) -> subprocess.Popen[bytes]:
        """Starts a process that serves (web, worker) on these servers."""
        extra = {"DATABASE_URL": self.servers.database_url, "REDIS_URL": self.servers.redis_url}
        return subprocess.Popen(
            [sys.executable, "-m", module, *words],
            cwd=ROOT,
            env=self.env | extra | ({"CHAOS_AT": at} if at else {}),
            pass_fds=() if fd is None else (fd,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self, child: subprocess.Popen[bytes], victim: str) -> None:
        """SIGKILL, now."""
        child.kill()
        self.kills[victim] += child.wait() == -signal.SIGKILL

    def kill_postgres(self) -> None:
        """SIGKILL to the postmaster; whoever connects next through the rig starts it again."""
        for pid_file in self.data_dir.rglob("postmaster.pid"):
            os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
            self.kills["postgres"] += 1

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
