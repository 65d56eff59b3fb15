"""The bell for fetching mail; the rows and the server's own UIDs are the truth."""

import time

from celery import shared_task

from tickets.channels.email import receiving
from tickets.queries.inboxes import fetchable

# A round begins no further inbox after this long: with one inbox's deadline it stays below the task's time limit.
ROUND = 40.0


@shared_task(name="tickets.tasks.fetch_mail")
def fetch_mail() -> int:
    """Fetches what is new in every active e-mail inbox that has an IMAP or POP3 server. Returns how many mails came.

    Who waited longest comes first, who is in trouble last; what one round leaves, the next takes.
    """
    end = time.monotonic() + ROUND
    return sum(receiving.fetch(inbox) for inbox in fetchable() if time.monotonic() < end)


@shared_task(name="tickets.tasks.fetch_inbox")
def fetch_inbox(pk: int) -> int:
    """Fetches what is new in one inbox, whose server has just said that there is something."""
    inbox = fetchable().filter(pk=pk).first()
    return receiving.fetch(inbox) if inbox is not None else 0
