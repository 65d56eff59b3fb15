"""Hints over Channels: they say that something changed, never what. HTTP is the truth.

Sending happens on one event loop in a thread of its own, so that no request waits for Redis and its connection is kept.
"""

import asyncio
import logging
import os
import threading
from concurrent.futures import Future
from functools import lru_cache
from typing import Any

from channels.layers import get_channel_layer
from django.db import transaction

DESK = "desk"
PATIENCE = 3.0
log = logging.getLogger(__name__)


def ticket_group(number: int) -> str:
    """The group of those who have this ticket open."""
    return f"ticket.{number}"


def user_group(pk: int) -> str:
    """The group of one person's sockets."""
    return f"user.{pk}"


def hint(groups: list[str], kind: str, **data: Any) -> None:
    """After commit, tells each group that `kind` happened. Without Redis it is lost, and pages catch up by polling."""
    transaction.on_commit(lambda: send(groups, {"type": "hint", "kind": kind, **data}), robust=True)


def send(groups: list[str], message: dict[str, Any]) -> None:
    """Hands the message to the sending loop and returns at once."""
    future = asyncio.run_coroutine_threadsafe(_send_all(groups, message), _loop(os.getpid()))
    future.add_done_callback(_note_failure)


@lru_cache(maxsize=1)
def _loop(pid: int) -> asyncio.AbstractEventLoop:
    """This process's sending loop; a fork makes its own."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name=f"hints-{pid}", daemon=True).start()
    return loop


async def _send_all(groups: list[str], message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    async with asyncio.timeout(PATIENCE):
        for group in groups:
            await layer.group_send(group, message)


def _note_failure(future: "Future[None]") -> None:
    error = future.exception()
    if error is not None:
        log.warning("a hint was not sent: %s", type(error).__name__)
