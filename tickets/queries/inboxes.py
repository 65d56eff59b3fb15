"""Reading inboxes."""

from django.db.models import Case, F, Q, QuerySet, When

from tickets.models import Inbox, RawInbound


def fetchable() -> QuerySet[Inbox]:
    """Active e-mail inboxes with an IMAP or POP3 server, but those whose mail a provider hands over.

    Those in trouble come last, so that they keep nobody waiting.
    """
    rows = Inbox.objects.filter(kind="email", is_active=True, settings__has_any_keys=["imap_host", "pop_host"])
    rows = rows.filter(Q(settings__receive__isnull=True) | ~Q(settings__receive__startswith="webhook:"))
    return rows.order_by(Case(When(last_error="", then=0), default=1), F("last_success_at").asc(nulls_first=True), "id")


def by_address(address: str) -> Inbox | None:
    """The e-mail inbox of this address."""
    return Inbox.objects.filter(kind="email", address__iexact=address.strip()).first()


def outcomes(raw_ids: list[int]) -> dict[str, int]:
    """What became of raw deliveries: by state, and how many tickets and customers they reached."""
    states = RawInbound.State
    found = {states.ACCEPTED.value: 0, states.QUARANTINED.value: 0, states.QUEUED.value: 0}
    tickets: set[int] = set()
    customers: set[int | None] = set()
    fields = ("state", "message__ticket_id", "message__customer_id")
    for at in range(0, len(raw_ids), 5000):
        for state, ticket, customer in RawInbound.objects.filter(pk__in=raw_ids[at : at + 5000]).values_list(*fields):
            found[state] = found.get(state, 0) + 1
            if ticket:
                tickets.add(ticket)
                customers.add(customer)
    if not found["queued"]:
        del found["queued"]
    return found | {"tickets": len(tickets), "customers": len(customers - {None})}
