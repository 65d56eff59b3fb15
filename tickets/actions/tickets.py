"""Opening a ticket."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from helpdesk.accounts.models import Team
from helpdesk.accounts.rules.policy import Actor, Facts, can
from helpdesk.core import clock, failpoints
from helpdesk.core.errors import Invalid, NotAllowed, Text
from helpdesk.core.events import emit
from helpdesk.core.search import vector
from tickets.actions import _shape, messages
from tickets.models import Inbox, Participant, Reason, Tag, Ticket


def open_row(
    *,
    by: Actor,
    subject: str,
    channel: str,
    customer: Customer,
    inbox: Inbox | None = None,
    team: Team | None = None,
    priority: str = "normal",
    reason: Reason | None = None,
    tags: Sequence[str] = (),
    created_at: datetime | None = None,
) -> Ticket:
    """Writes a new ticket's row, locked by being new. The caller appends the first message and saves `seq`."""
    now = created_at or clock.now()
    subject = " ".join(subject.replace("\x00", "").split())[:500]
    return Ticket.objects.create(
        subject=subject,
        channel=channel,
        customer=customer,
        inbox=inbox,
        team=team,
        priority=priority,
        reason=reason,
        tags=sorted(set(tags)),
        created_at=now,
        updated_at=now,
        last_at=now,
        search=vector(a=subject),
    )


def seat(ticket: Ticket, customer: Customer, address: str, name: str = "") -> Participant:
    """Gives the requester their seat: the address that our answers go to."""
    return Participant.objects.create(ticket=ticket, customer=customer, address=address.lower(), name=name[:200])


@transaction.atomic
def create(
    *,
    by: Actor,
    subject: str,
    body: str,
    channel: str,
    customer: Customer,
    priority: str = "normal",
    team: Team | None = None,
    reason: Reason | None = None,
    tags: Sequence[str] = (),
    direction: str = "in",
    created_at: datetime | None = None,
    client_id: str = "",
) -> Ticket:
    """A ticket that staff or an integrator opens: what the customer said (`in`), or what we write to them (`out`,
    which is sent). With `created_at` (scope import) nobody is told and nothing leaves."""
    _allow(by, team, past=created_at is not None)
    _check_words(subject, priority, tags)
    ticket = open_row(
        by=by,
        subject=subject,
        channel=channel,
        customer=customer,
        inbox=_door(channel),
        team=team,
        priority=priority,
        reason=reason,
        tags=tags,
        created_at=created_at,
    )
    _seat_by_mail(ticket)
    said_by = customer if direction == "in" else None
    first = messages.append(
        ticket, direction, body, at=created_at, customer=said_by, author_id=by.user_id, client_id=client_id
    )
    ticket.waiting_since = ticket.created_at if direction == "in" else None
    ticket.status = "waiting" if direction == "out" else ticket.status
    ticket.save(update_fields=["seq", "last_at", "waiting_since", "status"])
    if direction == "out" and created_at is None:
        messages.queue(ticket, first)
    _shape.announce(by, ticket, "ticket.created", channel=channel)
    if created_at is None:
        emit("ticket.created", {"ticket": ticket.pk})
        failpoints.reach("intake.announced")
    return ticket


def _allow(by: Actor, team: Team | None, *, past: bool) -> None:
    facts = Facts(team_id=team.pk if team else None, assignee_id=by.user_id)
    if not can(by, "ticket.create", facts) or (past and not can(by, "import.use")):
        raise NotAllowed


def _seat_by_mail(ticket: Ticket) -> None:
    handle = ticket.customer.identities.filter(kind="email").order_by("id").first()
    if handle:
        seat(ticket, ticket.customer, handle.value, ticket.customer.name)


def _door(channel: str) -> Inbox | None:
    return Inbox.objects.filter(kind=channel, is_active=True).order_by("id").first()


def _check_words(subject: str, priority: str, tags: Sequence[str]) -> None:
    errors: dict[str, Text] = {}
    if not subject.strip():
        errors["subject"] = _("Write a subject, so that colleagues find this ticket again.")
    if priority not in Ticket.Priority.values:
        errors["priority"] = _("Choose low, normal, high or urgent.")
    if unknown := unknown_tags(tags):
        errors["tags"] = _("Unknown tags: %(tags)s. Choose from the list, or ask an admin to add them.") % {
            "tags": ", ".join(unknown)
        }
    if errors:
        raise Invalid(errors)


def unknown_tags(tags: Sequence[str]) -> list[str]:
    """Those of `tags` that no admin has put on the list."""
    known = set(Tag.objects.filter(name__in=tags, is_active=True).values_list("name", flat=True)) if tags else set()
    return [tag for tag in tags if tag not in known]
