"""System checks: every string on the wiring page resolves, so a typo stops the start and not a customer."""

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

from helpdesk import wiring


@register()
def wiring_resolves(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """One error per string that names nothing."""
    return [
        Error(f"wiring: {path} resolves to nothing", id="core.E001") for path in wiring.paths() if not _exists(path)
    ]


def _exists(path: str) -> bool:
    try:
        import_string(path)
    except ImportError:
        return False
    return True
