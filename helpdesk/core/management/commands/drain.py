"""`manage.py drain`: all due background work, once, in this process."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from helpdesk import wiring
from helpdesk.core import audit
from helpdesk.core.tasks import pumps


def drain() -> dict[str, int]:
    """Runs every pump until none finds due work; returns how much each did."""
    counts = dict.fromkeys(wiring.PUMPS, 0)
    while True:
        done = {path: work(100) for path, work in zip(wiring.PUMPS, pumps(), strict=True)}
        for path, count in done.items():
            counts[path] += count
        if not any(done.values()):
            break
    counts["sealed"] = audit.seal(limit=100_000)
    return counts


class Command(BaseCommand):
    help = "Runs all due background work in this process until nothing is due; prints counts."
    # As in receive_mail: the checks would load every page and its libraries, which took a third of a short run.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = drain()
        if options["json"]:
            self.stdout.write(json.dumps(counts))
        else:
            for name, count in counts.items():
                self.stdout.write(f"{name.rsplit('.', 1)[-1]}: {count}")
