"""One file store behind an interface. A blob is on disk, fsynced, before its row commits.

Blobs are named by their SHA-256, so writing one twice is harmless and a path never holds a sender's words.
"""

import hashlib
import os
import secrets
from pathlib import Path
from typing import Protocol

from django.conf import settings

from helpdesk.core import clock, failpoints, rows
from helpdesk.core.models import StoredFile


class FileStore(Protocol):
    """Keeps bytes and gives them back."""

    def put(self, data: bytes) -> str:
        """Keeps `data` durably; returns its SHA-256 in hex."""
        ...

    def get(self, sha256: str) -> bytes:
        """The bytes again. Raises FileNotFoundError."""
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


def new_token() -> str:
    """The public name of a file: 256 bits of chance."""
    return secrets.token_urlsafe(32)


def read(file: StoredFile) -> bytes:
    """The bytes of a stored file."""
    return store().get(file.sha256)
