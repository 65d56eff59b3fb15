"""`manage.py run`: the whole product on this machine, under one supervisor."""

from typing import Any

from django.core.management.base import BaseCommand

from helpdesk.launch import prepare, supervisor


class Command(BaseCommand):
    help = "Starts everything: database, Valkey, web, worker and clock. Ctrl-C stops it."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        supervisor.current().serve(prepare.everything, prepare.announce)
