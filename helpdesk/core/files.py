"""One file store behind an interface. A blob is on disk, fsynced, before its row commits.

Blobs are named by their SHA-256, so writing one twice is harmless and a path never holds a sender's words.
"""

import hashlib
import io
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, Protocol

from django.conf import settings

from helpdesk.core import clock, failpoints, rows, timers
from helpdesk.core.models import StoredFile

FRESH = timedelta(minutes=5)
PIECE = 256 * 1024
SWEEP = "helpdesk.core.files.sweep"


class FileStore(Protocol):
    """Keeps bytes and gives them back."""

    def put(self, data: bytes) -> str:
        """Keeps `data` durably; returns its SHA-256 in hex."""
        ...

    def get(self, sha256: str) -> bytes:
        """The bytes again. Raises FileNotFoundError."""
        ...

    def put_from(self, source: IO[bytes]) -> str:
        """As put(), from where `source` stands to its end, a piece at a time."""
        ...

    def open(self, sha256: str) -> IO[bytes]:
        """The bytes again, to be read piece by piece and closed. Raises FileNotFoundError."""
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
        _keep(path, io.BytesIO(data))
        return sha256

    def put_from(self, source: IO[bytes]) -> str:
        """Reads `source` twice: for its name, then beside as put() does."""
        began, digest = source.tell(), hashlib.sha256()
        while piece := source.read(PIECE):
            digest.update(piece)
        source.seek(began)
        _keep(self._path(digest.hexdigest()), source)
        return digest.hexdigest()

    def open(self, sha256: str) -> IO[bytes]:
        """Opens the blob."""
        return self._path(sha256).open("rb")

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


def _keep(path: Path, source: IO[bytes]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{secrets.token_hex(8)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(source, file, PIECE)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    failpoints.reach("file.written")


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


def save_from(source: IO[bytes]) -> StoredFile:
    """As save(), for what is too large for memory: from where `source` stands to its end."""
    began = source.tell()
    sha256 = store().put_from(source)
    row = StoredFile(token=new_token(), sha256=sha256, size=source.tell() - began, created_at=clock.now())
    return rows.add(row)


def scratch() -> IO[bytes]:
    """A nameless place on the disk of the store, for what grows too large for memory: gone when closed or killed."""
    return tempfile.TemporaryFile(dir=settings.FILES_DIR)


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


def opened(file: StoredFile) -> IO[bytes]:
    """The bytes of a stored file, to be read piece by piece and closed."""
    return store().open(file.sha256)


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
