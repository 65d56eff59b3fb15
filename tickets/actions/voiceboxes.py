"""Keeping an inbox of a messenger: its secret rotated, its connection tried, and the provider told where we are."""

import json

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from helpdesk import wiring
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit
from helpdesk.core import secrets as sealed
from helpdesk.core.errors import NotAllowed
from tickets.actions import cursors, templates
from tickets.actions.inboxes import fresh_secret, secrets_of
from tickets.envelopes import SendResult
from tickets.models import Inbox


def address_of(inbox: Inbox) -> str:
    """Where its provider reaches us."""
    return f"{settings.PUBLIC_URL}/hooks/{inbox.kind}/{inbox.key}/"


@transaction.atomic
def new_secret(*, by: Actor, inbox: Inbox) -> str:
    """A fresh secret, told this once; the one before stays good until it is forgotten."""
    row = _locked(by, inbox)
    kept, made = secrets_of(row), fresh_secret(row.kind)
    if kept.get("secret"):
        kept["secret_old"] = kept["secret"]
    _seal(row, kept | {"secret": made})
    audit.record(by, "inbox.secret_made", f"inbox:{row.pk}")
    return made


@transaction.atomic
def forget_old_secret(*, by: Actor, inbox: Inbox) -> None:
    """From now on only the newest secret is good; a repeat changes nothing."""
    row = _locked(by, inbox)
    kept = secrets_of(row)
    if kept.pop("secret_old", None) is not None:
        _seal(row, kept)
        audit.record(by, "inbox.old_secret_forgotten", f"inbox:{row.pk}")


def connect(*, by: Actor, inbox: Inbox) -> SendResult:
    """Asks the provider whether it knows us, and tells it our address where it can be told; outside any transaction.

    The inbox's health says what came of it.
    """
    if not can(by, "inbox.manage"):
        raise NotAllowed
    adapter = import_string(wiring.CHANNELS[inbox.kind])()
    result: SendResult = adapter.connect(inbox, address_of(inbox))
    if result.ok and templates.has(inbox.kind):
        result = templates.sync(by=by, inbox=inbox)
    if result.ok:
        cursors.fetch_ok(inbox)
    else:
        cursors.fetch_failed(inbox, result.error)
    return result


def _locked(by: Actor, inbox: Inbox) -> Inbox:
    if not can(by, "inbox.manage"):
        raise NotAllowed
    return Inbox.objects.select_for_update().get(pk=inbox.pk)


def _seal(row: Inbox, kept: dict[str, str]) -> None:
    row.secret_box = sealed.seal(json.dumps(kept))
    row.save(update_fields=["secret_box"])
