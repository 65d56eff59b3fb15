"""What customers' joining and parting needs to know of tickets (wiring: MATTERS, PARTS, SAID, MERGE_WARNINGS)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from customers.models import Customer, Identity, TimelineEntry
from helpdesk.accounts.rules.policy import Actor
from tickets.access import sight
from tickets.models import Conversation, Message, Participant, Ticket, Visitor


def keys(numbers: Sequence[int]) -> dict[int, int]:
    """The ids of the tickets with these numbers."""
    return dict(Ticket.objects.filter(number__in=numbers).values_list("number", "pk"))


def numbers(pks: Sequence[int]) -> list[int]:
    """The numbers of the tickets with these ids."""
    return list(Ticket.objects.filter(pk__in=pks).values_list("number", flat=True))


def rows(by: Actor, customer: Customer, messages: Iterable[int], identities: Sequence[Identity]) -> dict[str, set[int]]:
    """Everything of this customer that goes with these messages, if `by` may see them, and with what came by these
    handles. A ticket goes along when all that its customer said in it does, a visitor who is known by no handle with
    the last of their tickets.
    """
    said = _said(by, customer, set(messages), identities)
    tickets = _emptied(customer, said)
    handles = [one.pk for one in identities]
    addresses = [one.value for one in identities if one.kind == "email"]
    seats = Participant.objects.filter(customer=customer)
    lines = TimelineEntry.objects.filter(customer=customer)
    numbered = Ticket.objects.filter(pk__in=tickets).values("number")
    told = Q(kind="message", link_id__in=said) | Q(ticket__in=numbered) | Q(came_by__in=handles)
    other_talk = Conversation.objects.exclude(ticket__in=tickets)
    visits = Visitor.objects.filter(customer=customer)
    nobody = Q(came_by=None, conversations__ticket__in=tickets) & ~Q(conversations__in=other_talk)
    return {
        "tickets.message": said,
        "tickets.ticket": tickets,
        "tickets.participant": _keys(seats.filter(Q(ticket__in=tickets) | Q(address__in=addresses))),
        "customers.timelineentry": _keys(lines.filter(told)),
        "tickets.visitor": _keys(visits.filter(Q(came_by__in=handles) | nobody)),
    }


def _keys(found: object) -> set[int]:
    return set(found.values_list("pk", flat=True))  # type: ignore[attr-defined]  # any queryset


def _said(by: Actor, customer: Customer, messages: set[int], identities: Sequence[Identity]) -> set[int]:
    theirs = Message.objects.filter(customer=customer, kind="in")
    chosen = Q(pk__in=messages) & sight(by, "ticket__")
    older = Q(came_by=None, from_address__in=[one.value for one in identities if one.kind == "email"])
    return _keys(theirs.filter(chosen | Q(came_by__in=[one.pk for one in identities]) | older))


def _emptied(customer: Customer, said: set[int]) -> set[int]:
    touched = Ticket.objects.filter(customer=customer, messages__in=said)
    left = Message.objects.filter(customer=customer, kind="in").exclude(pk__in=said)
    return _keys(touched.exclude(pk__in=left.values("ticket")).distinct())


class Line(NamedTuple):
    """Something that a customer said, for whoever chooses what of it is somebody else's."""

    pk: int
    number: int
    channel: str
    at: datetime
    text: str


def lines(actor: Actor, customer: Customer, before: int = 0, limit: int = 50) -> list[Line]:
    """What this customer said where `actor` may read it, the latest first (wiring.SAID)."""
    theirs = Message.objects.filter(sight(actor, "ticket__"), customer=customer, kind="in", withdrawn_at=None)
    if before:
        theirs = theirs.filter(pk__lt=before)
    names = ("pk", "ticket__number", "channel", "created_at", "text")
    return [Line(*row) for row in theirs.order_by("-pk").values_list(*names)[:limit]]


def warnings(survivor: Customer, other: Customer) -> list[str]:
    """What speaks for a second look before these two are joined."""
    open_chats = Conversation.objects.filter(ended_at=None)
    both = all(open_chats.filter(ticket__customer=one).exists() for one in (survivor, other))
    return [_("Both have a live chat open at this moment.")] if both else []
