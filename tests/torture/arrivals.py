"""What arrives in stage T1: mails made by a seed, each delivery with the way it takes, and how each way is walked."""

import hashlib
import hmac
import json
import random
import smtplib
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as CRLF
from http.client import HTTPConnection

from helpdesk.core.clock import now
from tests.torture.rig import ROOT, Rig

SECRET = "c2VjcmV0LW9mLXRoZS1ob29r"
INBOXES = {
    "imap1": "one@desk.example",
    "imap2": "two@desk.example",
    "pop": "six@desk.example",
    "smtp": "three@desk.example",
    "lmtp": "four@desk.example",
    "hook": "five@desk.example",
    "pipe": "three@desk.example",
    "import": "four@desk.example",
}
UNIQUE = {"imap1": 350, "imap2": 250, "pop": 100, "smtp": 350, "lmtp": 300, "hook": 250, "import": 180, "pipe": 20}
AGAIN = {"imap1": 60, "imap2": 20, "pop": 10, "smtp": 100, "lmtp": 80, "hook": 70, "import": 60}
PAIRS = {"imap1": 20, "smtp": 20, "hook": 20}
POISON = {"imap1": 5, "pop": 5, "smtp": 10, "lmtp": 10, "hook": 5, "import": 5}
OVERSIZE = {"imap1": 10, "imap2": 10, "smtp": 10, "lmtp": 10}
FAR_TOO_MUCH = 27 * 1024 * 1024


@dataclass(frozen=True)
class Delivery:
    """One mail on one way. `kind`: unique, again, pair, poison or oversize."""

    way: str
    kind: str
    mark: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass
class Post:
    """Makes the deliveries of a stage, the same for the same seed."""

    seed: int
    scale: float = 1.0
    made: int = 0

    def deliveries(self) -> list[Delivery]:
        """All of them, shuffled."""
        chance, found = random.Random(self.seed), list[Delivery]()
        for way, count in self._of(UNIQUE):
            found += [self._one(way, "unique") for _ in range(count)]
        for way, count in self._of(PAIRS):
            for number in range(count):
                ident = f"<reused-{way}-{number}@example.com>"
                found += [self._one(way, "pair", ident) for _ in range(2)]
        for way, count in self._of(POISON):
            found += [self._one(way, "poison", number=number) for number in range(count)]
        for way, count in self._of(OVERSIZE):
            found += [self._one(way, "oversize") for _ in range(count)]
        found += self._repeats(found)
        chance.shuffle(found)
        return found

    def _of(self, sizes: dict[str, int]) -> list[tuple[str, int]]:
        return [(way, max(1, round(count * self.scale))) for way, count in sizes.items()]

    def _repeats(self, first: Sequence[Delivery]) -> list[Delivery]:
        """The same bytes again: by the same way, or, of the first IMAP inbox's, in the second's too."""
        found: list[Delivery] = []
        for way, count in self._of(AGAIN):
            known = [one for one in first if one.way == way and one.kind == "unique"]
            to = "imap2" if way == "imap1" else way
            found += [Delivery(to, "again", one.mark, one.data) for one in known[:count]]
        return found

    def _one(self, way: str, kind: str, ident: str = "", number: int = 0) -> Delivery:
        self.made += 1
        mark = f"arrival-{self.seed:04}-{self.made:06}"
        mail = EmailMessage()
        mail["From"] = f"Person {self.made % 300} <p{self.made % 300}@example.com>"
        mail["To"] = INBOXES[way]
        mail["Subject"] = f"Matter {self.made}"
        mail["Message-ID"] = ident or f"<{mark}@example.com>"
        mail.set_content(f"Please look at {mark}.\n")
        data = mail.as_bytes(policy=CRLF)
        return Delivery(way, kind, mark, _poisoned(data, number) if kind == "poison" else data)


def _poisoned(data: bytes, number: int) -> bytes:
    """Beyond what we agree to read: too many headers, too long ones, too many people."""
    harm = (
        b"".join(b"X-%d: a\r\n" % n for n in range(1200)),
        b"".join(b"X-%d: %s\r\n" % (n, b"a" * 900) for n in range(320)),
        b"Cc: " + b",\r\n ".join(b"c%d@example.com" % n for n in range(600)) + b"\r\n",
    )
    return harm[number % len(harm)] + data


class Ways:
    """Walks each way once. True: they said that they have it. False: try again. None: refused for good."""

    def __init__(self, rig: Rig, ports: dict[str, int], hook: str, pipe_deaths: Sequence[str]) -> None:
        self.rig, self.ports, self.hook = rig, ports, hook
        self.pipe_deaths = list(pipe_deaths)
        self.strange: Counter[str] = Counter()
        self.late = 0

    def walk(self, one: Delivery) -> bool | None:
        """By the way that the delivery names."""
        try:
            if one.way in ("smtp", "lmtp"):
                return self._smtp(one)
            return self._hook(one) if one.way == "hook" else self._pipe(one)
        except subprocess.TimeoutExpired:
            self.late += 1
            return False
        except (OSError, smtplib.SMTPException, ValueError):
            return False

    def _smtp(self, one: Delivery) -> bool | None:
        kind = smtplib.SMTP if one.way == "smtp" else smtplib.LMTP
        with kind("127.0.0.1", self.ports[one.way], "client.example", timeout=20) as line:
            line.ehlo("client.example") if one.way == "smtp" else line.ehlo()
            size = FAR_TOO_MUCH if one.kind == "oversize" else len(one.data)
            code, _ = line.mail("p@example.com", [f"size={size}"])
            code = code if code != 250 else line.rcpt(INBOXES[one.way])[0]
            code = code if code != 250 else line.data(one.data)[0]
        return self._judged(f"{one.way} {code}", code == 250, code in (552,) and one.kind == "oversize", code < 500)

    def _hook(self, one: Delivery) -> bool | None:
        data = {"id": one.mark, "raw": one.data.decode()}
        body = json.dumps({"type": "inbound.message", "data": data, "created_at": now().isoformat()}).encode()
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        line = HTTPConnection("127.0.0.1", self.ports["web"], timeout=10)
        try:
            line.request("POST", self.hook, body, {"Content-Type": "application/json", "Signature": signature})
            code = line.getresponse().status
        except Exception as fault:
            raise OSError from fault
        finally:
            line.close()
        return self._judged(f"hook {code}", code == 200, refused=False, later=code in (429, 503))

    def _pipe(self, one: Delivery) -> bool | None:
        at = {"CHAOS_AT": self.pipe_deaths[0]} if self.pipe_deaths else {}
        words = [sys.executable, "manage.py", "receive_mail", "--inbox", INBOXES["pipe"]]
        done = subprocess.run(
            words, cwd=ROOT, env=self.rig.env | at, input=one.data, capture_output=True, timeout=60, check=False
        )
        if done.returncode == -9:
            self.rig.kills["pipe"] += 1
            self.pipe_deaths.pop(0)
            return False
        return self._judged(f"pipe {done.returncode}", done.returncode == 0, refused=False, later=done.returncode == 75)

    def _judged(self, what: str, kept: bool, refused: bool, later: bool) -> bool | None:
        if kept or refused:
            return True if kept else None
        if not later:
            self.strange[what] += 1
        return False
