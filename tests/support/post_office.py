"""A small world of mail: our inboxes on one side, machines of all manners on the other, and a count of who said what.

Every mail is real bytes: ours as the adapter composes them, theirs as such programs write them.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from unittest.mock import patch

from tickets.actions import raw
from tickets.channels.email import smtp
from tickets.envelopes import SendResult
from tickets.models import Inbox


@dataclass(frozen=True)
class Letter:
    """One mail under way. `human`: a person wrote it."""

    sender: str
    recipient: str
    data: bytes
    human: bool = False

    @property
    def mail(self) -> EmailMessage:
        """Its headers and text."""
        parsed = message_from_bytes(self.data, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


Machine = Callable[["Letter", random.Random], list[Letter]]


@dataclass
class Office:
    """Carries letters until nobody writes any more. `machines`: address -> what answers there."""

    inboxes: list[Inbox]
    rng: random.Random
    machines: dict[str, Machine] = field(default_factory=dict)
    ours: list[Letter] = field(default_factory=list)
    waiting: list[Letter] = field(default_factory=list)
    human: int = 0

    def hand_over(self, inbox: Inbox, sender: str, recipient: str, data: bytes) -> SendResult:
        """What our SMTP client calls."""
        letter = Letter(sender, recipient, data)
        self.ours.append(letter)
        for address, machine in self.machines.items():
            if address in (recipient, "*"):
                self.waiting += machine(letter, self.rng)
        return SendResult(ok=True)

    def post(self, letter: Letter) -> None:
        """Somebody outside writes."""
        self.human += letter.human
        self.waiting.append(letter)

    def round(self) -> int:
        """Brings what waits to our inboxes; how many there were."""
        letters, self.waiting = self.waiting, []
        for letter in letters:
            for inbox in self.inboxes:
                local = inbox.address.partition("@")[0]
                there = letter.recipient.lower()
                if there.partition("+")[0] == local or there == inbox.address:
                    stamp = f"Return-Path: <{letter.sender}>\r\nDelivered-To: {letter.recipient}\r\n".encode()
                    row = raw.take_in(inbox, stamp + letter.data)
                    if row is not None:
                        raw.process(row.pk)
        return len(letters)

    @contextmanager
    def open(self) -> Iterator[None]:
        """While open, what we send goes through this office."""
        with patch.object(smtp, "send", self.hand_over):
            yield


def write(sender: str, recipient: str, subject: str, body: str, **headers: str) -> bytes:
    """A mail's bytes."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, recipient, subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    return mail.as_bytes(policy=policy.SMTP)
