"""Assign, transfer, snooze, resolve, reopen, and every other change of a ticket's own fields."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.models import TimelineEntry
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM, Actor, can
from helpdesk.core import clock, timers
from helpdesk.core.errors import Conflict, Invalid, NotAllowed, Stale
from helpdesk.core.events import emit
from helpdesk.core.search import vector
from tickets.access import lock
from tickets.actions import _shape, chatanswers
from tickets.actions.tickets import unknown_tags
from tickets.models import CustomField, Draft, Reason, Ticket
from tickets.queries.turn import waiting_since
from tickets.rules import lifecycle as rules

WAKE = "tickets.handlers.wake"


def expect(ticket: Ticket, version: int | None) -> None:
    """Raises Stale unless `version` is None or the ticket's present one."""
    if version is not None and version != ticket.version:
        raise Stale(
            "stale", _("Somebody changed this ticket meanwhile. Look again, then save."), version=ticket.version
        )


def resolve_row(ticket: Ticket, at: datetime) -> None:
    """Sets the fields of a resolved ticket; the caller saves."""
    ticket.status, ticket.resolved_at, ticket.waiting_since, ticket.snoozed_until = "resolved", at, None, None


def _status_line(by: Actor, ticket: Ticket, at: datetime, **facts: Any) -> None:
    _shape.tell(ticket, "status", ticket.status, at=at)
    _shape.announce(by, ticket, "ticket.status", status=ticket.status, **facts)


@transaction.atomic
def set_status(*, by: Actor, ticket: Ticket, status: str, at: datetime | None = None, **facts: Any) -> Ticket:
    """Moves the ticket to `status` if that may follow the present one. Raises Conflict(status_not_possible)."""
    verb = "ticket.spam" if "spam" in (status, ticket.status) else "ticket.change"
    row = lock(by, verb, ticket)
    if at is not None and not can(by, "import.use"):
        raise NotAllowed
    if row.status == status:
        return row
    if status not in rules.NEXT:
        raise Invalid({"status": _("Choose a status from the list.")})
    if not rules.may_become(row.status, status):
        raise Conflict("status_not_possible", _("This does not follow from the present status."), status=row.status)
    now = at or clock.now()
    before, row.status = row.status, status
    row.resolved_at = (row.resolved_at or now) if status in rules.ENDED else None
    if status not in ("open", "on_hold"):
        row.waiting_since = None
    elif before in rules.ENDED:
        row.waiting_since = waiting_since(row)
    if status == "open" or status in rules.ENDED:
        row.snoozed_until = None
    _shape.save(row, "status", "resolved_at", "waiting_since", "snoozed_until")
    _status_line(by, row, now, before=before, **facts)
    if at is None and status in ("resolved", "open") and before in (*rules.ENDED, *rules.OPEN):
        emit("ticket.resolved" if status == "resolved" else "ticket.reopened", {"ticket": row.pk})
    return row


@transaction.atomic
def resolve(
    *,
    by: Actor,
    ticket: Ticket,
    reason: Reason | None = None,
    at: datetime | None = None,
    confirmed: bool | None = None,
) -> Ticket:
    """The matter is dealt with. A repeat changes nothing. `confirmed` (moving in): whether the customer said so."""
    if reason is not None:
        set_reason(by=by, ticket=ticket, reason=reason)
    facts = {} if confirmed is None else {"confirmed": confirmed}
    before = ticket.status
    row = set_status(by=by, ticket=ticket, status="resolved", at=at, **facts)
    if confirmed and before != "resolved":
        row.confirmed_at = row.resolved_at
        row.save(update_fields=["confirmed_at"])
    return row


@transaction.atomic
def reopen(*, by: Actor, ticket: Ticket) -> Ticket:
    """The matter is not dealt with after all."""
    return set_status(by=by, ticket=ticket, status="open")


@transaction.atomic
def assign(*, by: Actor, ticket: Ticket, assignee: User | None, version: int | None = None) -> Ticket:
    """Gives the ticket to one person, or to nobody; tells the person."""
    row = lock(by, "ticket.assign", ticket)
    expect(row, version)
    if assignee is not None and not assignee.is_active:
        raise Invalid({"assignee": _("This person no longer works here. Choose somebody else.")})
    pk = assignee.pk if assignee else None
    if row.assignee_id == pk:
        return row
    row.assignee_id = pk
    _shape.save(row, "assignee")
    chatanswers.moved(row)
    _shape.announce(by, row, "ticket.assigned", assignee=pk)
    if pk and pk != by.user_id:
        emit("ticket.assigned", {"ticket": row.pk, "assignee": pk, "by": by.user_id})
    return row


@transaction.atomic
def transfer(*, by: Actor, ticket: Ticket, team: Team | None) -> Ticket:
    """Moves the ticket to another team; whoever it was assigned to stays only if they belong to it."""
    row = lock(by, "ticket.assign", ticket)
    if row.team_id == (team.pk if team else None):
        return row
    before, row.team = row.team_id, team
    if row.assignee_id and team and not team.memberships.filter(user_id=row.assignee_id).exists():
        row.assignee = None
    _shape.save(row, "team", "assignee")
    TimelineEntry.objects.filter(ticket=row.number).update(team_id=row.team_id)
    if row.assignee_id is None:
        chatanswers.moved(row)
    _shape.announce(by, row, "ticket.transferred", before=before, team=row.team_id)
    return row


@transaction.atomic
def snooze(*, by: Actor, ticket: Ticket, until: datetime) -> Ticket:
    """Puts the ticket out of sight until then; the customer is not told, and their next message wakes it."""
    row = lock(by, "ticket.change", ticket)
    if until <= clock.now():
        raise Invalid({"until": _("Choose a time that is still to come.")})
    row.snoozed_until = until
    _shape.save(row, "snoozed_until")
    timers.schedule(WAKE, str(row.pk), until, {"ticket": row.pk})
    _shape.announce(by, row, "ticket.snoozed", until=until.isoformat())
    return row


@transaction.atomic
def wake(*, by: Actor, ticket: Ticket) -> Ticket:
    """Ends the snooze."""
    row = lock(by, "ticket.change", ticket)
    if row.snoozed_until is not None:
        row.snoozed_until = None
        row.last_at = clock.now()
        _shape.save(row, "snoozed_until", "last_at")
        timers.cancel(WAKE, str(row.pk))
        _shape.announce(by, row, "ticket.woke")
    return row


def _set(by: Actor, ticket: Ticket, field: str, value: Any, version: int | None = None) -> Ticket:
    row = lock(by, "ticket.change", ticket)
    expect(row, version)
    before = getattr(row, field)
    if before == value:
        return row
    setattr(row, field, value)
    _shape.save(row, field)
    # What is written into a custom field may be about a person, and the audit is for ever.
    told = {} if field == "custom" else {"before": _plain(before), "after": _plain(value)}
    _shape.announce(by, row, "ticket.changed", field=field, **told)
    return row


def _plain(value: Any) -> Any:
    return value.pk if hasattr(value, "pk") else value


@transaction.atomic
def set_priority(*, by: Actor, ticket: Ticket, priority: str) -> Ticket:
    """How urgent it is."""
    if priority not in Ticket.Priority.values:
        raise Invalid({"priority": _("Choose low, normal, high or urgent.")})
    return _set(by, ticket, "priority", priority)


@transaction.atomic
def set_tags(*, by: Actor, ticket: Ticket, tags: Sequence[str]) -> Ticket:
    """The ticket's tags, all of them from the admins' list."""
    kept = set(ticket.tags)
    if unknown := unknown_tags([tag for tag in tags if tag not in kept]):
        raise Invalid(
            {
                "tags": _("Unknown tags: %(tags)s. Choose from the list, or ask an admin to add them.")
                % {"tags": ", ".join(unknown)}
            }
        )
    return _set(by, ticket, "tags", sorted(set(tags)))


@transaction.atomic
def set_reason(*, by: Actor, ticket: Ticket, reason: Reason | None) -> Ticket:
    """Why the customer had to contact us."""
    return _set(by, ticket, "reason", reason)


@transaction.atomic
def set_subject(*, by: Actor, ticket: Ticket, subject: str) -> Ticket:
    """What it is about."""
    subject = " ".join(subject.replace("\x00", "").split())[:500]
    if not subject:
        raise Invalid({"subject": _("Write a subject, so that colleagues find this ticket again.")})
    row = _set(by, ticket, "subject", subject)
    Ticket.objects.filter(pk=row.pk).update(search=vector(a=subject))
    return row


@transaction.atomic
def set_custom(*, by: Actor, ticket: Ticket, values: dict[str, Any]) -> Ticket:
    """Values of the admins' custom fields, by slug; only known fields, each of its kind."""
    fields = {field.slug: field for field in CustomField.objects.filter(slug__in=list(values), is_active=True)}
    errors = {
        slug: _("This cannot be used here.") for slug, value in values.items() if not _fits(fields.get(slug), value)
    }
    if errors:
        raise Invalid(errors)
    return _set(by, ticket, "custom", ticket.custom | values)


def _fits(field: CustomField | None, value: Any) -> bool:
    if field is None:
        return False
    if value in ("", None):
        return True
    if field.kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str) and len(value) <= 2000 and (field.kind != "choice" or value in field.choices)


@transaction.atomic
def mark_spam(*, by: Actor, ticket: Ticket) -> Ticket:
    """Unwanted; outside reports and clocks."""
    return set_status(by=by, ticket=ticket, status="spam")


@transaction.atomic
def hand_over(*, user_id: int, to: int | None) -> int:
    """Gives all open work of somebody who leaves to `to`, or back to the team. Returns how many tickets."""
    rows = Ticket.objects.select_for_update().filter(assignee_id=user_id, status__in=sorted(rules.OPEN))
    count = 0
    for row in rows.order_by("id"):
        row.assignee_id = to
        _shape.save(row, "assignee")
        _shape.announce(SYSTEM, row, "ticket.assigned", assignee=to, because="handed_over")
        count += 1
    Draft.objects.filter(user_id=user_id).delete()
    return count
