"""Whether a machine of ours may write, and what one failed address means. Pure (guarantees.md, invariant 6)."""

from dataclasses import dataclass
from datetime import timedelta

DAY = timedelta(days=1)
ECHO = timedelta(days=14)
NOBODY = frozenset(
    (
        *("noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "nobody"),
        *("mailer-daemon", "postmaster", "daemon", "bounce", "bounces"),
    )
)
GONE = ("5.1.", "5.2.1", "5.0.1")
HARD_BOUNCES = 3


@dataclass(frozen=True)
class Arrival:
    """What is known of a mail when it asks for an acknowledgement."""

    sender: str
    from_machine: bool
    held: bool
    is_ours: bool
    suspended: bool
    answered_lately: bool
    echoes: bool = False


def refusal(arrival: Arrival) -> str:
    """Why this mail gets no automatic answer, or "" when it does.

    `echo`: its subject repeats that of an automatic answer of ours, so a machine answered it. `muted`: this address had
    an automatic answer within a day; whoever writes may be a machine that does not say so (guarantees.md, row 20).
    """
    local = arrival.sender.rpartition("@")[0].lower().partition("+")[0]
    reasons = (
        (not arrival.sender or local in NOBODY, "nobody_there"),
        (arrival.from_machine, "machine"),
        (arrival.is_ours, "ourselves"),
        (arrival.held, "held"),
        (arrival.suspended, "suspended"),
        (arrival.echoes, "echo"),
        (arrival.answered_lately, "muted"),
    )
    return next((why for holds, why in reasons if holds), "")


def suspends(*, status_code: str, hard_bounces: int, complaint: bool) -> bool:
    """Whether mail to an address stops: its owner complained, nobody lives there, or it failed for good three times."""
    return complaint or status_code.startswith(GONE) or hard_bounces >= HARD_BOUNCES
