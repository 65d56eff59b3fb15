"""`manage.py run`: database, Valkey, tables, demo, web, worker, beat: in this order, kept alive, stopped cleanly."""

import errno
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from helpdesk import env as environment
from helpdesk.launch import children, deaf, place, probe
from helpdesk.launch.children import Child
from helpdesk.launch.place import LaunchError, say
from helpdesk.launch.servers import Servers, ensure_servers

WEB_PROCESSES = 2
STOP_SECONDS = 6.0
# `make run` works as root on purpose; Celery's warnings about such users are meant for pickled tasks, ours are JSON.
ROOT_IS_FINE = "ignore:You're running the worker with superuser,ignore:An entry for the specified gid"
SERVING_SECONDS = 20
READY_SECONDS = 60
EVERYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104 - compared with, not bound to
YES = {"/healthz": "Pages: served", "/readyz": "Ready"}


class Stopped(BaseException):
    """SIGINT or SIGTERM while starting; passes by every `except Exception`."""


@dataclass
class Supervisor:
    """What one `run` holds: its lock, its port, its servers, its children."""

    env: environment.Env
    lock: IO[str]
    listener: socket.socket
    began: float
    servers: Servers | None = None
    stopping: bool = False
    children: list[Child] = field(default_factory=list)

    def serve(self, prepare: Callable[[Servers], None], announce: Callable[[Path, str], None]) -> None:
        """Prepares, starts the children, says when ready, keeps them alive until a signal comes."""
        assert self.servers is not None
        prepare(self.servers)
        web, work = self._make_children(self.servers)
        say("Pages: starting")
        self._start(web)
        self._until("/healthz", SERVING_SECONDS)
        say("Worker and clock: starting")
        self._start(work)
        if self._until("/readyz", READY_SECONDS):
            announce(self.env.data_dir, self.address)
        self._watch(self.servers)

    @property
    def address(self) -> str:
        """What a person types into the browser."""
        host = self.env.host
        host = "127.0.0.1" if host in EVERYWHERE else f"[{host}]" if ":" in host else host
        return f"http://{host}:{self.env.port}"

    def stop(self) -> None:
        """Ends everything this run has started."""
        if self.children:
            say("Stopping")
        children.stop_all(self.children, STOP_SECONDS)
        self.listener.close()
        if self.servers is not None:
            self.servers.release()
        self.lock.close()

    def _start(self, some: list[Child]) -> None:
        self.children += some
        for child in some:
            child.start()

    def _make_children(self, servers: Servers) -> tuple[list[Child], list[Child]]:
        env = os.environ | {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
        env.pop("DATABASE_OWNER_URL", None)  # pages and tasks never change tables
        fd = self.listener.fileno()
        python, celery = [sys.executable, "-m"], [sys.executable, "-m", "celery", "-A", "helpdesk.celery"]
        web = [*python, "helpdesk.launch.web", str(fd)]
        quiet = ["--loglevel=WARNING", "--without-gossip", "--without-mingle"]
        worker = [*celery, "--quiet", "worker", "--pool=prefork", "--concurrency=2", f"--hostname={deaf.NODE}", *quiet]
        # The plain scheduler keeps its times in memory: no file that a kill could spoil.
        beat = [*celery, "--quiet", "beat", "--loglevel=WARNING", "--pidfile=", "--scheduler=celery.beat.Scheduler"]
        pages = [Child(f"web {n}", web, env, (fd,)) for n in range(1, WEB_PROCESSES + 1)]
        # `make lint` and every migration run the system checks; twice more at each start would only cost time.
        env = env | {"PYTHONWARNINGS": ROOT_IS_FINE, "CELERY_SKIP_CHECKS": "1"}
        ear = [sys.executable, "manage.py", "watch_mail"]
        return pages, [Child("worker", worker, env), Child("beat", beat, env), Child("mail", ear, env)]

    def _until(self, path: str, seconds: float) -> bool:
        """Waits until a page of ours answers 200; says how it went."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self.stopping:
            self._tend()
            if probe.answers(self.address, path):
                say(f"{YES[path]} after {time.monotonic() - self.began:.1f} s")
                return True
            time.sleep(0.2)
        if not self.stopping:
            say(f"{path} says no for {seconds} s: {probe.body(self.address, path) or 'no page answers'}")
        return False

    def _watch(self, servers: Servers) -> None:
        ear = deaf.Ear()
        checked = 0.0
        while not self.stopping:
            self._tend()
            if time.monotonic() - checked > 1:
                checked = time.monotonic()
                self._revive(servers)
                if ear.deaf():
                    say("worker does not hear the broker; starting it again")
                    next(child for child in self.children if child.name == "worker").ask()
            time.sleep(0.1)

    def _tend(self) -> None:
        for child in self.children:
            line = child.tend()
            if line:
                say(line)

    def _revive(self, servers: Servers) -> None:
        try:
            for name in servers.revive():
                say(f"{name} had ended; started it again")
        except LaunchError as problem:
            say(f"{problem}; trying again")

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """SIGINT, SIGTERM: once is enough, more do no harm."""
        if not self.stopping:
            self.stopping = True
            if not self.children:
                raise Stopped


_current: Supervisor | None = None


def current() -> Supervisor:
    """The run that this process is."""
    if _current is None:
        raise LaunchError("`run` starts through manage.py")
    return _current


@contextmanager
def starting(env: environment.Env) -> Iterator[Supervisor]:
    """Takes the lock and the port, starts the servers, and at the end gives everything back."""
    global _current
    began = time.monotonic()
    run = _current = Supervisor(env, _alone(env), _listen(env), began)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, run.on_signal)
    try:
        run.servers = ensure_servers(env.data_dir, say=say)
        run.servers.publish(owner=True)
        yield run
    except Stopped:
        say("Stopped while starting")
    finally:
        run.stopping = True
        run.stop()


def _alone(env: environment.Env) -> IO[str]:
    lock = place.try_lock(env.data_dir / "run.lock")
    if lock is None:
        holder = (env.data_dir / "run.lock").read_text().strip() or "unknown"
        raise LaunchError(
            f"the help desk already runs on {env.data_dir} (process {holder}): stop that one, "
            f"or start another with its own DATA_DIR=… and PORT=…"
        )
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def _listen(env: environment.Env) -> socket.socket:
    family = socket.AF_INET6 if ":" in env.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Accepted connections inherit it; without it a kept-alive client waits for delayed ACKs (40 ms a page).
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((env.host, env.port))
    except socket.gaierror:
        raise LaunchError(f"HOST={env.host!r}: no such address on this machine", 2) from None
    except PermissionError:
        raise LaunchError(f"port {env.port} is for root only: choose another, PORT=8000") from None
    except OSError as problem:
        if problem.errno == errno.EADDRNOTAVAIL:
            raise LaunchError(f"HOST={env.host!r}: no such address on this machine", 2) from None
        way_out = f"stop what uses it, or choose another: make run PORT={env.port + 1 if env.port < 65535 else 8000}"
        raise LaunchError(f"port {env.port} on {env.host} is taken ({problem.strerror}): {way_out}") from None
    listener.listen(2048)
    return listener
