"""Keeping inboxes. Secrets are sealed at rest and never given back."""

import base64
import json
import secrets
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from customers.rules.identity import BadHandle, Handle, clean, region_of
from helpdesk.accounts.models import Team
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit, clock
from helpdesk.core import secrets as sealed
from helpdesk.core.errors import Conflict, Invalid, NotAllowed
from tickets.actions.widgetsettings import cleaned
from tickets.models import Inbox
from tickets.rules.inboxes import SECRET
from tickets.rules.windows import VOICES

KINDS = (
    *("email", "chat", "phone", "telegram", "whatsapp", "messenger", "instagram", "line", "viber"),
    *("bale", "eitaa", "rubika", "sms", "form", "review", "generic"),
)


def _allow(by: Actor) -> None:
    if not can(by, "inbox.manage"):
        raise NotAllowed


def _split(settings: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    hidden = {key: value for key, value in settings.items() if key in SECRET}
    return {key: value for key, value in settings.items() if key not in SECRET}, hidden


def _placed(settings: dict[str, Any]) -> dict[str, Any]:
    """The country that telephone numbers are of when none is written, in its two letters."""
    typed = str(settings.get("region") or "").strip()
    if typed and not region_of(typed):
        raise Invalid({"region": _("Write a country in two letters, such as IR or DE.")})
    return settings | {"region": region_of(typed)} if "region" in settings else settings


def fresh_secret(kind: str) -> str:
    """A secret of our making; of a channel of one's own in the form that Standard Webhooks give it."""
    if kind != "generic":
        return secrets.token_urlsafe(32)
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _known(kind: str, settings: dict[str, Any]) -> dict[str, Any]:
    """A chat knows its settings, and always has a secret by which the host's server vouches for visitors; so have
    messengers, by which their providers prove who they are."""
    if kind in VOICES:
        return {"secret": fresh_secret(kind)} | settings
    if kind != "chat":
        return settings
    return {"identity_secret": secrets.token_urlsafe(32)} | cleaned(settings)


def _address(kind: str, settings: dict[str, Any]) -> str:
    if kind != "email":
        return str(settings.get("address", ""))[:254]
    try:
        return clean(Handle("email", str(settings.get("address", "")))).value
    except BadHandle as error:
        raise Invalid({"address": _("Write an e-mail address such as support@example.com.")}) from error


@transaction.atomic
def create_inbox(
    *, by: Actor, kind: str, name: str, settings: dict[str, Any] | None = None, team: Team | None = None
) -> Inbox:
    """A new door. `settings`: `address` for e-mail, servers, and secrets, which are sealed."""
    _allow(by)
    if kind not in KINDS:
        raise Invalid({"kind": _("Choose one of: %(kinds)s.") % {"kinds": ", ".join(KINDS)}})
    if not name.strip():
        raise Invalid({"name": _("Give the inbox a name.")})
    plain, hidden = _split(_known(kind, _placed(settings or {})))
    address = _address(kind, plain)
    plain.pop("address", None)
    try:
        with transaction.atomic():
            inbox = Inbox.objects.create(
                kind=kind,
                name=name.strip()[:120],
                address=address,
                team=team,
                key=secrets.token_urlsafe(24),
                settings=plain,
                secret_box=sealed.seal(json.dumps(hidden)),
                created_at=clock.now(),
            )
    except IntegrityError as error:
        raise Conflict("inbox_exists", _("There is already an inbox with this address.")) from error
    audit.record(by, "inbox.created", f"inbox:{inbox.pk}", {"kind": kind, "address": address})
    return inbox


@transaction.atomic
def change_inbox(
    *,
    by: Actor,
    inbox: Inbox,
    name: str | None = None,
    team: Team | None = None,
    settings: dict[str, Any] | None = None,
    is_active: bool | None = None,
) -> Inbox:
    """Changes what is given; a secret that is not given, or is empty, stays as it was; None takes it away."""
    _allow(by)
    row = Inbox.objects.select_for_update().get(pk=inbox.pk)
    row.name = (name or row.name).strip()[:120]
    row.team = team
    if is_active is not None:
        row.is_active = is_active
    if settings is not None:
        plain, hidden = _split(_placed(settings))
        plain.pop("address", None)
        row.settings = row.settings | plain
        given = {key: value for key, value in hidden.items() if value}
        kept = {key: value for key, value in secrets_of(row).items() if hidden.get(key, "") is not None}
        row.secret_box = sealed.seal(json.dumps(kept | given))
    row.save(update_fields=["name", "team", "settings", "secret_box", "is_active"])
    audit.record(by, "inbox.changed", f"inbox:{row.pk}", {"fields": sorted((settings or {}).keys())})
    return row


def secrets_of(inbox: Inbox) -> dict[str, str]:
    """The sealed secrets, for the channel that must sign in with them; never for a page."""
    opened = sealed.unseal(inbox.secret_box) if inbox.secret_box else ""
    found: dict[str, str] = json.loads(opened or "{}")
    return found
