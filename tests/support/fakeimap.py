"""A small IMAP server for tests, in a thread: real sockets, real literals. It can drop, stall, drip and renumber."""

import base64
import contextlib
import re
import select
import socketserver
import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

HUGE = 30_000_000
CUT_EVERY = 11
PARTIAL = re.compile(r"BODY\.PEEK\[\]<0\.(\d+)>")


@dataclass
class Mailbox:
    """What the server holds, and how it misbehaves.

    `drop_at`/`stall_at`/`babble_at`: the command (LOGIN, EXAMINE, SIZE, FETCH) at which it hangs up, falls silent or
    says `nonsense`, for the `times` next times. `refuse`: UIDs that it never hands over. `uid_next`: does it tell?
    `cuts`: so often it hangs up in the middle of a mail, once every `CUT_EVERY`. `huge`: mails that it calls larger
    than anybody reads. `liar`: it says that each mail is tiny. `peak`: the most mails
    that it was asked to list at once. `came`: the day of a mail; without one it came just now.
    """

    validity: int = 1
    mails: dict[int, bytes] = field(default_factory=dict)
    next_uid: int = 1
    password: str = "secret"
    drop_at: str = ""
    stall_at: str = ""
    times: int = 0
    babble_at: str = ""
    nonsense: bytes = b"* 1 FETCH (\r\n* nothing (((\r\n"
    refuse: set[int] = field(default_factory=set)
    uid_next: bool = True
    liar: bool = False
    peak: int = 0
    drip: bool = False
    idle: bool = False
    cuts: int = 0
    fetches: int = 0
    came: dict[int, date] = field(default_factory=dict)
    huge: set[bytes] = field(default_factory=set)
    port: int = 0
    said: list[str] = field(default_factory=list)

    def append(self, mail: bytes, uid: int | None = None) -> int:
        """Puts a mail into the folder and returns its UID."""
        uid = uid or self.next_uid
        self.mails[uid] = mail
        self.next_uid = max(self.next_uid, uid + 1)
        return uid

    def renumber(self) -> None:
        """As after a restored backup: a new UIDVALIDITY, all UIDs new."""
        self.validity += 1
        kept = list(self.mails.values())
        self.mails, self.next_uid = {}, 1
        for mail in kept:
            self.append(mail)

    def misbehaves(self, at: str) -> str:
        """ "drop", "stall" or "babble" when it is time to, else ""."""
        wanted = {self.drop_at: "drop", self.stall_at: "stall", self.babble_at: "babble"}
        what = wanted.get(at, "")
        if not what or self.times <= 0:
            return ""
        self.times -= 1
        return what


class _Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    box: Mailbox

    def handle(self) -> None:
        self.box = self.server.box  # type: ignore[attr-defined]  # the server class below has it
        with contextlib.suppress(OSError):
            self.wfile.write(b"* OK ready\r\n")
            while line := self.rfile.readline():
                if not self.answer(line.decode("utf-8", "replace").strip()):
                    return

    def answer(self, line: str) -> bool:
        tag, _, rest = line.partition(" ")
        command = rest.partition(" ")[0].upper()
        name = self.step(command, rest)
        self.box.said.append(name)
        fault = self.box.misbehaves(name)
        if fault == "stall":
            time.sleep(3)
        if fault == "babble":
            self.wfile.write(self.box.nonsense)
        elif fault:
            return False
        done = self.replies(name, rest)
        self.wfile.write(f"{tag} {done}\r\n".encode())
        return command != "LOGOUT"

    def step(self, command: str, rest: str) -> str:
        if command != "UID":
            return "EXAMINE" if command == "SELECT" else command
        if rest.split()[1].upper() == "SEARCH":
            return "SEARCH"
        return "SIZE" if "RFC822.SIZE" in rest else "FETCH"

    def replies(self, name: str, rest: str) -> str:
        reply = getattr(self, f"do_{name.lower()}", None)
        return str(reply(rest)) if reply else "OK done"

    def do_capability(self, rest: str) -> str:
        self.wfile.write(b"* CAPABILITY IMAP4rev1" + (b" IDLE" if self.box.idle else b"") + b"\r\n")
        return "OK done"

    def do_idle(self, rest: str) -> str:
        self.wfile.write(b"+ idling\r\n")
        count = len(self.box.mails)
        while not select.select([self.connection], [], [], 0.02)[0]:
            if len(self.box.mails) != count:
                count = len(self.box.mails)
                self.wfile.write(f"* {count} EXISTS\r\n".encode())
        self.rfile.readline()
        return "OK done"

    def do_login(self, rest: str) -> str:
        return "OK in" if self.box.password in rest else "NO [AUTHENTICATIONFAILED] wrong password"

    def do_authenticate(self, rest: str) -> str:
        self.wfile.write(b"+ \r\n")
        said = base64.b64decode(self.rfile.readline()).decode()
        if f"auth=Bearer {self.box.password}\x01" in said:
            return "OK in"
        self.wfile.write(b"+ " + base64.b64encode(b'{"status":"400"}') + b"\r\n")
        self.rfile.readline()
        return "NO [AUTHENTICATIONFAILED] Invalid credentials"

    def do_examine(self, rest: str) -> str:
        box = self.box
        self.wfile.write(f"* {len(box.mails)} EXISTS\r\n* OK [UIDVALIDITY {box.validity}] ok\r\n".encode())
        if box.uid_next:
            self.wfile.write(f"* OK [UIDNEXT {box.next_uid}] next\r\n".encode())
        return "OK [READ-ONLY] done"

    def do_size(self, rest: str) -> str:
        wanted = self.asked(rest.split()[2])
        self.box.peak = max(self.box.peak, len(wanted))
        lines = []
        for number, uid in enumerate(wanted, 1):
            mail = self.box.mails[uid]
            size = 10 if self.box.liar else HUGE if mail in self.box.huge else len(mail)
            lines.append(f"* {number} FETCH (UID {uid} RFC822.SIZE {size})\r\n")
        self.wfile.write("".join(lines).encode())
        return "OK done"

    def asked(self, words: str) -> list[int]:
        """The UIDs of the folder in `7`, `*` or `3:9`. Like real servers, a stretch beyond the end has the newest."""
        uids = sorted(self.box.mails)
        first, _, last = words.partition(":")
        if first == "*":
            return uids[-1:]
        if last and uids and int(first) > uids[-1]:
            return uids[-1:]
        if not last:
            return [int(first)] if int(first) in self.box.mails else []
        return uids[bisect_left(uids, int(first)) : bisect_right(uids, int(last))]

    def do_search(self, rest: str) -> str:
        since = datetime.strptime(rest.split()[3], "%d-%b-%Y").replace(tzinfo=UTC).date()
        there = [uid for uid in sorted(self.box.mails) if self.box.came.get(uid, date.max) >= since]
        self.wfile.write(f"* SEARCH {' '.join(map(str, there))}\r\n".encode())
        return "OK done"

    def do_fetch(self, rest: str) -> str:
        uid = int(rest.split()[2])
        mail = self.box.mails.get(uid)
        if uid in self.box.refuse:
            return "NO [SERVERBUG] cannot read this one"
        if mail is not None:
            part = PARTIAL.search(rest)
            mail = mail[: int(part[1])] if part else mail
            self.wfile.write(b"* 7 FETCH (FLAGS (\\Seen))\r\n")
            self.wfile.write(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(mail)}}}\r\n".encode())
            self.slowly(mail)
            self.wfile.write(b")\r\n")
        return "OK done"

    def slowly(self, mail: bytes) -> None:
        self.box.fetches += 1
        if self.box.cuts > 0 and self.box.fetches % CUT_EVERY == 0:
            self.box.cuts -= 1
            self.wfile.write(mail[: len(mail) // 2])
            raise ConnectionAbortedError
        if not self.box.drip:
            self.wfile.write(mail)
            return
        for at in range(len(mail)):
            self.wfile.write(mail[at : at + 1])
            time.sleep(0.05)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, box: Mailbox) -> None:
        self.box = box
        super().__init__(("127.0.0.1", 0), _Handler)


@contextlib.contextmanager
def serving(box: Mailbox | None = None) -> Iterator[Mailbox]:
    """Serves a mailbox on a free local port while the block runs."""
    box = box or Mailbox()
    server = _Server(box)
    box.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
