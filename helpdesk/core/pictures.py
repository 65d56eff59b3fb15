"""Strangers' pictures and PDFs, drawn anew by a child process that has little memory, little time and no files.

What comes back are pixels in a PNG or JPEG of ours: nothing that a sender wrote reaches a browser as it came.
"""

import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp")
PDF = "application/pdf"
SMALL, LARGE = 320, 1600
MOST_BYTES = 25 * 1024 * 1024
SECONDS, WAIT_SECONDS = 6, 10
CHILD = Path(__file__).with_name("redraw.py")
LENGTH = struct.Struct(">I")
# A child may take 400 MB: this process has no more than two.
_turns = threading.BoundedSemaphore(2)


def draw(found: Sequence[bytes], side: int = LARGE) -> list[bytes]:
    """Each picture drawn anew, at most `side` pixels wide and high; b"" for what is no picture or too much of one."""
    return _child("picture", found, side)


def page(pdf: bytes, number: int, side: int = LARGE) -> bytes:
    """Page `number` (from 1) of a PDF as a picture; b"" when it cannot be shown."""
    return _child("page", [pdf], side, number)[0]


def pages(pdf: bytes) -> int:
    """How many pages a PDF has; 0 when it cannot be read."""
    answer = _child("count", [pdf])[0]
    return int(answer) if answer.isdigit() else 0


def kind_of(made: bytes) -> str:
    """The content type of what draw() and page() gave."""
    return "image/png" if made.startswith(b"\x89PNG") else "image/jpeg"


def _child(kind: str, found: Sequence[bytes], side: int = LARGE, number: int = 1) -> list[bytes]:
    given = [data if len(data) <= MOST_BYTES else b"" for data in found]
    if not any(given) or not _turns.acquire(timeout=WAIT_SECONDS):
        return [b""] * len(given)
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and the words are ours
            [sys.executable, "-I", str(CHILD), kind, str(side), str(number)],
            input=b"".join(LENGTH.pack(len(data)) + data for data in given),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            env={},
            cwd="/",
            check=False,
        )
        out = done.stdout
    except subprocess.TimeoutExpired:
        out = b""
    finally:
        _turns.release()
    return _answers(out, len(given))


def _answers(out: bytes, wanted: int) -> list[bytes]:
    """As many as were asked; those that a dying child did not give are empty."""
    made: list[bytes] = []
    at = 0
    while len(made) < wanted and at + LENGTH.size <= len(out):
        size = LENGTH.unpack_from(out, at)[0]
        piece = out[at + LENGTH.size : at + LENGTH.size + size]
        made.append(piece if len(piece) == size else b"")
        at += LENGTH.size + size
    return made + [b""] * (wanted - len(made))
