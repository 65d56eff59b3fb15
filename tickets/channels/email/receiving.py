"""Taking mail in from an inbox's own mailbox, whichever protocol it speaks (`settings.receive`: imap or pop)."""

import logging

from celery import current_app

from helpdesk.core import egress
from tickets.channels.email import imap, oauth, pop, probe
from tickets.channels.email.probe import Tried
from tickets.models import Inbox
from tickets.rules.mailtrouble import said_by

log = logging.getLogger(__name__)


# What may become of the mail that is there already; a number: of the last days it is taken. POP3 has no dates.
OLD = {"imap": ("leave", "7", "30", "90", "take"), "pop": ("leave", "take")}


def left(old: str, way: str, found: Tried) -> tuple[int, int] | tuple[str, ...] | None:
    """Up to where mail is left where it is (for `connecting.connect`); None: all is taken."""
    if old not in OLD.get(way, ()) or old == "take":
        return None
    return found.names if way == "pop" else (found.validity, found.older)


def attempt(draft: Inbox, old: str = "") -> Tried:
    """Tries to read the mailbox of an inbox that may not be saved yet."""
    by_pop = draft.settings.get("receive") == "pop"
    try:
        server = pop.server_of(draft) if by_pop else imap.server_of(draft)
    except (oauth.SignInAgain, egress.Refused, OSError) as fault:
        return Tried(fault=said_by(fault))
    if server is None:
        return Tried(fault="no server")
    return probe.receive_pop(server) if by_pop else probe.receive(server, int(old) if old.isdigit() else 0)


def fetch(inbox: Inbox) -> int:
    """Takes in what is new; returns how many mails came. What goes wrong is told at the inbox."""
    return pop.fetch(inbox) if inbox.settings.get("receive") == "pop" else imap.fetch(inbox)


def ring() -> None:
    """Asks the worker to fetch every inbox now; without it the clock does within seconds."""
    _ask("tickets.tasks.fetch_mail")


def ring_for(inbox_id: int) -> None:
    """Asks the worker to fetch this inbox now."""
    _ask("tickets.tasks.fetch_inbox", inbox_id)


def _ask(task: str, *given: int) -> None:
    try:
        current_app.send_task(task, args=given, ignore_result=True, expires=60, retry=False)
    except Exception as error:
        log.warning("the worker was not rung: %s", type(error).__name__)
