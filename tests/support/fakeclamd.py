"""A clamd for tests: INSTREAM over TCP or a unix socket; EICAR is a virus, as everywhere."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MOST = 100_000


class Clamd:
    """`sizes`: what it was given. `sick`: it answers nonsense."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.sick = False

    def answer(self, line: socket.socket) -> None:
        """One session."""
        stream = line.makefile("rb")
        assert stream.read(10) == b"zINSTREAM\0"
        data = b""
        while size := struct.unpack(">I", stream.read(4))[0]:
            data += stream.read(size)
            if len(data) > MOST:
                line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.sizes.append(len(data))
        if self.sick:
            line.sendall(b"COMMAND READ TIMED OUT\0")
        elif EICAR in data:
            line.sendall(b"stream: Eicar-Test-Signature FOUND\0")
        else:
            line.sendall(b"stream: OK\0")


@contextlib.contextmanager
def serving(place: Path | None = None) -> Iterator[tuple[Clamd, str]]:
    """The fake and what `SCANNER` must say, while the block runs."""
    clamd = Clamd()
    if place:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(place))
        listener.listen()
        where = f"clamd:unix:{place}"
    else:
        listener = socket.create_server(("127.0.0.1", 0))
        where = f"clamd:127.0.0.1:{listener.getsockname()[1]}"

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = listener.accept()
                with line:
                    clamd.answer(line)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield clamd, where
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
