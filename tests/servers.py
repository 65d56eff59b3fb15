"""pytest plugin (`-p tests.servers`): real servers for the tests, started once and shared by all xdist workers.

With DATABASE_URL and REDIS_URL set nothing is started. Else both live in a temporary directory that vanishes at the
end, so that tests never touch ./var. It works at import time because pytest-django loads the settings before any hook
of ours could run.
"""

import atexit
import os
import shutil
import sys
from pathlib import Path

from helpdesk.launch import servers
from tests.support import firstdb


def _needless() -> bool:
    asks = {"--help", "-h", "--version", "-V", "--fixtures", "--markers"}
    return "PYTEST_XDIST_WORKER" in os.environ or not asks.isdisjoint(sys.argv)


def _keep_bytecode() -> None:
    """Hundreds of processes are started: none translates Django and the product once more, whatever the shell says."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def _begin() -> None:
    place = servers.temporary("helpdesk-tests-")
    os.environ["DATA_DIR"] = str(place)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's sync API runs a loop in the test's own thread
    found = servers.ensure_servers(place, durable=False)
    # As the owner: tests make and drop databases. Tests of the application's rights take its role themselves.
    found.publish(owner=True)
    mine = os.getpid()
    maker = None
    if found.postgres and any(given.startswith(("-n", "--numprocesses")) for given in sys.argv):
        os.environ["FIRST_DATABASE"] = "1"
        maker = firstdb.begin()

    def end(path: Path = place) -> None:
        if os.getpid() == mine:
            if maker:
                maker.kill()
                maker.wait(10)
            found.release()
            shutil.rmtree(path, ignore_errors=True)

    atexit.register(end)


_keep_bytecode()
if not _needless():
    _begin()
