from django.apps import AppConfig


class App(AppConfig):
    name = "helpdesk.core"
    label = "core"

    def ready(self) -> None:
        """Registers the system checks."""
        from helpdesk.core import checks  # noqa: F401 - importing registers
