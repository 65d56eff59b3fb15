"""Who may see what is remembered, and when it has become old. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.core.actor import Actor

MOST = 100
OLD = timedelta(days=365)


@dataclass(frozen=True)
class Source:
    """Where a fact was said: a ticket's number, a message's id, and when."""

    ticket: int | None = None
    message: int | None = None
    said_at: datetime | None = None


def tidy(text: str) -> str:
    """The words on one line, without what no reader sees."""
    return " ".join(text.replace("\x00", "").split())


def may_see(actor: Actor, sight: str, team_id: int | None, customer_id: int | None = None) -> bool:
    """Customers see what is theirs and meant for them too; staff see all but what another team keeps to itself."""
    if actor.kind == "customer":
        return sight == "customer" and actor.customer_id == customer_id
    if sight != "team" or actor.kind == "system" or actor.role == "admin":
        return True
    return team_id in actor.team_ids


def is_old(said_at: datetime, confirmed_at: datetime | None, now: datetime) -> bool:
    """Whether somebody should ask if it still holds: a year without a word about it."""
    return now - max(said_at, confirmed_at or said_at) >= OLD
