"""PostgreSQL and Valkey for the bench: those of DATABASE_URL and REDIS_URL, else its own under bench/out/data."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpdesk.launch.place import say
from helpdesk.launch.servers import ensure_servers


@contextmanager
def running(data: Path) -> Iterator[tuple[str, str]]:
    """The database server's addresses for its owner and for the application; Redis and DATA_DIR are in os.environ."""
    os.environ["DATA_DIR"] = str(data)
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(40))
    found = ensure_servers(data, say=say)
    os.environ["REDIS_URL"] = found.redis_url
    try:
        yield found.database_owner_url, found.database_url
    finally:
        found.release()
