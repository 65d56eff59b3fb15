"""Does mail that is sent to an inbox's address come in, and does what stands behind a plus survive the way?

Two coded mails are sent, one of them to the address with a plus; how they come back is kept at the inbox. They never
become messages: the door takes them aside.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit, clock
from helpdesk.core.errors import NotAllowed
from tickets.envelopes import InboundMessage
from tickets.models import Inbox

# When the plain mail is here for so long and the other is not, the plus does not survive.
PATIENCE = timedelta(minutes=2)
OURS = re.compile(r"<check-([0-9a-f]{16})-[ab]@")


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
    row.settings = row.settings | {"check_code": code, "check_at": clock.now().isoformat(), "check_seen": []}
    row.save(update_fields=["settings"])
    return _letters(row, code)


@transaction.atomic(savepoint=False)
def take_aside(inbound: InboundMessage, inbox: Inbox) -> bool:
    """Whether this mail, which came to `inbox`, is of a check that is going on; then it is noted, and no message.

    Some providers write a Message-ID of their own on what we send, so ours stands in In-Reply-To as well.
    """
    hit = OURS.match(inbound.external_id) or OURS.match(inbound.in_reply_to)
    if hit is None:
        return False
    header_id = hit.string
    asked = Inbox.objects.select_for_update().filter(settings__check_code=hit[1]).first()
    if asked is None or header_id not in [one.message_id for one in _letters(asked, hit[1])]:
        return False
    if asked.pk == inbox.pk:
        here = {*asked.settings.get("check_seen", ()), header_id}
        asked.settings = asked.settings | {"check_seen": sorted(here)}
        asked.save(update_fields=["settings"])
    return True


@transaction.atomic
def look(*, by: Actor, inbox: Inbox) -> Seen | None:
    """What has come in of the last check; None when there was none. Sets `plus_addressing`."""
    row = _locked(by, inbox)
    if not row.settings.get("check_code"):
        return None
    begun_at = datetime.fromisoformat(row.settings["check_at"])
    plain, tagged = (
        letter.message_id in row.settings.get("check_seen", ()) for letter in _letters(row, row.settings["check_code"])
    )
    plus = True if tagged else False if plain and clock.now() - begun_at > PATIENCE else None
    if plus is not None and row.settings.get("plus_addressing") is not plus:
        row.settings = row.settings | {"plus_addressing": plus}
        row.save(update_fields=["settings"])
        audit.record(by, "inbox.changed", f"inbox:{row.pk}", {"fields": ["plus_addressing"]})
    return Seen(begun_at, plain, plus)


def _locked(by: Actor, inbox: Inbox) -> Inbox:
    if not can(by, "inbox.manage"):
        raise NotAllowed
    return Inbox.objects.select_for_update().get(pk=inbox.pk)
