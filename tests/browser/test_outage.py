"""Redis dies under an open ticket page: nothing is lost, answers go out, and the page catches up by itself."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from helpdesk.accounts.models import User
from helpdesk.core import tasks
from helpdesk.launch import valkey
from helpdesk.launch.servers import temporary
from tests.browser.conftest import Outside
from tests.conftest import Post
from tickets.models import Message

pytestmark = pytest.mark.browser
SitDown = Callable[..., Page]
CATCH_UP = 5_000


class Redis:
    """A Valkey of this test alone, which may die."""

    def __init__(self, server: valkey.Valkey) -> None:
        self.server = server

    def kill(self) -> None:
        pid = int((self.server.home / "pid").read_text())
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        assert not self.server.listening()

    def start(self) -> None:
        self.server.start()


@pytest.fixture
def redis(settings: Any) -> Iterator[Redis]:
    """The Redis of hints and of the bell, for this test."""
    place = temporary("helpdesk-redis-")
    server = valkey.locate(place)
    server.start()
    settings.REDIS_URL = server.url
    backend = "channels_redis.pubsub.RedisPubSubChannelLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": {"hosts": [server.url]}}}
    tasks._redis.cache_clear()
    yield Redis(server)
    tasks._redis.cache_clear()
    tasks._silence["until"] = 0.0
    server.stop()
    shutil.rmtree(place, ignore_errors=True)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_redis_is_killed_and_started_again_under_an_open_page(
    redis: Redis, outside: Outside, post: Post, sit_down: SitDown, agent: User, teammate: User, language: str
) -> None:
    outside.arrive(post.make("My line is dead."))
    page = sit_down(agent if language == "en" else teammate)
    page.goto("/desk/q/all/")
    page.click("a[data-row]")
    page.wait_for_selector("html[data-live=on] #composer [data-key=r][aria-keyshortcuts]")

    outside.writes_again("Heard at once")
    page.wait_for_selector(".msg.in:has-text('Heard at once')", timeout=2_000)

    redis.kill()
    page.keyboard.press("r")
    page.keyboard.type("Answered while Redis was dead")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".msg.out:has-text('Answered while Redis was dead')", timeout=CATCH_UP)
    outside.writes_again("Written while Redis was dead")
    page.wait_for_selector(".msg.in:has-text('Written while Redis was dead')", timeout=CATCH_UP + 2_000)

    redis.start()
    began = time.monotonic()
    outside.writes_again("Written as Redis came back")
    page.wait_for_selector(".msg.in:has-text('Written as Redis came back')", timeout=CATCH_UP)
    print(f"caught up after {time.monotonic() - began:.1f} s")
    page.wait_for_selector("html[data-live=on]", timeout=30_000)
    page.wait_for_timeout(2_500)
    outside.writes_again("Heard at once again")
    page.wait_for_selector(".msg.in:has-text('Heard at once again')", timeout=2_000)

    outside.later()
    assert len(outside.sink.kept) == 1
    assert Message.objects.filter(kind="in").count() == 5
    assert page.locator(".msg.in").count() == 5
