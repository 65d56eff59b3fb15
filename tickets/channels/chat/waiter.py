"""The long poll, for lines on which no socket holds: it waits on the event loop, not in a worker's thread.

`GET /w/<key>/api/wait?conversation=<id>&after=<seq>` answers {"seq": n} as soon as there is more than `after`, and
after 25 s in any case. A thousand of them cost no page anything.
"""

import asyncio
import json
import re
from typing import Any
from urllib.parse import parse_qs

from channels.layers import get_channel_layer
from django.db import DatabaseError, InterfaceError

from helpdesk.core.realtime import chat_group
from tickets.channels.chat import bells

PATH = re.compile(r"/w/([^/]{1,64})/api/wait\Z")
PATIENCE = 25.0
MOST_AT_ONCE = 5_000
_now = {"waiting": 0}


def is_for_us(scope: dict[str, Any]) -> bool:
    """Whether this request is a long poll."""
    return scope["method"] == "GET" and bool(PATH.match(scope["path"]))


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """ASGI. Nobody waits who may not hear, and at most some thousands in one process."""
    if _now["waiting"] >= MOST_AT_ONCE:
        await _answer(send, 503, {"code": "busy"})
        return
    _now["waiting"] += 1
    try:
        status, told = await _wait(scope, receive)
    except (DatabaseError, InterfaceError):
        status, told = 503, {"code": "unavailable"}
    finally:
        _now["waiting"] -= 1
    await _answer(send, status, told)


async def _wait(scope: dict[str, Any], receive: Any) -> tuple[int, dict[str, Any]]:
    found = PATH.match(scope["path"])
    given = parse_qs(scope["query_string"].decode("latin-1"))
    name, after = given.get("conversation", [""])[0], given.get("after", ["0"])[0]
    token = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1").removeprefix("Bearer ")
    proof = (found[1] if found else "", token, name)
    chat = await bells.heard(*proof)
    if chat is None:
        return 404, {"code": "not_found"}
    seq = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
    if chat.seq > seq:
        return 200, {"seq": chat.seq}
    return await _ring(proof, chat.pk, seq, receive)


async def _ring(proof: tuple[str, str, str], pk: int, seq: int, receive: Any) -> tuple[int, dict[str, Any]]:
    layer = get_channel_layer()
    name = await layer.new_channel()
    await layer.group_add(chat_group(pk), name)
    try:
        # What was said before we had joined.
        chat = await bells.heard(*proof)
        if chat is not None and chat.seq <= seq:
            await _first(layer.receive(name), _gone(receive))
            chat = await bells.heard(*proof)
    finally:
        await layer.group_discard(chat_group(pk), name)
    if chat is None:
        return 404, {"code": "not_found"}
    return 200, {"seq": chat.seq}


async def _first(*ends: Any) -> None:
    """Waits for the first of them, or for as long as we have patience."""
    tasks = [asyncio.ensure_future(one) for one in ends]
    await asyncio.wait(tasks, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


async def _gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(send: Any, status: int, told: dict[str, Any]) -> None:
    body = json.dumps(told).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
