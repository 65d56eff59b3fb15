"""Connections to SMTP servers that stay open between copies: one per thread and server, for half a minute."""

import smtplib
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

S = TypeVar("S", bound=Hashable)
IDLE_SECONDS = 30.0
MOST_MAILS = 50


@dataclass
class _Kept:
    """An open connection, how many mails it has taken, and when it was last used."""

    connection: smtplib.SMTP
    mails: int = 0
    used_at: float = field(default_factory=time.monotonic)

    def is_fresh(self) -> bool:
        """Whether the server still answers on it."""
        if self.mails >= MOST_MAILS or time.monotonic() - self.used_at > IDLE_SECONDS:
            return False
        try:
            return self.connection.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False


class _Shelf(threading.local):
    def __init__(self) -> None:
        self.kept: dict[Hashable, _Kept] = {}


_shelf = _Shelf()


@contextmanager
def borrowed(server: S, opened: Callable[[S], smtplib.SMTP]) -> Iterator[smtplib.SMTP]:
    """A connection to use for one mail. After any fault it is closed, since nobody knows where the dialogue stands."""
    kept = _taken(server) or _Kept(opened(server))
    try:
        yield kept.connection
    except BaseException:
        kept.connection.close()
        raise
    kept.mails += 1
    kept.used_at = time.monotonic()
    _shelf.kept[server] = kept


def _taken(server: Hashable) -> _Kept | None:
    kept = _shelf.kept.pop(server, None)
    if kept is None or kept.is_fresh():
        return kept
    kept.connection.close()
    return None
