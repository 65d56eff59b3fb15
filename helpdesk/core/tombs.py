"""Keyed hashes by which the erased are known again, and by nobody else: a dump without the key tells nothing.

They stand in the database and in a file beside it (TOMBSTONES, one JSON object a line), for an older dump that is
restored has none of them. The file is fsynced before the erasing begins.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings


def keyed(text: str, purpose: str = "tombstone") -> str:
    """The HMAC-SHA256 of `text` under this installation's key for this purpose."""
    key = hashlib.sha256(f"helpdesk.{purpose}:{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def of_handle(kind: str, value: str) -> str:
    """The sign of a handle in its one spelling."""
    return keyed(f"handle\0{kind}\0{value}")


def of_message(header_id: str) -> str:
    """The sign of a Message-ID."""
    return keyed(f"message\0{header_id}")


def told(text: str) -> str:
    """A handle as the audit may tell it: the same one reads the same, and nobody reads whose it is."""
    return "#" + keyed(text.strip().lower(), "audit")[:16]


def _path() -> Path:
    return Path(settings.TOMBSTONES)


def carve(stones: Iterable[dict[str, Any]]) -> None:
    """Adds lines to the file, durably."""
    # A line that a crash cut short ends here, so that it spoils no other.
    text = "\n" + "".join(json.dumps(stone, sort_keys=True) + "\n" for stone in stones)
    handle = os.open(_path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "a") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def carved(path: Path | None = None) -> Iterator[dict[str, Any]]:
    """The lines of the file; a last one that was cut short by a crash is left out."""
    place = path or _path()
    if not place.exists():
        return
    with place.open() as file:
        for line in file:
            try:
                yield json.loads(line)
            except ValueError:
                continue
