"""`manage.py create_api_key --user E --scopes S… --json` prints the token, once."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.accounts import access, actions
from helpdesk.accounts.rules.policy import ALL_SCOPES, SCOPES, SYSTEM
from helpdesk.core.errors import DomainError


class Command(BaseCommand):
    help = "Makes a key to the REST API that acts for a person. Its token is shown only here."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Flags as interfaces.md promises them."""
        parser.add_argument("--user", required=True, help="e-mail address")
        parser.add_argument(
            "--scopes", required=True, nargs="+", help=f"one or more of: {' '.join((ALL_SCOPES, *SCOPES))}"
        )
        parser.add_argument("--name", default="")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        """Makes the key, or says in one line why not."""
        user = access.colleagues().filter(email__iexact=options["user"]).first()
        if user is None:
            raise CommandError(f"nobody who works here has the address {options['user']}")
        scopes = [part for given in options["scopes"] for part in given.replace(",", " ").split()]
        try:
            key, token = actions.create_key(by=SYSTEM, user=user, name=options["name"] or "command", scopes=scopes)
        except DomainError as error:
            raise CommandError(f"scopes: choose from {' '.join((ALL_SCOPES, *SCOPES))}") from error
        told = {"token": token, "id": key.pk, "scopes": key.scopes}
        self.stdout.write(json.dumps(told) if options["json"] else token)
