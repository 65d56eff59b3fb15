"""Connecting an inbox: all that was tried is kept in one go, or nothing is."""

import json
from typing import Any

from django.db import transaction

from helpdesk.accounts.models import Team
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import secrets as sealed
from helpdesk.core.errors import NotAllowed
from tickets.actions import cursors, inboxes
from tickets.models import Inbox
from tickets.rules.inboxes import SECRET


def draft(address: str, settings: dict[str, Any], base: Inbox | None = None) -> Inbox:
    """An inbox that is not saved, to try its servers with; secrets that are not given are those of `base`."""
    hidden = {key: value for key, value in settings.items() if key in SECRET and value}
    plain = {key: value for key, value in settings.items() if key not in SECRET}
    if base is not None:
        hidden, plain = inboxes.secrets_of(base) | hidden, base.settings | plain
    box = sealed.seal(json.dumps(hidden))
    return Inbox(pk=base.pk if base else None, kind="email", address=address, settings=plain, secret_box=box)


@transaction.atomic
def connect(
    *,
    by: Actor,
    name: str,
    address: str,
    settings: dict[str, Any],
    team: Team | None,
    leave: tuple[int, int] | tuple[str, ...] | None,
) -> Inbox:
    """A new inbox that works. `leave`: what is not taken in, by IMAP (UIDVALIDITY, last UID), by POP3 UIDLs."""
    made = inboxes.create_inbox(by=by, kind="email", name=name, settings=settings | {"address": address}, team=team)
    if leave is not None and settings.get("receive") == "pop":
        cursors.note_seen(made, map(str, leave))
    elif leave is not None:
        cursors.fetched(made, int(leave[0]), int(leave[1]))
    return made


@transaction.atomic
def reconnect(*, by: Actor, inbox: Inbox, name: str, settings: dict[str, Any], team: Team | None) -> Inbox:
    """New servers or passwords, which have just been tried; the old fault is forgotten, the cursor stays."""
    if not can(by, "inbox.manage"):
        raise NotAllowed
    row = inboxes.change_inbox(by=by, inbox=inbox, name=name, team=team, settings=settings)
    cursors.fetch_ok(row)
    return row
