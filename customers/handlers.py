"""What customers does when something is announced."""

from typing import Any

from customers.actions import copies, erasing
from customers.actions.asking import import_page
from customers.actions.importrun import run as import_rows

__all__ = ["erase", "export", "import_page", "import_rows"]


def erase(payload: dict[str, Any]) -> None:
    """Goes on with the erasing of somebody; a repeat finds less to do, or nothing."""
    erasing.go_on(payload["erasure"])


def export(payload: dict[str, Any]) -> None:
    """Makes the copy of somebody's data."""
    copies.make(payload["export"])
