"""Who is at a ticket now."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import TextField, Value

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock
from tickets.models import Draft, Presence, Ticket

PRESENT_SECONDS = 45


def present(ticket: Ticket, actor: Actor) -> list[Presence]:
    """Colleagues who look at the ticket or write in it now."""
    since = clock.now() - timedelta(seconds=PRESENT_SECONDS)
    rows = Presence.objects.filter(ticket=ticket, seen_at__gte=since).exclude(user_id=actor.pk)
    return list(rows.select_related("user").order_by("user__name"))


@dataclass(frozen=True)
class Beside:
    """A colleague at the ticket, or a text that somebody typed and has not sent."""

    user_id: int
    user: User
    mode: str
    body: str


def beside(ticket: Ticket, actor: Actor) -> tuple[list[Beside], list[Beside]]:
    """Who else is here, and all drafts of the ticket; one query."""
    since = clock.now() - timedelta(seconds=PRESENT_SECONDS)
    here = Presence.objects.filter(ticket=ticket, seen_at__gte=since).exclude(user_id=actor.pk)
    nothing = Value("", output_field=TextField())
    rows = here.values_list(Value("here"), "user_id", "user__name", "mode", nothing).union(
        Draft.objects.filter(ticket=ticket).values_list(Value("draft"), "user_id", "user__name", "mode", "body"),
        all=True,
    )
    found: dict[str, list[Beside]] = {"here": [], "draft": []}
    for what, pk, name, mode, body in sorted(rows, key=lambda row: str(row[2])):
        found[what].append(Beside(pk, User(pk=pk, name=name), mode, body))
    return found["here"], found["draft"]


def replying(ticket: Ticket, actor: Actor) -> Presence | None:
    """A colleague who is writing an answer to the customer now."""
    return next((each for each in present(ticket, actor) if each.mode == "replying"), None)
