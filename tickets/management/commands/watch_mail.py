"""Listens for the servers' word that new mail is there, and rings the worker."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections

from tickets.channels.email import receiving
from tickets.channels.email.idle import Watcher

LOOK_SECONDS = 15.0


class Command(BaseCommand):
    help = "Listen on every IMAP inbox whose server can tell of new mail (IDLE), until stopped. Polling goes on beside."

    def handle(self, *args: Any, **options: Any) -> None:
        ended = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        watcher = Watcher(receiving.ring_for)
        while not ended.is_set():
            close_old_connections()
            try:
                watcher.tend()
            except Error as fault:
                self.stderr.write(f"Mail: the database is away ({type(fault).__name__}); trying again")
            ended.wait(LOOK_SECONDS)
        watcher.stop()
