"""Whether, until when and how we may write to somebody by a channel: known before the first letter is typed. Pure.

Sources: WhatsApp Business Platform, "Customer service windows" (24 hours, then approved templates only); Messenger
Platform and Instagram Messaging, "24-hour standard messaging window" and the HUMAN_AGENT tag (7 days).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

DAY, WEEK = timedelta(hours=24), timedelta(days=7)
HUMAN_AGENT = "HUMAN_AGENT"
# One private message may answer what somebody said in public (Meta, "Private Replies"; 7 days).
PRIVATE_REPLY = "PRIVATE_REPLY"
# Kinds of inboxes that are read and written through tickets/happenings.py.
VOICES = frozenset(
    ("telegram", "whatsapp", "messenger", "instagram", "line", "viber", "bale", "eitaa", "rubika", "sms", "generic")
)
# Kinds whose window closes by itself.
CLOSES = frozenset(("whatsapp", "messenger", "instagram"))
# Who may be written to first; with WhatsApp, by a template.
FIRST = frozenset(("sms", "whatsapp", "generic"))
# What costs money by the message, beyond the provider's own fee: said before it is sent.
COSTS = frozenset(("sms", "whatsapp", "line", "viber"))


@dataclass(frozen=True)
class Window:
    """`state`: open; tagged (open for people's own words, with `tag`); template (only approved words); closed.

    `until`: when this state ends, None: it does not by itself. `why`: "", never, over, stopped.
    """

    state: str
    until: datetime | None = None
    why: str = ""
    tag: str = ""

    @property
    def takes_words(self) -> bool:
        """Whether free words may be sent now."""
        return self.state in ("open", "tagged")


def window(
    kind: str,
    *,
    last_in: datetime | None,
    stopped: datetime | None,
    now: datetime,
    has_templates: bool = True,
    public_at: datetime | None = None,
) -> Window:
    """How we may write in private by an inbox of this kind to somebody who wrote there at `last_in` last, and in public
    at `public_at`. What is said in public may be answered there whenever it is."""
    if stopped is not None:
        return Window("closed", why="stopped")
    if kind == "whatsapp":
        closed = Window("template" if has_templates else "closed", why="over" if last_in else "never")
        return _within(last_in, DAY, now) or closed
    if kind in ("messenger", "instagram"):
        return _within(last_in, DAY, now) or _late(last_in, public_at, now)
    if last_in is None:
        return Window("open") if kind in FIRST else Window("closed", why="never")
    return Window("open")


def _late(last_in: datetime | None, public_at: datetime | None, now: datetime) -> Window:
    """After the first day: what a person may still say, or the one private answer to a public word."""
    for since, tag in ((last_in, HUMAN_AGENT), (public_at, PRIVATE_REPLY)):
        found = _within(since, WEEK, now)
        if found is not None:
            return Window("tagged", found.until, tag=tag)
    return Window("closed", why="over" if last_in or public_at else "never")


def address_of(kind: str, value: str) -> str:
    """Somebody's handle as a network of this kind writes it: WhatsApp's numbers have no plus."""
    return value.removeprefix("+") if kind == "whatsapp" else value


def _within(last_in: datetime | None, span: timedelta, now: datetime) -> Window | None:
    return Window("open", last_in + span) if last_in is not None and now < last_in + span else None
