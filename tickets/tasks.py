"""The bell for fetching mail; the rows and the server's own UIDs are the truth."""

import logging

from celery import shared_task

from tickets.channels.email import imap
from tickets.queries.inboxes import fetchable

log = logging.getLogger(__name__)


@shared_task(name="tickets.tasks.fetch_mail")
def fetch_mail() -> int:
    """Fetches what is new in every active e-mail inbox that has an IMAP server. Returns how many mails came."""
    return sum(imap.fetch(inbox) for inbox in fetchable())
