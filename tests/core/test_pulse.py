"""Who listens is told when hints stop coming and when they come again, and not otherwise."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from helpdesk.core import pulse

pytestmark = pytest.mark.fault

Scene = Callable[[], Awaitable[None]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short enough for a test, long enough for a busy machine."""
    times = {"PERIOD": 0.02, "PATIENCE": 0.5, "SHORT_PERIOD": 0.02, "SHORT_PATIENCE": 0.1, "LOOK": 0.3}
    for name, seconds in times.items():
        monkeypatch.setattr(pulse, name, seconds)


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not happened():
            await asyncio.sleep(0.01)


class Page:
    """Counts how often it was told to look for itself."""

    def __init__(self) -> None:
        self.looks = 0

    async def look(self) -> None:
        self.looks += 1


def play(scene: Scene) -> None:
    async_to_sync(scene)()


async def dead(*_: Any) -> None:
    raise ConnectionError


async def swallowed(*_: Any) -> None:
    """A publish that succeeds, but whose subscription is gone."""


@pytest.mark.parametrize("fault", [dead, swallowed])
def test_a_silence_is_told_at_once_then_now_and_then_and_at_its_end(
    fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        page, layer = Page(), get_channel_layer()
        pulse.here().join(page.look)
        await asyncio.sleep(0.2)
        assert page.looks == 0
        with monkeypatch.context() as patch:
            patch.setattr(layer, "send", fault)
            await until(lambda: page.looks == 1)
            await until(lambda: page.looks == 2)
            before = page.looks
        await until(lambda: page.looks > before)
        await asyncio.sleep(0.2)
        settled = page.looks
        await asyncio.sleep(0.6)
        assert page.looks == settled
        pulse.here().leave(page.look)

    play(scene)


def test_one_page_that_cannot_be_told_costs_the_others_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        page = Page()
        pulse.here().join(dead)
        pulse.here().join(page.look)
        monkeypatch.setattr(get_channel_layer(), "send", dead)
        await until(lambda: page.looks == 1)
        pulse.here().leave(dead)
        pulse.here().leave(page.look)

    play(scene)


def test_nothing_beats_when_nobody_listens() -> None:
    async def scene() -> None:
        page = Page()
        pulse.here().join(page.look)
        task = pulse.here().beating
        assert task is not None
        pulse.here().leave(page.look)
        await asyncio.sleep(0.05)
        assert task.done() and pulse.here().beating is None

    play(scene)
