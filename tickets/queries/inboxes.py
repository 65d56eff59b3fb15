"""Reading inboxes."""

from django.db.models import QuerySet

from tickets.models import Inbox


def fetchable() -> QuerySet[Inbox]:
    """Active e-mail inboxes with an IMAP server."""
    return Inbox.objects.filter(kind="email", is_active=True, settings__has_key="imap_host").order_by("id")
