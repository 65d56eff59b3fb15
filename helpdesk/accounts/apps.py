from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class App(AppConfig):
    name = "helpdesk.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Every way into a session writes the person's epoch into it (Django offers no other seam than this signal)."""
        from helpdesk.accounts.middleware import remember_epoch

        user_logged_in.connect(remember_epoch, dispatch_uid="accounts.epoch")
