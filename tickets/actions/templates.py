"""The words that a provider has approved for writing after its window: listed anew from its API.

A template that the provider has no more is kept as `gone`, so that nobody is offered it.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string

from helpdesk import wiring
from helpdesk.accounts.rules.policy import SYSTEM, Actor, can
from helpdesk.core import audit, clock
from helpdesk.core.errors import NotAllowed
from tickets.actions import cursors
from tickets.envelopes import SendResult
from tickets.models import Inbox, Template
from tickets.rules.wordings import Wording


class TryAgain(Exception):
    """The provider did not list its templates now: the outbox comes back."""


def has(kind: str) -> bool:
    """Whether inboxes of this kind send approved words at all."""
    return kind in wiring.CHANNELS and hasattr(import_string(wiring.CHANNELS[kind]), "templates")


def sync(*, by: Actor, inbox: Inbox) -> SendResult:
    """Brings the templates of an inbox up to date; its health says why when the provider refuses. A refusal changes no
    template. Asks outside any transaction."""
    if by is not SYSTEM and not can(by, "inbox.manage"):
        raise NotAllowed
    adapter = import_string(wiring.CHANNELS[inbox.kind])()
    result: SendResult
    found, result = adapter.templates(inbox)
    if result.ok:
        _write(by, inbox, found)
    elif result.cause == "sign_in":
        cursors.fetch_failed(inbox, result.error)
    return result


def sync_later(pk: int) -> None:
    """For the outbox: raises TryAgain while the moment is bad."""
    inbox = Inbox.objects.filter(pk=pk, is_active=True).first()
    if inbox is None or not has(inbox.kind):
        return
    result = sync(by=SYSTEM, inbox=inbox)
    if not result.ok and result.cause in ("network", "server"):
        raise TryAgain(result.error)


@transaction.atomic
def _write(by: Actor, inbox: Inbox, found: Iterable[Wording]) -> None:
    Inbox.objects.select_for_update().get(pk=inbox.pk)
    kept, now = set(), clock.now()
    for one in found:
        fields: dict[str, Any] = {
            "external_id": one.external_id,
            "category": one.category,
            "state": one.state,
            "body": one.body,
        }
        fields |= {"header": "", "footer": one.footer, "shape": dict(one.shape), "synced_at": now}
        row, _made = Template.objects.update_or_create(
            inbox=inbox, name=one.name, language=one.language, defaults=fields
        )
        kept.add(row.pk)
    Template.objects.filter(inbox=inbox).exclude(pk__in=kept).update(state="gone", synced_at=now)
    audit.record(by, "templates.synced", f"inbox:{inbox.pk}", {"count": len(kept)})


@transaction.atomic
def judged(inbox: Inbox, name: str, language: str, state: str) -> None:
    """The provider has changed its mind about one: it counts at once; what it reads now is asked for later. Approval
    alone counts with the words only."""
    row = Template.objects.select_for_update().filter(inbox=inbox, name=name, language=language).first()
    if row is not None and state and state != "approved" and row.state != state:
        row.state = state[:20]
        row.save(update_fields=["state"])
