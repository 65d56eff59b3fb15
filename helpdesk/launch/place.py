"""Where things live on this machine and as whom the servers run. Never widens a directory it did not make."""

import ctypes
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import IO

SHARED = Path("/var/lib/helpdesk")
SHORT = Path("/tmp")  # noqa: S108 - sockets need a short path; own_dir() refuses what is not ours
SOCKET_PATH_LIMIT = 80
CLONE_NEWUSER = 0x10000000


class LaunchError(Exception):
    """One line a person can act on. `code` is the exit code."""

    def __init__(self, line: str, code: int = 1) -> None:
        super().__init__(line)
        self.code = code


@dataclass(frozen=True)
class Account:
    """The system account a server runs as, when that is not ours."""

    uid: int
    gid: int


def say(line: str) -> None:
    """One progress line, to stderr so that a command's own output stays clean."""
    print(line, file=sys.stderr, flush=True)


def is_root() -> bool:
    """True when we could become somebody else."""
    return os.geteuid() == 0


def account_for(existing: Path) -> Account | None:
    """Whose server it is: PostgreSQL refuses root, so root starts it as the owner of the data or as nobody."""
    if not is_root():
        return None
    if existing.exists() and existing.stat().st_uid:
        found = existing.stat()
        return Account(found.st_uid, found.st_gid)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def run_as(account: Account | None, *args: str | Path, output: IO[bytes] | None = None) -> int:
    """Runs a program as `account` in a neutral environment; its exit code.

    Output goes to a file or nowhere: a pipe would stay open as long as a daemon that the program leaves behind.
    """
    result = subprocess.run(
        [str(arg) for arg in args],
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"},
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=output or subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        preexec_fn=None if account else _named(),
    )
    return result.returncode


def _named() -> Callable[[], None] | None:
    """initdb refuses a user id without a name (as containers give). Such a user calls itself nobody in a namespace."""
    try:
        pwd.getpwuid(os.geteuid())
        return None
    except KeyError:
        if not sys.platform.startswith("linux"):
            return None
    libc, ours, nobody = ctypes.CDLL(None), (os.geteuid(), os.getegid()), pwd.getpwnam("nobody")

    def enter() -> None:
        if libc.unshare(CLONE_NEWUSER) == 0:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{nobody.pw_uid} {ours[0]} 1")
            Path("/proc/self/gid_map").write_text(f"{nobody.pw_gid} {ours[1]} 1")

    return enter


def may(account: Account | None, test: str, path: Path) -> bool:
    """Asks the kernel, as that account, for `-x`, `-r` … on a path."""
    return run_as(account, "/bin/sh", "-c", f'test {test} "$1"', "sh", path) == 0


def make_data_dir(path: Path) -> None:
    """Makes $DATA_DIR. Under root others may pass through (the database server is not root), not look."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not any(path.iterdir()):
            path.chmod(0o711 if is_root() else 0o700)
        writable = os.access(path, os.W_OK | os.X_OK)
        if writable:
            (path / "assets").mkdir(exist_ok=True)
    except FileExistsError:
        raise LaunchError(f"DATA_DIR={path} is not a folder: choose another, DATA_DIR=…", 2) from None
    except OSError as problem:
        raise LaunchError(f"DATA_DIR={path}: {problem.strerror}", 2) from None
    if not writable:
        raise LaunchError(f"DATA_DIR={path} belongs to another user: choose another, DATA_DIR=…", 2)


def shared_dir() -> Path:
    """The place for root's servers when the checkout lies behind a closed door."""
    return open_dir(SHARED, 0o755)


def open_dir(path: Path, mode: int) -> Path:
    """Makes a directory with exactly this mode, whatever the umask; leaves one that exists as it is."""
    if not path.exists():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
    return path


def tag(path: Path) -> str:
    """A short name that belongs to this path alone."""
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def own_dir(path: Path, account: Account | None) -> Path:
    """A 0700 directory of that account; refuses one that somebody else put there."""
    path.mkdir(mode=0o700, exist_ok=True)
    if account and path.lstat().st_uid == os.geteuid():
        os.chown(path, account.uid, account.gid)
    if path.is_symlink() or path.lstat().st_uid != (account.uid if account else os.geteuid()):
        raise LaunchError(f"{path} belongs to another user; remove it")
    return path


def socket_dir(home: Path, account: Account | None) -> Path:
    """`home` itself, or a short directory of our own when a socket's path would not fit the kernel's limit."""
    if len(os.fsencode(home)) <= SOCKET_PATH_LIMIT:
        return home
    return own_dir(SHORT / f"helpdesk-{os.geteuid()}-{tag(home)}", account)


def copy_open(source: Path, target: Path) -> Path:
    """Copies a tree so that every account may read and run it; complete or not there at all."""
    if not target.exists():
        half = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(source, half, symlinks=True)
        for entry in [half, *half.rglob("*")]:
            if not entry.is_symlink():
                entry.chmod(entry.stat().st_mode | (0o555 if entry.is_dir() or os.access(entry, os.X_OK) else 0o444))
        half.rename(target)
    return target


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process at a time is in here; a crash lets go."""
    with path.open("a") as handle:
        flock(handle, LOCK_EX)
        yield


def try_lock(path: Path) -> IO[str] | None:
    """The open, locked file, or None when another process holds it."""
    handle = path.open("a+")
    try:
        flock(handle, LOCK_EX | LOCK_NB)
    except OSError:
        handle.close()
        return None
    return handle


def retry(times: int, wait: float) -> Iterator[int]:
    """Counts down to 0 with a pause between."""
    for left in range(times, -1, -1):
        yield left
        time.sleep(wait)
