"""Stands between an Asterisk and us: hears its calls by the manager interface."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets.channels.phone.bridge import Bridge
from tickets.models import Inbox


class Command(BaseCommand):
    help = "Hear the calls of an Asterisk by its manager interface; runs until it is stopped (docs/phone.md)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--inbox", type=int, required=True, help="number of the inbox of kind phone")

    def handle(self, *args: Any, **options: Any) -> None:
        inbox = Inbox.objects.filter(pk=options["inbox"], kind="phone", is_active=True).first()
        if inbox is None:
            raise CommandError("there is no such inbox of kind phone in use")
        if not inbox.settings.get("ami_host"):
            raise CommandError("write the exchange's server on the inbox's page first (ami_host, ami_user, password)")
        stopping: list[int] = []
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda number, _frame: stopping.append(number))
        self.stdout.write(f"listening to {inbox.settings['ami_host']} for {inbox.name}")
        Bridge(inbox, lambda: bool(stopping)).run()
