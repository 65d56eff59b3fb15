"""Listens for mail from a mail server in front of us, by SMTP or LMTP."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets.channels.email.listener import Listening, controller


class Command(BaseCommand):
    help = "Listen for mail by SMTP or LMTP until stopped. Mail is accepted only for addresses of inboxes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=2525)
        parser.add_argument("--lmtp", action="store_true", help="speak LMTP (RFC 2033), as Postfix and Exim deliver")
        parser.add_argument("--certificate", default="", help="a PEM file: offer STARTTLS")
        parser.add_argument("--key", default="", help="its key, when it lies in another file")
        parser.add_argument("--only-tls", action="store_true", help="take no mail before STARTTLS")

    def handle(self, *args: Any, **options: Any) -> None:
        wish = Listening(
            options["host"],
            options["port"],
            options["lmtp"],
            options["certificate"],
            options["key"],
            options["only_tls"],
        )
        ended = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        try:
            server = controller(wish)
            server.start()
        except (OSError, RuntimeError) as fault:
            raise CommandError(f"cannot listen on {wish.host}:{wish.port}: {fault}") from fault
        self.stderr.write(f"Mail: listening on {wish.host}:{wish.port}")
        ended.wait()
        server.stop(no_assert=True)
