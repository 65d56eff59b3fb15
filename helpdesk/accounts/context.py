"""What every page's frame needs: language, direction, theme, density, counters and the workspace's name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.module_loading import import_string

from helpdesk import wiring
from helpdesk.accounts import access
from helpdesk.accounts.models import User, Workspace
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import clock
from helpdesk.core.alarms import Alarm


@dataclass
class Shell:
    """The frame around a page. Counters are counted only when a template shows them."""

    user: User | None
    actor: Actor | None

    @property
    def language(self) -> str:
        """`en` or `fa`."""
        return (translation.get_language() or "en")[:2]

    @property
    def dir(self) -> str:
        """`rtl` for Persian."""
        return "rtl" if translation.get_language_bidi() else "ltr"

    @property
    def other_language(self) -> str:
        """The language that the switch offers."""
        return "en" if self.language == "fa" else "fa"

    @property
    def theme(self) -> str:
        """`auto`, `light` or `dark`."""
        return self.user.theme if self.user else "auto"

    @property
    def density(self) -> str:
        """`compact` or `comfortable`."""
        return self.user.density if self.user else "comfortable"

    @property
    def shortcuts(self) -> bool:
        """Whether single-letter keys are on."""
        return bool(self.user and self.user.shortcuts)

    @property
    def may_settings(self) -> bool:
        """Whether the settings are this person's."""
        return can(self.actor, "workspace.manage")

    @property
    def demo(self) -> bool:
        """Whether this installation began with demo data."""
        return bool(settings.DEMO)

    @property
    def notices(self) -> int:
        """Unread notices."""
        return self._badges.get("notices", 0)

    @property
    def chats(self) -> int:
        """Chats in which somebody waits for this person's word."""
        return self._badges.get("chats", 0)

    @cached_property
    def availability(self) -> tuple[str, datetime | None]:
        """Whether this person takes chats now, and until when not."""
        state, until = getattr(self.user, "availability_facts", None) or ("away", None)
        ends = datetime.fromisoformat(until) if until else None
        return ("available", None) if ends and ends <= clock.now() else (state, ends)

    @cached_property
    def helpers(self) -> list[str]:
        """Who can do, or allow, what this person may not: names to ask."""
        return access.helpers(self.actor) if self.actor else []

    @cached_property
    def alarms(self) -> list[Alarm]:
        """What has stopped working and is this person's to see to, or to have seen to."""
        return [alarm for path in wiring.ALARMS for alarm in import_string(path)(self.actor)] if self.actor else []

    @cached_property
    def _badges(self) -> dict[str, int]:
        return import_string(wiring.BADGES)(self.actor) if self.actor else {}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell`, `actor`, `me` and `workspace` (name, logo, language, timezone, currency)."""
    actor: Actor | None = getattr(request, "actor", None)
    user = getattr(request, "user", None)
    me = user if isinstance(user, User) else None
    facts = getattr(me, "workspace_facts", None)
    return {
        "shell": Shell(me, actor),
        "actor": actor,
        "me": me,
        "workspace": facts or SimpleLazyObject(_unmade if me else _stored),
    }


def _stored() -> dict[str, Any]:
    return _workspace_facts(access.workspace())


def _unmade() -> dict[str, Any]:
    # The person came with the workspace, and there was no row.
    return _workspace_facts(Workspace(pk=1))


def _workspace_facts(row: Workspace) -> dict[str, Any]:
    return {
        "name": row.name,
        "logo": row.logo.token if row.logo else None,
        "language": row.language,
        "timezone": row.timezone,
        "currency": row.currency,
        "is_demo": row.is_demo,
    }
