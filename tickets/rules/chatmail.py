"""When an answer that nobody read in the chat leaves by mail. Pure (guarantees.md, row 123)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

UNREAD = timedelta(minutes=3)
READING = timedelta(seconds=30)
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True)
class Unread:
    """What is known: when the oldest unread answer was written (None: there is none), when the visitor's page last
    spoke to us, whether they have gone for good (they said so, or the chat is over), and whether an address is known.
    """

    oldest: datetime | None
    seen_at: datetime
    gone: bool
    reachable: bool


@dataclass(frozen=True)
class Verdict:
    """Mail it now, look again at `again`, or neither."""

    mail: bool = False
    again: datetime | None = None


def decide(unread: Unread, now: datetime) -> Verdict:
    """After three minutes, or at once to whoever has gone. Never to a page that is being read right now: a page that
    speaks to us is given a moment to say that it was read, but not for ever, for it may lie in a forgotten tab."""
    if unread.oldest is None or not unread.reachable:
        return Verdict()
    due = unread.oldest if unread.gone else unread.oldest + UNREAD
    if now < due:
        return Verdict(again=due)
    patience = READING if unread.gone else PATIENCE
    quiet = min(unread.seen_at + READING, unread.oldest + patience)
    return Verdict(again=quiet) if now < quiet else Verdict(mail=True)
