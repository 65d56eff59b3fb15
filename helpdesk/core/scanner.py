"""The operator's virus scanner (`SCANNER`): clamd by its socket, or a command that is given a file.

A command says it as clamscan does: 0 clean, 1 infected, anything else: it could not look.
"""

import socket
import struct
import subprocess
import tempfile
from dataclasses import dataclass

from django.conf import settings

SECONDS, PIECE = 60.0, 64 * 1024


class Away(Exception):
    """The scanner did not answer, or not with a verdict: ask again later."""


@dataclass(frozen=True)
class Verdict:
    """`state`: clean, infected, or unscanned (bigger than the scanner takes). `name`: what it found."""

    state: str
    name: str = ""


def scan(data: bytes) -> Verdict:
    """What the scanner says of these bytes. Never inside a transaction. Raises Away."""
    kind, _, where = settings.SCANNER.partition(":")
    if not kind:
        return Verdict("unscanned")
    try:
        return _by_command(where, data) if kind == "command" else _by_clamd(where, data)
    except (OSError, OverflowError, subprocess.TimeoutExpired) as error:
        raise Away(f"{type(error).__name__}: {error}"[:200]) from error


def _by_clamd(where: str, data: bytes) -> Verdict:
    """INSTREAM: pieces behind their length, an empty one at the end, one line back."""
    with _line(where) as line:
        line.sendall(b"zINSTREAM\0")
        try:
            for at in range(0, len(data), PIECE):
                piece = data[at : at + PIECE]
                line.sendall(struct.pack(">I", len(piece)) + piece)
            line.sendall(struct.pack(">I", 0))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it answers early to what is too big for it
        return _read(_answer(line))


def _line(where: str) -> socket.socket:
    kind, _, path = where.partition(":")
    if kind == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        line.connect(path)
        return line
    host, _, port = where.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)


def _answer(line: socket.socket) -> str:
    got = b""
    while b"\0" not in got and len(got) < 1000 and (more := line.recv(1000)):
        got += more
    return got.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _read(answer: str) -> Verdict:
    if answer.endswith(" OK"):
        return Verdict("clean")
    if answer.endswith(" FOUND"):
        return Verdict("infected", answer.removesuffix(" FOUND").partition(": ")[2][:100])
    if "size limit" in answer:
        return Verdict("unscanned", "too big for the scanner")
    raise Away(f"it said {answer[:100]!r}")


def _by_command(path: str, data: bytes) -> Verdict:
    with tempfile.NamedTemporaryFile(prefix="helpdesk-scan-") as file:
        file.write(data)
        file.flush()
        done = subprocess.run(  # noqa: S603 - the operator named this program
            [path, file.name], capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL, check=False
        )
    if done.returncode not in (0, 1):
        raise Away(f"{path} ended with {done.returncode}")
    if not done.returncode:
        return Verdict("clean")
    said = done.stdout.decode("utf-8", "replace").replace(file.name, "").strip(": \n")
    return Verdict("infected", said.split("\n")[0].removesuffix(" FOUND")[:100])
