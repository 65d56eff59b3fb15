"""The workspace itself: its first set-up and its later changes."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts import access
from helpdesk.accounts.actions.common import allow, check_timezone
from helpdesk.accounts.actions.teams import ensure_default_team
from helpdesk.accounts.actions.users import create_user
from helpdesk.accounts.models import LANGUAGES, User, Workspace
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import audit, clock, files
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.kept import kept

FIELDS = frozenset({"name", "language", "timezone", "currency"})
CURRENCIES = ("IRR", "USD", "EUR", "GBP", "AED", "TRY", "AFN", "IQD", "CAD", "AUD", "CHF", "SEK", "INR", "CNY", "JPY")
LOGO_BYTES = 512 * 1024
# what a logo may begin with -> how it is served
LOGO_TYPES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
SET_UP_LOCK = 0x5E70


def ensure_defaults() -> Workspace:
    """The workspace row and the default team; both are there after this, however often it runs."""
    row, _made = Workspace.objects.get_or_create(pk=1)
    ensure_default_team()
    return row


@transaction.atomic
def set_up(
    *,
    email: str,
    name: str,
    password: str,
    workspace_name: str,
    language: str,
    timezone: str,
    currency: str,
    logo: bytes | None = None,
) -> User:
    """The first admin and the workspace's name. Works once: raises NotFound when anybody exists already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SET_UP_LOCK])
    row = ensure_defaults()
    if not access.awaits_set_up():
        raise NotFound
    _assign(row, {"name": workspace_name, "language": language, "timezone": timezone, "currency": currency})
    if logo:
        row.logo = files.save(checked_logo(logo))
    row.set_up_at = clock.now()
    row.save()
    user = create_user(
        by=SYSTEM,
        email=email,
        name=name,
        role="admin",
        password=password,
        teams=[ensure_default_team()],
        language=language,
        timezone=timezone,
    )
    audit.record(access.actor_of(user), "workspace.set_up", "workspace:1", {"name": row.name})
    return user


@transaction.atomic
def mark_demo(*, by: Actor) -> Workspace:
    """This installation shows a demo: its mail never leaves the machine, and nobody sets it up any more."""
    allow(by, "workspace.manage")
    ensure_defaults()
    row = Workspace.objects.select_for_update().get(pk=1)
    row.is_demo, row.set_up_at = True, row.set_up_at or clock.now()
    row.save(update_fields=["is_demo", "set_up_at"])
    audit.record(by, "workspace.marked_demo", "workspace:1")
    return row


@transaction.atomic
def change_workspace(*, by: Actor, logo: bytes | None = None, drop_logo: bool = False, **values: Any) -> Workspace:
    """Other name, logo, language, time zone or currency."""
    allow(by, "workspace.manage")
    ensure_defaults()
    row = Workspace.objects.select_for_update().get(pk=1)
    changed = _assign(row, {name: value for name, value in values.items() if name in FIELDS})
    if logo:
        row.logo = files.save(checked_logo(logo))
        changed["logo"] = [None, row.logo.sha256]
    elif drop_logo and row.logo_id:
        row.logo = None
        changed["logo"] = [True, None]
    if changed:
        row.save()
        audit.record(by, "workspace.changed", "workspace:1", changed)
    return row


def _assign(row: Workspace, values: dict[str, Any]) -> dict[str, Any]:
    if "timezone" in values:
        check_timezone(values["timezone"])
    if values.get("currency", "IRR") not in CURRENCIES or values.get("language", "en") not in dict(LANGUAGES):
        raise Invalid({"currency": _("Choose from the list.")})
    if not str(values.get("name", "x")).strip():
        raise Invalid({"name": _("Write a name.")})
    changed = {name: [getattr(row, name), new] for name, new in values.items() if getattr(row, name) != new}
    for name in changed:
        setattr(row, name, values[name])
    return changed


def logo_type(data: bytes) -> str | None:
    """The media type of a picture that we serve, told by its first bytes; None for anything else."""
    return next((kind for start, kind in LOGO_TYPES.items() if data.startswith(start)), None)


def checked_logo(data: bytes) -> bytes:
    """The picture again. Raises Invalid when it is too large or no picture."""
    if len(data) > LOGO_BYTES or logo_type(data) is None:
        raise Invalid({"logo": _("Choose a PNG, JPEG or WebP picture of at most 512 KB.")})
    return data


def needs_set_up_code() -> bool:
    """Anybody who can reach a public address could be first, so there a code from the server is asked."""
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    loopback = {"127.0.0.1", "localhost", "::1"}
    return settings.ENV.host not in loopback or host not in loopback


def set_up_code() -> str:
    """The code of this installation, kept in DATA_DIR/setup_code (0600); made at first need."""
    return kept(Path(settings.DATA_DIR) / "setup_code", lambda: secrets.token_hex(8))


def check_set_up_code(given: str) -> None:
    """Raises Invalid unless it is the code, where one is needed."""
    if needs_set_up_code() and not secrets.compare_digest(given.strip().encode(), set_up_code().encode()):
        raise Invalid({"code": _("This is not the code that the server printed.")})


def set_up_hint() -> str:
    """What the start prints while nobody exists: where to make the first admin, and the code if one is needed."""
    if not access.awaits_set_up():
        return ""
    code = f" with the set-up code {set_up_code()}" if needs_set_up_code() else ""
    return f"First run: make the first admin at {settings.PUBLIC_URL}/setup/{code}"
