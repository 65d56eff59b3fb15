"""Starting for real: what a person meets, and what a crash leaves behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from helpdesk.launch import servers
from helpdesk.launch.servers import Servers, ensure_servers

pytestmark = pytest.mark.fault

ROOT = Path(__file__).resolve().parent.parent.parent
SERVER_VARIABLES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DATA_DIR")


def clean_environ(**given: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in SERVER_VARIABLES}
    return kept | {"DJANGO_SETTINGS_MODULE": "helpdesk.settings"} | given


def manage(*args: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", *args]
    return subprocess.run(command, cwd=ROOT, env=clean_environ(**environ), capture_output=True, text=True, timeout=60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(true: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def processes_of(place: Path) -> list[str]:
    """Every living process that was started for this DATA_DIR."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            alive = "\nState:\tZ" not in (entry / "status").read_text()
        except OSError:
            continue
        if alive and os.fsencode(place) in told and int(entry.name) != os.getpid():
            found.append(entry.name)
    return found


@pytest.fixture
def place() -> Iterator[Path]:
    """A DATA_DIR of its own; nothing may run there afterwards."""
    path = servers.temporary("helpdesk-launch-")
    yield path
    wait_until(lambda: not processes_of(path), 10)


@pytest.fixture
def unserved(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server is named from outside."""
    for name in SERVER_VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "variable, value",
    [
        ("PORT", "eighty"),
        ("DEMO", "perhaps"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("REDIS_URL", "http://localhost"),
        ("SECRET_KEY", "short"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "https://help.example.com"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://help.example.com/desk?x=1"),
        ("HOST", "nowhere.invalid"),
        ("HOST", "192.0.2.1"),
        ("DATA_DIR", "/dev/null"),
        ("DATABASE_URL", "postgresql://app:s3cret@127.0.0.1:1/x"),
        ("DATABASE_OWNER_URL", "127.0.0.1"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_bad_value_stops_the_start_with_one_clear_line(place: Path, variable: str, value: str) -> None:
    result = manage("run", **({"DATA_DIR": str(place), "PORT": str(free_port())} | {variable: value}))
    assert (result.returncode, result.stdout) == (2, "")
    assert "s3cret" not in result.stderr
    assert result.stderr.startswith(f"error: {variable}") and result.stderr.count("\n") == 1


def test_a_taken_port_is_named_with_the_way_out(place: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = manage("run", DATA_DIR=str(place), PORT=str(taken.getsockname()[1]))
    assert result.returncode == 1
    assert "is taken" in result.stderr and "PORT=" in result.stderr and result.stderr.count("\n") == 1


def test_two_starters_at_once_share_one_server_and_the_last_stops_it(place: Path, unserved: None) -> None:
    code = "import sys; from pathlib import Path; from helpdesk.launch.servers import ensure_servers; "
    code += (
        "s = ensure_servers(Path(sys.argv[1]), durable=False); print(s.database_url, flush=True); input(); s.release()"
    )
    command = [sys.executable, "-c", code, str(place)]
    pipe = subprocess.PIPE
    both = [subprocess.Popen(command, cwd=ROOT, env=clean_environ(), stdin=pipe, stdout=pipe, text=True) for _ in "ab"]
    urls = {starter.stdout.readline().strip() for starter in both if starter.stdout}
    assert len(urls) == 1
    both[0].communicate("\n", timeout=30)
    with psycopg.connect(urls.pop()) as link:
        assert link.execute("SELECT 1").fetchone() == (1,)
    both[1].communicate("\n", timeout=30)
    assert not (place / "postgres" / "postmaster.pid").exists()


def served(place: Path) -> Servers:
    return ensure_servers(place, durable=False)


def test_a_killed_database_comes_back_with_its_rows(place: Path, unserved: None) -> None:
    found = served(place)
    assert found.postgres is not None
    try:
        with psycopg.connect(found.database_owner_url, autocommit=True) as link:
            link.execute("CREATE TABLE kept AS SELECT 7 AS n")
        os.kill(int((found.postgres.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        wait_until(lambda: found.postgres and not found.postgres.listening(), 5)
        assert found.revive() == ["PostgreSQL"]
        with psycopg.connect(found.database_owner_url) as link:
            assert link.execute("SELECT n FROM kept").fetchone() == (7,)
    finally:
        found.release()


def test_the_embedded_database_knows_persian_letters(place: Path, unserved: None) -> None:
    found = served(place)
    try:
        with psycopg.connect(found.database_owner_url, autocommit=True) as link:
            link.execute("CREATE EXTENSION pg_trgm")
            alike = link.execute("SELECT similarity('پشتیبانی', 'پشتیبان')").fetchone()
            words = link.execute("SELECT to_tsvector('simple', 'سلام، دوست')::text").fetchone()
            assert alike and alike[0] > 0.5
            assert words == ("'دوست':2 'سلام':1",)
    finally:
        found.release()


def test_a_killed_user_leaves_servers_that_the_next_one_finds_and_stops(place: Path, unserved: None) -> None:
    code = "import os, sys; from pathlib import Path; from helpdesk.launch.servers import ensure_servers; "
    code += "ensure_servers(Path(sys.argv[1]), durable=False); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", code, str(place)], cwd=ROOT, env=clean_environ(), timeout=30)
    assert (place / "postgres" / "postmaster.pid").exists()
    found = served(place)
    assert not found.new_database
    found.release()
    assert not (place / "postgres" / "postmaster.pid").exists()


def test_a_half_made_cluster_is_made_again(place: Path, unserved: None) -> None:
    (place / "postgres.new").mkdir()
    (place / "postgres.new" / "PG_VERSION").write_text("18\n")
    found = served(place)
    found.release()
    assert (place / "postgres" / "global").exists() and not (place / "postgres.new").exists()


def ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.fault
def test_a_run_heals_its_killed_children_refuses_a_second_and_stops_cleanly(place: Path) -> None:
    port = free_port()
    environ = clean_environ(DATA_DIR=str(place), PORT=str(port), DEMO="0")
    with (place / "run.log").open("wb") as log:
        run = subprocess.Popen([sys.executable, "manage.py", "run"], cwd=ROOT, env=environ, stdout=log, stderr=log)
        try:
            wait_until(lambda: ready(port) or run.poll() is not None, 90)
            assert run.poll() is None, (place / "run.log").read_text()
            second = manage("run", DATA_DIR=str(place), PORT=str(free_port()))
            assert second.returncode == 1 and f"process {run.pid}" in second.stderr

            for name in (b"helpdesk.launch.web", b"beat"):
                victim = next(p for p in processes_of(place) if name in Path(f"/proc/{p}/cmdline").read_bytes())
                os.kill(int(victim), signal.SIGKILL)
            wait_until(lambda: (place / "run.log").read_text().count("starting it again") == 2, 10)
            wait_until(lambda: ready(port), 30)
        finally:
            began = time.monotonic()
            run.send_signal(signal.SIGTERM)
            ended = run.wait(20)
    assert ended == 0, (place / "run.log").read_text()
    assert time.monotonic() - began < 10
    assert not processes_of(place)
