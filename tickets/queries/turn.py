"""Whose turn it is, read from what was said."""

from datetime import datetime

from django.db.models import Q

from tickets.models import Ticket
from tickets.rules import mailkinds


def waiting_since(ticket: Ticket) -> datetime | None:
    """When the customer's oldest message came that no answer of a person's followed; None when there is none."""
    people = Q(is_automatic=False) | Q(mail_kind__in=mailkinds.ASKING)
    said = ticket.messages.filter(people, withdrawn_at__isnull=True, held_at__isnull=True)
    answered = (
        said.filter(kind="out").exclude(mail_kind="forward").order_by("-seq").values_list("seq", flat=True).first() or 0
    )
    open_since = said.filter(kind="in", seq__gt=answered).order_by("seq")
    return open_since.values_list("created_at", flat=True).first()
