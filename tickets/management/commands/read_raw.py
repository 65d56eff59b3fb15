"""Reads one raw delivery in this process, under limits. Workers call it for a mail whose readers died."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tickets.actions import apart, raw


class Command(BaseCommand):
    help = "Read one raw delivery (by its id) in this process, with bounded memory and time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pk", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        apart.limit_myself()
        message = raw.read_claimed(options["pk"])
        self.stdout.write(f"message {message.pk}" if message else "not accepted")
