"""PostgreSQL and Redis for the bench: those of DATABASE_URL and REDIS_URL, else its own under bench/out."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running(data: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a database server, and what must be in the environment to use it and Redis."""
    given = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if not all(given):
        raise SystemExit("set DATABASE_URL and REDIS_URL")
    data.mkdir(parents=True, exist_ok=True)
    yield str(given[0]), {"REDIS_URL": str(given[1]), "DATA_DIR": str(data), "SECRET_KEY": "b" * 50}
