"""Does mail that is sent to an inbox's address come in, and does what stands behind a plus survive the way?

Two coded mails are sent, one of them to the address with a plus; how they come back is kept at the inbox.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit, clock
from helpdesk.core.errors import NotAllowed
from tickets.actions import lifecycle
from tickets.models import Inbox, Message, Ticket

# When the plain mail is here for so long and the other is not, the plus does not survive.
PATIENCE = timedelta(minutes=2)


@dataclass(frozen=True)
class Letter:
    """One of the two mails."""

    to: str
    message_id: str


@dataclass(frozen=True)
class Seen:
    """What has come in so far. `plus` is None while nobody can tell."""

    begun_at: datetime
    plain: bool
    plus: bool | None


def _letters(inbox: Inbox, code: str) -> tuple[Letter, Letter]:
    local, _, domain = inbox.address.rpartition("@")
    return (
        Letter(inbox.address, f"<check-{code}-a@{domain}>"),
        Letter(f"{local}+check-{code}@{domain}", f"<check-{code}-b@{domain}>"),
    )


@transaction.atomic
def begin(*, by: Actor, inbox: Inbox) -> tuple[Letter, Letter]:
    """Remembers a new code; the mails that are to be sent now."""
    row = _locked(by, inbox)
    code = secrets.token_hex(8)
    row.settings = row.settings | {"check_code": code, "check_at": clock.now().isoformat()}
    row.save(update_fields=["settings"])
    return _letters(row, code)


@transaction.atomic
def look(*, by: Actor, inbox: Inbox) -> Seen | None:
    """What has come in of the last check; None when there was none. Sets `plus_addressing`, and puts the mails away."""
    row = _locked(by, inbox)
    if not row.settings.get("check_code"):
        return None
    begun_at = datetime.fromisoformat(row.settings["check_at"])
    ids = [letter.message_id for letter in _letters(row, row.settings["check_code"])]
    heard = Message.objects.filter(kind="in", header_id__in=ids, raw__inbox=row).exclude(header_id="")
    came = dict(heard.values_list("header_id", "ticket_id"))
    for ticket in Ticket.objects.filter(pk__in=came.values()).exclude(status="spam"):
        lifecycle.mark_spam(by=by, ticket=ticket)
    plus = True if ids[1] in came else False if ids[0] in came and clock.now() - begun_at > PATIENCE else None
    if plus is not None and row.settings.get("plus_addressing") is not plus:
        row.settings = row.settings | {"plus_addressing": plus}
        row.save(update_fields=["settings"])
        audit.record(by, "inbox.changed", f"inbox:{row.pk}", {"fields": ["plus_addressing"]})
    return Seen(begun_at, ids[0] in came, plus)


def _locked(by: Actor, inbox: Inbox) -> Inbox:
    if not can(by, "inbox.manage"):
        raise NotAllowed
    return Inbox.objects.select_for_update().get(pk=inbox.pk)
