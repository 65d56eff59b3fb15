"""A thousand long polls at a real server: pages are answered as if nobody waited, and one word answers all of them."""

import asyncio
import json
import shutil
from typing import Any

import pytest

from helpdesk.launch.servers import temporary
from tests.torture.chat import Plan, World
from tests.torture.chatline import Line, ask
from tests.torture.chatpages import VisitorPage
from tests.torture.rig import Rig

pytestmark = pytest.mark.fault
WAITERS = 1000


async def _scene(world: World) -> tuple[int, list[int], set[tuple[int, Any]]]:
    """How many still waited when the pages were answered, those answers, and what the waiters heard."""
    await world.up()
    port, line = world.desk.port, Line(0, world.desk.port)
    await line.open()
    page = VisitorPage(world.board, line, 0, world.key)
    await page.enter()
    await page.says(1)
    path = f"{page.api}wait?conversation={page.conversation}&after=1"
    polls = [asyncio.ensure_future(ask(port, "GET", path, page.headers, patience=120)) for _ in range(WAITERS)]
    paths = ("/healthz", f"/w/{world.key}/", "/sign-in/") * 4
    statuses = [(await ask(port, "GET", one, {}, patience=60))[0] for one in paths]
    waited = sum(not poll.done() for poll in polls)
    await page.says(1)
    heard = {(status, json.loads(body)["seq"]) for status, body, _ in await asyncio.gather(*polls)}
    line.close()
    return waited, statuses, heard


def test_a_thousand_who_wait_take_no_thread_from_pages() -> None:
    place = temporary("helpdesk-waiters-")
    rig = Rig(place)
    try:
        world = World(rig, Plan(chats=1, agents=0))
        try:
            waited, statuses, heard = asyncio.run(_scene(world))
        finally:
            world.desk.close()
    finally:
        rig.close()
        shutil.rmtree(place, ignore_errors=True)
    assert statuses == [200] * 12
    assert waited > 100  # far more than there are threads
    assert (200, 2) in heard
    assert heard <= {(200, 1), (200, 2)}  # 1: who had waited for 25 s on a slow machine
