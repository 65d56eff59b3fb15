"""`manage.py seed`: realistic linked data in both languages, fast enough for a million tickets."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets.seeding.desk import Wish, read_texts, seed


def _whole(value: str) -> int:
    number = int(value)
    if number < 0:
        raise ValueError(value)
    return number


class Command(BaseCommand):
    help = "Adds realistic, linked data in English and Persian: customers, staff, tickets, messages and their history."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tickets", type=_whole, required=True, help="how many tickets")
        parser.add_argument("--customers", type=_whole, help="how many customers (a quarter of the tickets)")
        parser.add_argument("--agents", type=_whole, default=20, help="how many members of staff (20)")
        parser.add_argument("--seed", type=int, default=1, help="the same number makes the same desk again (1)")
        parser.add_argument("--texts", type=Path, help="CSV file (text,category) of what English customers ask")
        parser.add_argument(
            "--password", default="", help="lets the seeded staff sign in with it; without it nobody can"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object to stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        wish = self._wish(options)
        began = time.monotonic()

        def progress(done: int) -> None:
            self.stderr.write(f"{done:,} of {wish.tickets:,} tickets, {time.monotonic() - began:.0f} s")

        counts = seed(wish, progress)
        seconds = round(time.monotonic() - began, 1)
        if options["json"]:
            self.stdout.write(json.dumps(counts | {"seconds": seconds}))
        else:
            self.stdout.write(", ".join(f"{count:,} {kind}" for kind, count in counts.items()) + f" in {seconds} s")

    def _wish(self, options: dict[str, Any]) -> Wish:
        try:
            real = read_texts(options["texts"]) if options["texts"] else []
        except (OSError, KeyError, UnicodeDecodeError) as problem:
            raise CommandError(
                f"--texts: cannot read {options['texts']} as CSV with the columns text,category"
            ) from problem
        customers = options["customers"] or max(1, options["tickets"] // 4)
        return Wish(
            tickets=options["tickets"],
            customers=customers,
            agents=max(1, options["agents"]),
            seed=options["seed"],
            password=options["password"],
            real=real,
        )
