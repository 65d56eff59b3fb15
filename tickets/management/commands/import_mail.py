"""Brings in an archive of mail through the same door as live mail. Restartable: what is here already is a duplicate."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core.errors import DomainError
from tickets.actions import inboxes, raw
from tickets.channels.email import archive
from tickets.management.commands.create_inbox import reason
from tickets.models import Inbox, RawInbound
from tickets.queries import inboxes as find
from tickets.queries.inboxes import outcomes

PATIENCE = 180.0
REPORT_EVERY = 200


@dataclass
class Tally:
    """What came of the mails. `rows`: taken in by this run, fate still to be looked up."""

    read: int = 0
    duplicate: int = 0
    rows: list[int] = field(default_factory=list)


class Command(BaseCommand):
    help = "Import an mbox file, a Maildir, a folder of .eml files or one .eml file into an inbox."
    # As in receive_mail: the checks would load every page and its libraries, which took a third of a short run.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--inbox", required=True, metavar="ADDRESS")
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        if not path.exists():
            raise CommandError(f"{path} does not exist")
        inbox = self.inbox(options["inbox"])
        tally = self.take_in(inbox, archive.mails(path))
        settle(tally.rows)
        result = {"read": tally.read, "duplicate": tally.duplicate} | outcomes(tally.rows)
        self.stdout.write(json.dumps(result) if options["json"] else _in_words(result))

    def inbox(self, address: str) -> Inbox:
        """The inbox of this address; made when there is none, and said so."""
        found = find.by_address(address)
        if found:
            return found
        try:
            made = inboxes.create_inbox(by=SYSTEM, kind="email", name=address, settings={"address": address})
        except DomainError as refused:
            raise CommandError(f"{reason(refused)} (see the command create_inbox)") from None
        self.stderr.write(f"made the inbox {made.address}")
        return made

    def take_in(self, inbox: Inbox, mails: Iterable[tuple[str, bytes]]) -> Tally:
        """Stores each mail durably, then reads it."""
        tally = Tally()
        for name, data in mails:
            tally.read += 1
            row = raw.take_in(inbox, data, f"import:{name}"[:120])
            if row is None:
                tally.duplicate += 1
            else:
                raw.process(row.pk)
                tally.rows.append(row.pk)
            if tally.read % REPORT_EVERY == 0:
                self.stderr.write(f"{tally.read} mails read")
        return tally


def settle(rows: list[int], patience: float = PATIENCE) -> None:
    """Waits for mails that are tried again after a passing fault, or that a worker has taken."""
    end = time.monotonic() + patience
    waiting = _queued(rows)
    while waiting and time.monotonic() < end:
        for pk in waiting:
            raw.process(pk)
        waiting = _queued(waiting)
        if waiting:
            time.sleep(0.5)


def _queued(rows: list[int]) -> list[int]:
    queued = RawInbound.objects.filter(pk__in=rows, state=RawInbound.State.QUEUED)
    return list(queued.values_list("pk", flat=True))


def _in_words(result: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in result.items())
