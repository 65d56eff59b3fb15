"""Where the pages of things are, by their keys: for lists that know only a kind and a number."""

from collections.abc import Collection

from django.urls import reverse

from tickets.models import Inbox, Message, Ticket


def tickets(keys: Collection[int]) -> dict[int, str]:
    """Addresses of these tickets; those that are gone are left out."""
    rows = Ticket.objects.filter(pk__in=keys).values_list("pk", "number")
    return {pk: reverse("tickets:ticket", args=[number]) for pk, number in rows}


def messages(keys: Collection[int]) -> dict[int, str]:
    """Addresses of these messages on their tickets' pages."""
    rows = Message.objects.filter(pk__in=keys).values_list("pk", "ticket__number")
    return {pk: f"{reverse('tickets:ticket', args=[number])}#m-{pk}" for pk, number in rows}


def inboxes(keys: Collection[int]) -> dict[int, str]:
    """Addresses of these inboxes' pages."""
    return {
        pk: reverse("tickets:inbox", args=[pk]) for pk in Inbox.objects.filter(pk__in=keys).values_list("pk", flat=True)
    }
