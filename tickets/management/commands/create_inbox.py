"""Makes an inbox from the command line."""

import json
from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from helpdesk.accounts.models import Team
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core.errors import DomainError, Invalid
from tickets.actions import inboxes
from tickets.actions.inboxes import secrets_of
from tickets.models import Inbox

# Kinds, and providers of text messages, that sign nothing.
UNSIGNED = frozenset({"bale", "rubika", "eitaa", "bandwidth", "kavenegar", "http"})


class Command(BaseCommand):
    help = "Create an inbox, e.g. --kind email --name Support --set address=support@example.com"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", required=True, choices=inboxes.KINDS)
        parser.add_argument("--name", required=True)
        parser.add_argument("--team", help="name of the team its tickets go to")
        parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="pairs")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        given = dict(_pair(text) for text in options["pairs"])
        try:
            inbox = inboxes.create_inbox(
                by=SYSTEM, kind=options["kind"], name=options["name"], settings=given, team=_team(options["team"])
            )
        except DomainError as refused:
            raise CommandError(reason(refused)) from None
        self.stdout.write(json.dumps(described(inbox)) if options["json"] else f"inbox {inbox.pk}: {inbox.name}")


def described(inbox: Inbox) -> dict[str, Any]:
    """What a script needs to use the inbox; its key is the secret of its web address. Of a chat the key is public, and
    the secret signs who a visitor is."""
    hidden = secrets_of(inbox)
    return {
        "id": inbox.pk,
        "kind": inbox.kind,
        "address": inbox.address,
        "webhook_url": settings.PUBLIC_URL + _path(inbox) + _word(inbox, hidden.get("secret", "")),
        "secret": hidden.get("identity_secret" if inbox.kind == "chat" else "secret") or inbox.key,
    }


def _path(inbox: Inbox) -> str:
    """Where providers reach it; of a chat, the widget's own page."""
    return f"/w/{inbox.key}/" if inbox.kind == "chat" else f"/hooks/{inbox.kind}/{inbox.key}/"


def _word(inbox: Inbox, secret: str) -> str:
    """Providers that sign nothing show that they know the secret by the address that they call."""
    signs = inbox.kind not in UNSIGNED and not (inbox.kind == "sms" and inbox.settings.get("provider") in UNSIGNED)
    return "" if signs or not secret else f"?{urlencode({'secret': secret})}"


def reason(refused: DomainError) -> str:
    """One line in words."""
    if isinstance(refused, Invalid):
        return "; ".join(f"{field}: {message}" for field, message in refused.errors.items())
    return str(refused.message)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise CommandError(f"--set {text}: write KEY=VALUE")
    return key.strip(), value


def _team(name: str | None) -> Team | None:
    if not name:
        return None
    team = Team.objects.filter(name__iexact=name).first()
    if team is None:
        raise CommandError(f"there is no team named {name}")
    return team
