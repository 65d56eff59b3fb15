"""A small POP3 server for tests, in a thread. It can hang up, refuse a mail, and forget what it was told to delete."""

import contextlib
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Maildrop:
    """What the server holds, by UIDL. `drop_at`: the command at which it hangs up, `times` times."""

    mails: dict[str, bytes] = field(default_factory=dict)
    password: str = "secret"
    drop_at: str = ""
    times: int = 0
    refuse: set[str] = field(default_factory=set)
    uidl: bool = True
    port: int = 0
    said: list[str] = field(default_factory=list)

    def append(self, mail: bytes, uid: str = "") -> str:
        """Puts a mail into the drop."""
        uid = uid or f"u{len(self.mails) + 1}"
        self.mails[uid] = mail
        return uid


class _Handler(socketserver.StreamRequestHandler):
    box: Maildrop

    def handle(self) -> None:
        self.box = self.server.box  # type: ignore[attr-defined]  # the server class below has it
        self.order, self.gone = list(self.box.mails), set[str]()
        with contextlib.suppress(OSError):
            self.wfile.write(b"+OK ready\r\n")
            while line := self.rfile.readline():
                name, _, rest = line.decode().strip().partition(" ")
                self.box.said.append(name.upper())
                if name.upper() == self.box.drop_at and self.box.times > 0:
                    self.box.times -= 1
                    return
                self.wfile.write(getattr(self, f"do_{name.lower()}", self.unknown)(rest))
                if name.upper() == "QUIT":
                    return

    def unknown(self, rest: str) -> bytes:
        return b"-ERR what?\r\n"

    def do_user(self, rest: str) -> bytes:
        return b"+OK\r\n"

    def do_pass(self, rest: str) -> bytes:
        return b"+OK in\r\n" if rest == self.box.password else b"-ERR [AUTH] wrong password\r\n"

    def do_auth(self, rest: str) -> bytes:
        method, _, said = rest.partition(" ")
        return b"+OK in\r\n" if method == "XOAUTH2" and said == self.box.password else b"-ERR [AUTH] bad token\r\n"

    def do_uidl(self, rest: str) -> bytes:
        if not self.box.uidl:
            return b"-ERR no UIDL\r\n"
        return self.many(f"{number} {uid}" for number, uid in enumerate(self.order, 1))

    def do_list(self, rest: str) -> bytes:
        return self.many(f"{number} {len(self.box.mails[uid])}" for number, uid in enumerate(self.order, 1))

    def many(self, lines: Iterator[str]) -> bytes:
        return ("+OK\r\n" + "".join(f"{line}\r\n" for line in lines) + ".\r\n").encode()

    def do_retr(self, rest: str) -> bytes:
        uid = self.order[int(rest.split()[0]) - 1]
        if uid in self.box.refuse:
            return b"-ERR cannot read this one\r\n"
        lines = self.box.mails[uid].replace(b"\r\n", b"\n").split(b"\n")
        stuffed = [b"." + line if line.startswith(b".") else line for line in lines]
        return b"+OK\r\n" + b"\r\n".join(stuffed).removesuffix(b"\r\n") + b"\r\n.\r\n"

    do_top = do_retr

    def do_dele(self, rest: str) -> bytes:
        self.gone.add(self.order[int(rest) - 1])
        return b"+OK\r\n"

    def do_quit(self, rest: str) -> bytes:
        for uid in self.gone:
            self.box.mails.pop(uid, None)
        return b"+OK bye\r\n"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, box: Maildrop) -> None:
        self.box = box
        super().__init__(("127.0.0.1", 0), _Handler)


@contextlib.contextmanager
def serving(box: Maildrop | None = None) -> Iterator[Maildrop]:
    """Serves a drop on a free local port while the block runs."""
    box = box or Maildrop()
    server = _Server(box)
    box.port = int(server.server_address[1])
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
