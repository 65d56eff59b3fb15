"""Hints over Channels: they say that something changed, never what. HTTP is the truth."""

import logging
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

log = logging.getLogger(__name__)


def ticket_group(number: int) -> str:
    return f"ticket.{number}"


def user_group(pk: int) -> str:
    return f"user.{pk}"


DESK = "desk"


def hint(groups: list[str], kind: str, **data: Any) -> None:
    """After commit, tells each group that `kind` happened. Without Redis it is lost, and pages catch up by polling."""
    transaction.on_commit(lambda: _send(groups, {"type": "hint", "kind": kind, **data}), robust=True)


def _send(groups: list[str], message: dict[str, Any]) -> None:
    try:
        async_to_sync(_send_all)(groups, message)
    except Exception as error:
        log.warning("hint %s was not sent: %s", message["kind"], type(error).__name__)


async def _send_all(groups: list[str], message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    for group in groups:
        await layer.group_send(group, message)
