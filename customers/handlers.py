"""What customers does when something is announced."""

from customers.actions.asking import import_page

__all__ = ["import_page"]
