"""The tables are made once a run, while the workers of xdist still read the tests; each takes a copy.

`python -m tests.support.firstdb` makes them. A worker that finds none in time migrates its own, as Django does.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from helpdesk import env as environment

NAME = "test_helpdesk_first"
PATIENCE = 120


def _sign() -> Path:
    """Says that the database is there, or ("") that it is not going to be."""
    return Path(os.environ["DATA_DIR"]) / "first-database"


def begin() -> "subprocess.Popen[bytes]":
    """Starts making it; without a word, since who waits for it can do without."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([sys.executable, "-m", __name__], cwd=environment.ROOT, stdin=subprocess.DEVNULL, **quiet)


def copied(make: Callable[..., str]) -> Callable[..., str]:
    """`create_test_db` that copies the first database when there is or will be one."""

    def create(self: Any, *given: Any, **named: Any) -> str:
        if not _is_there():
            return make(self, *given, **named)
        name = str(self._get_test_db_name())
        with self._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{NAME}"')
        self.connection.close()
        self.connection.settings_dict["NAME"] = name
        self.connection.ensure_connection()
        return name

    return create


def _is_there() -> bool:
    if "PYTEST_XDIST_WORKER" not in os.environ or "FIRST_DATABASE" not in os.environ:
        return False
    until = time.monotonic() + PATIENCE
    while not _sign().exists() and time.monotonic() < until:
        time.sleep(0.05)
    return _sign().exists() and _sign().read_text() == NAME


def _make() -> None:
    import django
    from django.db import connection

    told = ""
    try:
        django.setup()
        connection.settings_dict["TEST"]["NAME"] = NAME
        told = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()
    finally:
        beside = _sign().with_suffix(".new")
        beside.write_text(told)
        with suppress(FileNotFoundError):
            beside.rename(_sign())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    _make()
