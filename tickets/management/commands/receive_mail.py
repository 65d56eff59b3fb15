"""One mail from standard input, as mail servers hand it to a pipe (Postfix, Exim, procmail, .forward).

What goes wrong otherwise, a start that fails included, is 75 as well (helpdesk/launch/pipe.py): no mail is sent back.
"""

import sys
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from tickets.actions import raw
from tickets.channels.email.limits import MAX_BYTES
from tickets.channels.email.listener import inbox_of

# sysexits.h: what mail servers understand.
NO_USER, TRY_LATER, TOO_LARGE = 67, 75, 65


class Command(BaseCommand):
    help = (
        "Take one mail from standard input. Exit 0: it is kept. 75: try again later. 67: no inbox has this address."
        " 65: it is too large."
    )

    # A process for each mail: the checks would load every page and its libraries, which took most of its time.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--inbox", required=True, metavar="ADDRESS", help="whom the mail was delivered to")

    def handle(self, *args: Any, **options: Any) -> None:
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            self._end(TOO_LARGE, "This mail is too large.")
        try:
            inbox = inbox_of(options["inbox"])
            if inbox is None:
                self._end(NO_USER, f"There is no inbox {options['inbox']}.")
            raw.take_in(inbox, f"Delivered-To: {options['inbox']}\r\n".encode() + data, source="pipe")
        except (DatabaseError, OSError) as fault:
            self._end(TRY_LATER, f"Not kept, try again: {type(fault).__name__}")

    def _end(self, code: int, words: str) -> NoReturn:
        self.stderr.write(words)
        sys.exit(code)
