"""Whose page visits may stand in their history: only those who agreed to it."""

from collections.abc import Collection


def agreed(customers: Collection[int]) -> set[int]:
    """Which of these customers agreed to having their visits remembered."""
    return set()
