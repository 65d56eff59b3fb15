"""Opening a ticket."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers import access
from customers.models import Customer
from helpdesk.accounts.models import Team
from helpdesk.accounts.rules.policy import Actor, Facts, can
from helpdesk.core import clock, failpoints, rows, sql
from helpdesk.core.errors import Invalid, NotAllowed, Text
from helpdesk.core.events import emit
from helpdesk.core.search import vector
from tickets.actions import _shape, messages, participants
from tickets.envelopes import InboundAttachment
from tickets.models import Message, Participant, Reason, Tag, Ticket
from tickets.rules.recipients import Recipients

# Written out: the ORM asked for the address first, at ten times the cost.
SEAT_SQL = """
INSERT INTO tickets_participant (ticket_id, customer_id, came_by, address, name, role, sees_from)
SELECT %s::bigint, customer_id, id, lower(value), %s::text, 'requester', 1 FROM customers_identity
WHERE customer_id = %s AND kind = 'email' ORDER BY id LIMIT 1
ON CONFLICT DO NOTHING
"""
DOOR_SQL = "SELECT id FROM tickets_inbox WHERE kind = %s AND is_active ORDER BY id LIMIT 1"


def open_row(*, subject: str, created_at: datetime | None = None, **fields: Any) -> Ticket:
    """Writes a new ticket's row, locked by being new. It counts its first message, which the caller writes next."""
    now = created_at or clock.now()
    subject = " ".join(subject.replace("\x00", "").split())[:500]
    ticket = Ticket(
        subject=subject, seq=1, created_at=now, updated_at=now, last_at=now, search=vector(a=subject), **fields
    )
    return rows.add(ticket)


def seat(ticket: Ticket, customer: Customer, address: str, name: str = "") -> Participant:
    """Gives the requester their seat: the address that our answers go to."""
    who = {"customer": customer, "came_by": customer.came_by}
    return rows.add(Participant(ticket=ticket, address=address.lower(), name=name[:200], **who))


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
    attachments: Sequence[InboundAttachment] = (),
    recipients: Recipients | None = None,
) -> Ticket:
    """A ticket that staff or an integrator opens: what the customer said (`in`), or what we write to them (`out`,
    which is sent, also to further `recipients`). Who speaks is the author; who entered it stands in the audit. With
    `created_at` (scope import) nobody is told and nothing leaves."""
    _allow(by, team, past=created_at is not None)
    _check_words(subject, priority, tags)
    with transaction.atomic(savepoint=False):
        # Meanwhile somebody may have joined them with another customer.
        customer, came_by = access.live(customer.pk), customer.came_by
        ticket = open_row(
            subject=subject,
            channel=channel,
            customer=customer,
            came_by=came_by,
            inbox_id=_door(channel),
            team=team,
            priority=priority,
            reason=reason,
            tags=sorted(set(tags)),
            created_at=created_at,
            status="waiting" if direction == "out" else "new",
            waiting_since=None if direction == "out" else created_at or clock.now(),
        )
        sql.run(SEAT_SQL, [ticket.pk, customer.name[:200], customer.pk])
        settled = participants.settle(by, ticket, recipients, first=1) if recipients and direction == "out" else None
        first = _say(ticket, direction, body, client_id=client_id, author_id=by.user_id if direction == "out" else None)
        messages.attach(first, attachments)
        _shape.announce(by, ticket, "ticket.created", channel=channel)
        if created_at is None:
            _tell(ticket, first, settled)
    return ticket


def _say(ticket: Ticket, direction: str, body: str, **fields: Any) -> Message:
    if direction == "in":
        fields |= {"customer": ticket.customer, "came_by": ticket.came_by}
    return messages.first(ticket, direction, body, at=ticket.created_at, **fields)


def _tell(ticket: Ticket, first: Message, settled: Recipients | None) -> None:
    """What a ticket of today sets going."""
    if first.kind == "out":
        messages.queue(ticket, first, settled)
    emit("ticket.created", {"ticket": ticket.pk})
    failpoints.reach("intake.announced")


def _allow(by: Actor, team: Team | None, *, past: bool) -> None:
    facts = Facts(team_id=team.pk if team else None, assignee_id=by.user_id)
    if not can(by, "ticket.create", facts) or (past and not can(by, "import.use")):
        raise NotAllowed


def _door(channel: str) -> int | None:
    found = sql.first(DOOR_SQL, [channel])
    return found[0] if found else None


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
