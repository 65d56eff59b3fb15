"""A mail server starts a command of ours for each mail: whatever goes wrong, it keeps the mail and tries again."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from helpdesk.launch import pipe
from helpdesk.launch.place import LaunchError

ROOT = Path(__file__).resolve().parent.parent.parent


def leaving(code: int | str | None) -> Callable[[], int]:
    def work() -> int:
        raise SystemExit(code)

    return work


def broken() -> int:
    raise LaunchError("PostgreSQL does not start", 2)


@pytest.mark.parametrize(
    ("work", "code"),
    [
        (lambda: 0, 0),
        (leaving(None), 0),
        (leaving(65), 65),
        (leaving(67), 67),
        (leaving(75), 75),
        (leaving(1), 75),
        (leaving("words"), 75),
        (lambda: 2, 75),
        (broken, 75),
    ],
)
def test_a_mail_server_hears_only_what_it_understands(work: Callable[[], int], code: int) -> None:
    assert pipe.guarded(work) == code


def test_a_command_that_hangs_gives_the_mail_back_to_its_server() -> None:
    words = "import time; from helpdesk.launch import pipe; pipe.guarded(lambda: time.sleep(600), seconds=0.1)"
    done = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (75, "Not kept in time, try again\n")


def test_servers_that_are_away_cost_no_mail(tmp_path: Path) -> None:
    away = f"postgresql://nobody@/none?host={tmp_path}"
    words = [sys.executable, "manage.py", "receive_mail", "--inbox", "support@desk.example"]
    env = os.environ | {"DATABASE_URL": away, "DATABASE_OWNER_URL": away, "DATA_DIR": str(tmp_path / "data")}
    done = subprocess.run(
        words, cwd=ROOT, env=env, input="Subject: a\n\nb", capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 75 and "DATABASE_URL" in done.stderr
