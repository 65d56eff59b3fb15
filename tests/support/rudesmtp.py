"""An SMTP server for torture: it keeps what it accepted, and on request refuses, hangs up, or loses its answer."""

import contextlib
import hashlib
import re
import socketserver
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes

GREETED = re.compile(r"<([^>]*)>")


@dataclass(frozen=True)
class Mail:
    """One accepted copy."""

    message_id: str
    recipient: str
    sha256: str
    data: bytes


@dataclass
class RudeSink:
    """`mood` is asked at each DATA and answers `ok`, `defer` (451), `hang up` (before any answer), `lose` (kept, but
    the 250 never arrives) or `last word` (250, and the line is cut). Recipients that begin with `nobody` get 550, those
    in `put_off` a 450 as many times as it says. `heard` is asked once a mail has come whole: true forgets it. `last` is
    the Message-ID whose 250 was the last answer of all, else empty.
    """

    mood: Callable[[], str] = lambda: "ok"
    put_off: Counter[str] = field(default_factory=Counter)
    heard: Callable[[], bool] | None = None
    kept: list[Mail] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    lost_answers: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    last: str = ""
    port: int = 0


class _Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    sink: RudeSink
    recipient = ""

    def handle(self) -> None:
        self.sink = self.server.sink  # type: ignore[attr-defined]  # the server class below has it
        with contextlib.suppress(OSError):
            self.say("220 ready")
            while line := self.rfile.readline():
                if not self.answer(line.decode("ascii", "replace").strip()):
                    return

    def say(self, line: str) -> bool:
        self.wfile.write(f"{line}\r\n".encode())
        return True

    def answer(self, line: str) -> bool:
        word = line.partition(" ")[0].upper()
        if word == "RCPT":
            return self.rcpt(line)
        if word == "DATA":
            self.say("354 go on")
            return self.data()
        return self.say("221 bye" if word == "QUIT" else "250 fine") and word != "QUIT"

    def rcpt(self, line: str) -> bool:
        found = GREETED.search(line)
        self.recipient = found[1] if found else ""
        if self.recipient.startswith("nobody"):
            return self.count("550") and self.say("550 5.1.1 no such person")
        with self.sink.lock:
            put_off = self.sink.put_off[self.recipient] > 0
            self.sink.put_off[self.recipient] -= put_off
        return self.count("450") and self.say("450 4.2.0 come back later") if put_off else self.say("250 ok")

    def count(self, what: str) -> bool:
        with self.sink.lock:
            self.sink.answers[what] += 1
            self.sink.last = ""
        return True

    def data(self) -> bool:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        if not line or (self.sink.heard is not None and self.sink.heard()):
            return False
        mood = self.sink.mood()
        self.count(mood)
        if mood == "defer":
            return self.say("451 4.3.0 not now")
        if mood == "hang up":
            return False
        self.keep(b"".join(lines), lost=mood == "lose")
        return mood != "lose" and self.say("250 kept") and mood != "last word"

    def keep(self, data: bytes, *, lost: bool) -> None:
        name = str(message_from_bytes(data)["Message-ID"])
        with self.sink.lock:
            self.sink.kept.append(Mail(name, self.recipient, hashlib.sha256(data).hexdigest(), data))
            self.sink.lost_answers[name] += lost
            self.sink.last = "" if lost else name


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, sink: RudeSink) -> None:
        self.sink = sink
        super().__init__(("127.0.0.1", 0), _Handler)


@contextlib.contextmanager
def serving(sink: RudeSink | None = None) -> Iterator[RudeSink]:
    """Serves on a free local port while the block runs."""
    sink = sink or RudeSink()
    server = _Server(sink)
    sink.port = int(server.server_address[1])
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
