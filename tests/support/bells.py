"""What stands in Valkey, and what went through it: every key and value, every message, read as whoever looks would."""

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from redis import Redis

from helpdesk.core.tasks import pump

PATIENCE = 5.0


@dataclass
class Heard:
    """Messages that went through, with their channels."""

    messages: list[bytes] = field(default_factory=list)


def line() -> Redis:
    """A connection to the Valkey of these tests."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)


@contextmanager
def heard() -> Iterator[Heard]:
    """Hears everything that anybody sends through Valkey meanwhile."""
    found = Heard()
    with line() as valkey, valkey.pubsub() as ear:
        ear.psubscribe("*")
        assert (ear.get_message(timeout=PATIENCE) or {}).get("type") == "psubscribe"
        yield found
        valkey.publish("the-end", b"")
        while (told := ear.get_message(timeout=PATIENCE)) is not None and told["channel"] != b"the-end":
            found.messages.append(told["channel"] + b" " + told["data"])


@contextmanager
def waiting_apart() -> Iterator[bytes]:
    """A bell that waits in a list of its own, where no worker takes it: whoever looks must find it. Its key."""
    queue = f"apart-{os.getpid()}"
    pump.apply_async(queue=queue, ignore_result=True)
    try:
        yield queue.encode()
    finally:
        with line() as valkey:
            valkey.delete(queue)


def standing() -> dict[bytes, list[bytes]]:
    """Every key with all that it holds; the bodies of waiting tasks are unpacked as well."""
    with line() as valkey:
        found = {key: list(_values(valkey, key)) for key in valkey.scan_iter("*", count=1000)}
    return {key: values + [body for one in values for body in _bodies(one)] for key, values in found.items()}


def _values(valkey: Any, key: bytes) -> Iterator[bytes]:
    kind = valkey.type(key).decode()
    read: dict[str, Any] = {
        "string": lambda: [valkey.get(key) or b""],
        "list": lambda: valkey.lrange(key, 0, -1),
        "set": lambda: valkey.smembers(key),
        "zset": lambda: valkey.zrange(key, 0, -1),
        "hash": lambda: [part for pair in valkey.hgetall(key).items() for part in pair],
        "stream": lambda: [repr(entry).encode() for entry in valkey.xrange(key)],
        # It was gone before we looked.
        "none": list,
    }
    yield from read[kind]()


def _bodies(value: bytes) -> Iterator[bytes]:
    try:
        told = json.loads(value)
    except ValueError:
        return
    for one in told if isinstance(told, list) else [told]:
        if isinstance(one, dict) and isinstance(one.get("body"), str):
            yield base64.b64decode(one["body"])
