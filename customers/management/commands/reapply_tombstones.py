"""`manage.py reapply_tombstones`: after a restore, erases again whoever was erased since the dump was made."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from customers.actions import reerasing


class Command(BaseCommand):
    help = (
        "After a restore: erases again everybody who was erased since the dump was made. Reads the file of tombstones"
        " beside the data (or --from FILE, from the old machine; SECRET_KEY must be the same). A repeat is harmless."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="path", help="the file of tombstones; otherwise the one beside the data")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["path"]) if options["path"] else None
        if path is not None and not path.is_file():
            raise CommandError(f"{path} is no file. Give the file named tombstones from the data directory.")
        done = reerasing.reapply(path)
        if options["json"]:
            self.stdout.write(json.dumps({"tombstones": done.stones, "erased": done.people}))
        else:
            self.stdout.write(f"{done.stones} tombstones, {done.people} people erased again")
