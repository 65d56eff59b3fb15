"""Reads mails as the product would and prints what it understood. Needs no database."""

import hashlib
import json
import logging
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets.channels.email.parse import ParsedMail, UnreadableMail, parse


class Command(BaseCommand):
    help = "Parse e-mail files: one absolute path per line on standard input, one JSON line each on standard output."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", help="files to parse")
        parser.add_argument("--stdin-paths", action="store_true", help="read one path per line from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["stdin_paths"] and not options["paths"]:
            raise CommandError("give file paths, or --stdin-paths")
        logging.getLogger("tickets.channels.email").setLevel(logging.CRITICAL)
        for path in options["paths"]:
            self.answer(path)
        if options["stdin_paths"]:
            for line in sys.stdin:
                self.answer(line.rstrip("\r\n"))

    def answer(self, path: str) -> None:
        """Prints one line of JSON for one file, at once."""
        self.stdout.write(json.dumps(_read(path), ensure_ascii=True))
        self.stdout.flush()


def _read(path: str) -> dict[str, Any]:
    try:
        return described(parse(Path(path).read_bytes()))
    except UnreadableMail as refused:
        return {"error": refused.reason}
    except (OSError, ValueError) as fault:
        return {"error": f"cannot read the file: {fault}"}


def described(mail: ParsedMail) -> dict[str, Any]:
    """A parsed mail as plain JSON values; files by name, size and hash."""
    return {
        "from_email": mail.from_email,
        "from_name": mail.from_name,
        "reply_to_email": mail.reply_to_email,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "visible_reply": mail.visible_reply,
        "attachments": [
            {"name": one.name, "size": len(one.data), "sha1": hashlib.sha1(one.data, usedforsecurity=False).hexdigest()}
            for one in mail.attachments
        ],
        "auto_generated": mail.auto_generated,
        "bounce": mail.bounce,
        "kind": mail.kind,
        "reports": [asdict(one) for one in mail.reports],
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "references": list(mail.references),
    }
