"""One file store behind an interface. A blob is on disk, fsynced, before its row commits.

Blobs are named by their SHA-256, so writing one twice is harmless and a path never holds a sender's words.
"""

import hashlib
import os
import secrets
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

from helpdesk.core import clock, failpoints, rows, timers
from helpdesk.core.models import StoredFile

FRESH = timedelta(minutes=5)
SWEEP = "helpdesk.core.files.sweep"


class FileStore(Protocol):
    """Keeps bytes and gives them back."""

    def put(self, data: bytes) -> str:
        """Keeps `data` durably; returns its SHA-256 in hex."""
        ...

    def get(self, sha256: str) -> bytes:
        """The bytes again. Raises FileNotFoundError."""
        ...

    def drop(self, sha256: str) -> bool:
        """Forgets the bytes, unless they were put within the last minutes (False); a repeat is harmless."""
        ...


class DiskStore:
    """Files 0600 in folders 0700 under FILES_DIR."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256[2:]

    def put(self, data: bytes) -> str:
        """Writes beside, syncs, renames, syncs the folder: after a crash there is the whole file or none."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(sha256)
        if path.exists() and path.stat().st_size == len(data):
            os.utime(path)  # so that a sweep which is about to unlink it waits for our row
            return sha256
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = path.with_name(f".{secrets.token_hex(8)}")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        failpoints.reach("file.written")
        return sha256

    def get(self, sha256: str) -> bytes:
        """Reads the blob."""
        return self._path(sha256).read_bytes()

    def drop(self, sha256: str) -> bool:
        """Unlinks the blob."""
        path = self._path(sha256)
        if path.exists() and time.time() - path.stat().st_mtime < FRESH.total_seconds():
            return False
        path.unlink(missing_ok=True)
        return True


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store() -> FileStore:
    """The store of this installation."""
    return DiskStore(Path(settings.FILES_DIR))


def save(data: bytes) -> StoredFile:
    """Keeps `data` and writes its row."""
    sha256 = store().put(data)
    return rows.add(StoredFile(token=new_token(), sha256=sha256, size=len(data), created_at=clock.now()))


def names(file: StoredFile, words: Iterable[bytes]) -> bool:
    """Whether one of these words (in lower case) stands in the file as it lies; in one that is gone, none does."""
    try:
        data = read(file).lower()
    except FileNotFoundError:
        return False
    return any(word in data for word in words)


def new_token() -> str:
    """The public name of a file: 256 bits of chance."""
    return secrets.token_urlsafe(32)


def read(file: StoredFile) -> bytes:
    """The bytes of a stored file."""
    return store().get(file.sha256)


def erase(file: StoredFile) -> None:
    """Forgets a file for good: its row now, its bytes ten minutes after this transaction, if no other row has them."""
    file.delete()
    _sweep_later(file.sha256)


def blank(file: StoredFile) -> None:
    """As erase(), but keeps an empty row for those who must remember that a file was there."""
    sha256, file.sha256, file.size = file.sha256, store().put(b""), 0
    file.save(update_fields=["sha256", "size"])
    _sweep_later(sha256)


def _sweep_later(sha256: str) -> None:
    timers.schedule(SWEEP, f"file:{sha256}", clock.now() + 2 * FRESH, {"sha256": sha256})


def sweep(payload: dict[str, Any]) -> None:
    """The timer's end: unlinks bytes that no row names any more; bytes that somebody just put again wait longer."""
    sha256 = payload["sha256"]
    if not StoredFile.objects.filter(sha256=sha256).exists() and not store().drop(sha256):
        _sweep_later(sha256)
