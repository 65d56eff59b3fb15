"""Tickets that have to do with each other, without becoming one."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock
from helpdesk.core.errors import Invalid
from tickets.access import lock_all
from tickets.actions import _shape
from tickets.models import Link, Ticket


@transaction.atomic
def link(*, by: Actor, ticket: Ticket, other: Ticket) -> Link:
    """Links two tickets; a repeat answers the same link."""
    low, high = _pair(by, ticket, other)
    row, made = Link.objects.get_or_create(
        low=low, high=high, defaults={"by_id": by.user_id, "created_at": clock.now()}
    )
    if made:
        _both(by, low, high, "ticket.linked")
    return row


@transaction.atomic
def unlink(*, by: Actor, ticket: Ticket, other: Ticket) -> None:
    """Takes the link away; a repeat changes nothing."""
    low, high = _pair(by, ticket, other)
    if Link.objects.filter(low=low, high=high).delete()[0]:
        _both(by, low, high, "ticket.unlinked")


def relate(ticket: Ticket, others: Sequence[int]) -> None:
    """Links a ticket that is being opened with those that its mail speaks of; nobody is asked, nothing is joined."""
    now = clock.now()
    pairs = [sorted([ticket.pk, other]) for other in others]
    Link.objects.bulk_create(
        [Link(low_id=low, high_id=high, created_at=now) for low, high in pairs], ignore_conflicts=True
    )


def _pair(by: Actor, ticket: Ticket, other: Ticket) -> list[Ticket]:
    if ticket.pk == other.pk:
        raise Invalid({"other": _("Choose another ticket: this one cannot be linked to itself.")})
    return lock_all(by, "ticket.change", *sorted([ticket, other], key=lambda one: one.pk))


def _both(by: Actor, low: Ticket, high: Ticket, verb: str) -> None:
    _shape.announce(by, low, verb, other=high.number)
    _shape.announce(by, high, verb, other=low.number)
