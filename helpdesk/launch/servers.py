"""Finds or starts the servers of a $DATA_DIR, and stops them when their last user leaves.

Every user holds a shared lock on `users.lock`. Whoever leaves and then gets it exclusively was the last one; a
killed user's lock vanishes with it, so nothing can be left behind that counts wrong.
"""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, flock
from pathlib import Path
from typing import IO

from helpdesk.launch import place, postgres, roles, valkey
from helpdesk.launch.postgres import Postgres
from helpdesk.launch.valkey import Valkey

Say = Callable[[str], None]


def _quiet(line: str) -> None:
    return None


@dataclass
class Servers:
    """The servers in use by this process. Ours to keep alive are only those that we may start."""

    data_dir: Path
    database_url: str
    database_owner_url: str
    redis_url: str
    postgres: Postgres | None = None
    valkey: Valkey | None = None
    new_database: bool = False
    _lease: IO[str] | None = field(default=None, repr=False)

    def publish(self, owner: bool = False) -> None:
        """Tells this process and its children where the servers are."""
        os.environ["DATABASE_URL"] = self.database_owner_url if owner else self.database_url
        os.environ["DATABASE_OWNER_URL"] = self.database_owner_url
        os.environ["REDIS_URL"] = self.redis_url

    def revive(self) -> list[str]:
        """Starts again what has died; names it."""
        revived = []
        for name, server in (("PostgreSQL", self.postgres), ("Valkey", self.valkey)):
            if server is not None and not server.listening():
                with place.locked(self.data_dir / "servers.lock"):
                    server.start()
                revived.append(name)
        return revived

    def release(self) -> None:
        """Leaves; the last user turns off the light. Harmless when called twice."""
        if self._lease is None:
            return
        with place.locked(self.data_dir / "servers.lock"):
            lease, self._lease = self._lease, None
            if _only_user(lease):
                for server in (self.valkey, self.postgres):
                    if server is not None:
                        server.stop()
            lease.close()


def _only_user(lease: IO[str]) -> bool:
    flock(lease, LOCK_UN)
    try:
        flock(lease, LOCK_EX | LOCK_NB)
    except OSError:
        return False
    return True


def ensure_servers(data_dir: Path, *, durable: bool = True, say: Say = _quiet) -> Servers:
    """The servers that DATABASE_URL and REDIS_URL name; for what they leave out, those of `data_dir`, started.

    Call `.publish()` to put the addresses into the environment and `.release()` at the end.
    """
    database, redis = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    found = Servers(data_dir, database, os.environ.get("DATABASE_OWNER_URL") or database, redis)
    place.make_data_dir(data_dir)
    if database:
        roles.check_reachable("DATABASE_URL", database)
    if database and found.database_owner_url != database:
        roles.check_reachable("DATABASE_OWNER_URL", found.database_owner_url)
    if database and redis:
        return found
    try:
        with place.locked(data_dir / "servers.lock"):
            found._lease = (data_dir / "users.lock").open("a")
            flock(found._lease, LOCK_SH)
            if not database:
                _start_postgres(found, durable, say)
            if not redis:
                _start_valkey(found, say)
    except BaseException:  # a half start, also one that Ctrl-C broke, leaves nothing behind
        found.release()
        raise
    return found


def _start_postgres(found: Servers, durable: bool, say: Say) -> None:
    found.postgres = server = postgres.locate(found.data_dir, durable)
    say("Database: starting PostgreSQL" if (server.data / "PG_VERSION").exists() else "Database: making it")
    server.start()
    found.new_database = roles.prepare(server.url("postgres", "postgres"))
    found.database_url, found.database_owner_url = server.url(roles.APP), server.url(roles.OWNER)


def _start_valkey(found: Servers, say: Say) -> None:
    found.valkey = valkey.locate(found.data_dir)
    say("Messages: starting Valkey")
    found.valkey.start()
    found.redis_url = found.valkey.url


def temporary(prefix: str = "helpdesk-") -> Path:
    """A $DATA_DIR in /tmp for tests: a short path, and the database's account can pass through."""
    path = Path(tempfile.mkdtemp(prefix=prefix, dir=place.SHORT if os.access(place.SHORT, os.W_OK) else None))
    path.chmod(0o711 if place.is_root() else 0o700)
    return path
