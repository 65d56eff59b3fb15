"""What customers' joining and parting needs to know of tickets (wiring: MATTERS, PARTS, MERGE_WARNINGS)."""

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from customers.models import Customer, Identity, TimelineEntry
from tickets.models import Conversation, Message, Participant, Ticket, Visitor


def keys(numbers: Sequence[int]) -> dict[int, int]:
    """The ids of the tickets with these numbers."""
    return dict(Ticket.objects.filter(number__in=numbers).values_list("number", "pk"))


def numbers(pks: Sequence[int]) -> list[int]:
    """The numbers of the tickets with these ids."""
    return list(Ticket.objects.filter(pk__in=pks).values_list("number", flat=True))


def rows(customer: Customer, messages: Iterable[int], identities: Iterable[Identity]) -> dict[str, set[int]]:
    """Everything of this customer that goes with these messages and with what came by these handles.

    A ticket goes along when all that its customer said in it does.
    """
    said = _said(customer, set(messages), list(identities))
    tickets = _emptied(customer, said)
    handles = [one.pk for one in identities]
    addresses = [one.value for one in identities if one.kind == "email"]
    seats = Participant.objects.filter(customer=customer)
    lines = TimelineEntry.objects.filter(customer=customer)
    numbered = Ticket.objects.filter(pk__in=tickets).values("number")
    told = Q(kind="message", link_id__in=said) | Q(ticket__in=numbered) | Q(came_by__in=handles)
    other_talk = Conversation.objects.exclude(ticket__in=tickets)
    visits = Visitor.objects.filter(customer=customer).exclude(conversations__in=other_talk)
    return {
        "tickets.message": said,
        "tickets.ticket": tickets,
        "tickets.participant": _keys(seats.filter(Q(ticket__in=tickets) | Q(address__in=addresses))),
        "customers.timelineentry": _keys(lines.filter(told)),
        "tickets.visitor": _keys(visits.filter(Q(came_by__in=handles) | Q(conversations__ticket__in=tickets))),
    }


def _keys(found: object) -> set[int]:
    return set(found.values_list("pk", flat=True))  # type: ignore[attr-defined]  # any queryset


def _said(customer: Customer, messages: set[int], identities: list[Identity]) -> set[int]:
    theirs = Message.objects.filter(customer=customer, kind="in")
    older = Q(came_by=None, from_address__in=[one.value for one in identities if one.kind == "email"])
    return _keys(theirs.filter(Q(pk__in=messages) | Q(came_by__in=[one.pk for one in identities]) | older))


def _emptied(customer: Customer, said: set[int]) -> set[int]:
    touched = Ticket.objects.filter(customer=customer, messages__in=said)
    left = Message.objects.filter(customer=customer, kind="in").exclude(pk__in=said)
    return _keys(touched.exclude(pk__in=left.values("ticket")).distinct())


def warnings(survivor: Customer, other: Customer) -> list[str]:
    """What speaks for a second look before these two are joined."""
    open_chats = Conversation.objects.filter(ended_at=None)
    both = all(open_chats.filter(ticket__customer=one).exists() for one in (survivor, other))
    return [_("Both have a live chat open at this moment.")] if both else []
