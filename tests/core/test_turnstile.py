"""A flood of strangers waits outside; everybody else walks by."""

import asyncio
from typing import Any

import pytest

from helpdesk.core.turnstile import MOST_BYTES, Turnstile


class Desk:
    """Serves slowly and remembers how many it served at once."""

    def __init__(self) -> None:
        self.now = self.most = self.served = 0
        self.bodies: list[bytes] = []
        self.open = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        self.bodies.append((await receive())["body"])
        if scope["path"].startswith("/w/"):
            await self.open.wait()
        self.now -= 1
        self.served += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


def _ask(door: Turnstile, path: str, *parts: bytes) -> "asyncio.Task[int]":
    body = [{"type": "http.request", "body": part, "more_body": True} for part in parts] or [
        {"type": "http.request", "body": b"", "more_body": True}
    ]
    body[-1]["more_body"] = False
    told: list[Any] = []

    async def receive() -> Any:
        return body.pop(0) if body else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        told.append(message)

    async def ask() -> int:
        await door({"type": "http", "path": path}, receive, send)
        return int(told[0]["status"]) if told else 0

    return asyncio.create_task(ask())


def _door(desk: Desk, most_waiting: int = 100) -> Turnstile:
    return Turnstile(desk, r"/w/", at_once=1, most_waiting=most_waiting)


async def _settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_strangers_come_in_one_at_a_time_and_nobody_else_waits_for_them() -> None:
    async def play() -> None:
        desk = Desk()
        door = _door(desk)
        strangers = [_ask(door, "/w/boot", b"a", b"b") for _ in range(20)]
        await _settle()
        assert await _ask(door, "/desk/") == 200
        assert (desk.most, desk.served) == (2, 1)
        desk.open.set()
        assert set(await asyncio.gather(*strangers)) == {200}
        assert desk.most == 2
        assert desk.bodies.count(b"ab") == 20

    asyncio.run(play())


def test_when_too_many_wait_the_next_is_told_to_come_back() -> None:
    async def play() -> None:
        desk = Desk()
        door = _door(desk, most_waiting=3)
        strangers = [_ask(door, "/w/boot") for _ in range(3)]
        await _settle()
        assert await _ask(door, "/w/boot") == 503
        desk.open.set()
        await asyncio.gather(*strangers)
        assert await _ask(door, "/w/boot") == 200

    asyncio.run(play())


def test_who_sends_too_much_or_goes_away_takes_no_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk.core.turnstile.BODY_SECONDS", 0.05)

    async def play() -> None:
        desk = Desk()
        desk.open.set()
        door = _door(desk)
        assert await _ask(door, "/w/boot", b"x" * MOST_BYTES, b"y") == 413

        async def never() -> Any:
            await asyncio.sleep(60)

        async def gone() -> Any:
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            raise AssertionError(message)

        await door({"type": "http", "path": "/w/boot"}, never, send)
        await door({"type": "http", "path": "/w/boot"}, gone, send)
        assert (desk.served, door.waiting) == (0, 0)

    asyncio.run(play())
