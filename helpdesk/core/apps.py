from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


class App(AppConfig):
    name = "helpdesk.core"
    label = "core"

    def ready(self) -> None:
        """Registers the system checks, and lets migrations take as long as a large table needs."""
        from helpdesk.core import checks  # noqa: F401 - importing registers

        pre_migrate.connect(_lift_limit, sender=self)
        post_migrate.connect(_restore_limit, sender=self)


def _lift_limit(using: str, **kwargs: Any) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")


def _restore_limit(using: str, **kwargs: Any) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("RESET statement_timeout")
