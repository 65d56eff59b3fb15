"""`manage.py create_user --email E --role agent|lead|admin --password P [--team T]`."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.accounts import access, actions
from helpdesk.accounts.models import Role, Team
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core.errors import DomainError, Invalid


class Command(BaseCommand):
    help = "Makes a member of staff who may sign in at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Flags as interfaces.md promises them."""
        parser.add_argument("--email", required=True)
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--password", required=True)
        parser.add_argument("--team", action="append", default=[], help="name of a team; may be repeated")
        parser.add_argument("--name", default="")
        parser.add_argument("--language", default="en", choices=["en", "fa"])
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        """Makes the person, or says in one line why not."""
        workspace = actions.ensure_defaults()
        teams = [_team(name) for name in options["team"]] or [actions.ensure_default_team()]
        try:
            user = actions.create_user(
                by=SYSTEM,
                email=options["email"],
                name=options["name"] or options["email"].partition("@")[0],
                role=options["role"],
                password=options["password"],
                teams=teams,
                language=options["language"],
                timezone=workspace.timezone,
                weak_ok=True,
            )
        except DomainError as error:
            raise CommandError(sentence(error)) from error
        told = {"id": user.pk, "email": user.email, "role": user.role, "teams": [team.name for team in teams]}
        self.stdout.write(json.dumps(told) if options["json"] else f"{user.email} ({user.role}) may sign in.")


def _team(name: str) -> Team:
    found = access.team_list().filter(name__iexact=name).first()
    return found or actions.create_team(by=SYSTEM, name=name)


def sentence(error: DomainError) -> str:
    """The refusal in one line."""
    if isinstance(error, Invalid):
        return " ".join(f"{field}: {text}" for field, text in error.errors.items())
    return str(error.message)
