"""Hints over Channels: they say that something changed, never what. HTTP is the truth.

Sending happens on one event loop in a thread of its own, so that no request waits for Redis and its connection is kept.
"""

import asyncio
import atexit
import logging
import os
import threading
from functools import lru_cache
from typing import Any

from channels.layers import get_channel_layer
from django.db import transaction

DESK = "desk"
PATIENCE = 3.0
LOOK_BACK = 20
log = logging.getLogger(__name__)


def ticket_group(number: int) -> str:
    """The group of those who have this ticket open."""
    return f"ticket.{number}"


def chat_group(pk: int) -> str:
    """The group of those who have this conversation open before a widget."""
    return f"chat.{pk}"


def user_group(pk: int) -> str:
    """The group of one person's sockets."""
    return f"user.{pk}"


def hint(groups: list[str], kind: str, **data: Any) -> None:
    """After commit, tells each group that `kind` happened. Without Redis it is lost, and pages catch up by polling."""
    transaction.on_commit(lambda: send(groups, {"type": "hint", "kind": kind, **data}), robust=True)


def send(groups: list[str], message: dict[str, Any]) -> None:
    """Hands the message to the sending loop and returns at once."""
    _sender(os.getpid()).put(groups, message)


class Sender:
    """The loop and what waits for it. What comes while it sends goes out together afterwards, the same thing once."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.loop = asyncio.new_event_loop()
        self.lock = threading.Lock()
        self.waiting: list[tuple[str, dict[str, Any]]] = []
        self.idle = threading.Event()
        self.idle.set()
        threading.Thread(target=self.loop.run_forever, name=f"hints-{self.pid}", daemon=True).start()
        atexit.register(self.flush)

    def put(self, groups: list[str], message: dict[str, Any]) -> None:
        """Adds to what waits; wakes the loop if it sleeps."""
        with self.lock:
            self.waiting += [(group, message) for group in groups if (group, message) not in self.waiting[-LOOK_BACK:]]
            if not self.idle.is_set():
                return
            self.idle.clear()
        asyncio.run_coroutine_threadsafe(self._send_waiting(), self.loop)

    def flush(self, seconds: float = PATIENCE) -> bool:
        """Waits until all is sent, so that a process which ends after its commit still tells. False: time was over."""
        return os.getpid() != self.pid or self.idle.wait(seconds)

    async def _send_waiting(self) -> None:
        while batch := self._take():
            try:
                async with asyncio.timeout(PATIENCE):
                    await _send_all(batch)
            except Exception as error:
                log.warning("%s hints were not sent: %s", len(batch), type(error).__name__)

    def _take(self) -> list[tuple[str, dict[str, Any]]]:
        with self.lock:
            batch, self.waiting = self.waiting, []
            if not batch:
                self.idle.set()
            return batch


@lru_cache(maxsize=1)
def _sender(pid: int) -> Sender:
    """This process's sender; a fork makes its own."""
    return Sender()


async def _send_all(batch: list[tuple[str, dict[str, Any]]]) -> None:
    layer = get_channel_layer()
    if layer is not None:
        for group, message in batch:
            await layer.group_send(group, message)
