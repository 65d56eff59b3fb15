"""The whole product behind one address, and people who sit before it in real browsers."""

import os
import signal
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.db import connection, connections
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, sync_playwright

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from helpdesk.core.management.commands.drain import drain
from helpdesk.launch.browser import find_or_install
from tests.browser.hostile import Watch, listening
from tests.conftest import PASSWORD, Post
from tests.support import fakeimap, fakesmtp
from tests.support.fakeimap import Mailbox
from tests.support.fakesmtp import Sink
from tickets import tokens
from tickets.actions import inboxes
from tickets.channels.email import imap
from tickets.models import Inbox, Participant

# By this switch, which means nothing to Chromium, the watchdog knows the browsers of this process.
OURS = f"--helpdesk-tests={uuid.uuid4().hex}"
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", OURS]
PATIENCE = 180


@contextmanager
def watched(config: pytest.Config) -> Iterator[None]:
    """Ends a Chromium that answers nothing: not every call of Playwright gives up by itself."""
    patience = PATIENCE if config.getoption("timeout") is None else 0
    watchdog = threading.Timer(patience, _end_browsers)
    watchdog.daemon = True
    if patience:
        watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()


def _end_browsers() -> None:
    for words in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if OURS.encode() in words.read_bytes():
                os.kill(int(words.parent.name), signal.SIGKILL)


@pytest.fixture(autouse=True)
def watchdog(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test whose browser stands still fails, and the next one has another browser."""
    with watched(request.config):
        yield


@pytest.fixture(scope="module")
def started(request: pytest.FixtureRequest) -> Iterator[tuple[Playwright, list[Browser]]]:
    """Playwright, and the browsers that were started with it: one, unless one died."""
    with sync_playwright() as playwright:
        browsers: list[Browser] = []
        yield playwright, browsers
        with watched(request.config), suppress(Error):
            for browser in browsers:
                browser.close()


@pytest.fixture(scope="module")
def switches() -> list[str]:
    """What Chromium is started with."""
    return SWITCHES


@pytest.fixture
def chromium(started: tuple[Playwright, list[Browser]], switches: list[str]) -> Browser:
    """The module's browser. A browser that died takes its own test with it and no other."""
    playwright, browsers = started
    if not browsers or not browsers[-1].is_connected():
        browsers.append(playwright.chromium.launch(executable_path=find_or_install(), args=switches))
    return browsers[-1]


@pytest.fixture
def address(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the pages, the socket and the static files are served, by uvicorn in a thread."""
    # Connections of the server's threads must not outlive their request, or the test database could not be dropped.
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    began = _database_time()
    from helpdesk.asgi import application

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(ASGIStaticFilesHandler(application), lifespan="off", log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    _hang_up(began)


def _database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def _hang_up(began: datetime) -> None:
    """Ends connections of requests that a closing browser cut off; the tests' own are older than the server.

    Their own are two: Playwright's loop runs in this thread, and Django keeps one connection for a thread with a
    running loop and another for the same thread without. "All but mine" would kill the other one, which the next
    module's first test, without a browser, would then be handed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_start > %s",
            [began],
        )


@dataclass
class Outside:
    """The customer's side: a mailbox we fetch from, a sink we send to."""

    inbox: Inbox
    box: Mailbox
    sink: Sink

    def arrive(self, data: bytes) -> None:
        """A mail reaches our mailbox, is fetched and read."""
        self.box.append(data)
        imap.fetch(self.inbox)
        drain()

    def later(self, seconds: int = 30) -> None:
        """Time passes, and due work is done."""
        with clock.frozen(clock.now() + timedelta(seconds=seconds)):
            drain()

    def writes_again(self, body: str) -> None:
        """The customer answers in the only ticket there is."""
        seat = Participant.objects.get()
        self.arrive(self.answer(body, tokens.reply_address(self.inbox.address, seat.pk), "<m1@mail.example>"))

    def answer(self, body: str, to: str, in_reply_to: str) -> bytes:
        """The bytes of the customer's answer."""
        mail = EmailMessage()
        mail["From"], mail["To"] = "Narges Karimi <narges@example.com>", to
        mail["Subject"], mail["Message-ID"] = "Re: Internet is down", f"<{time.time_ns()}@mail.example>"
        mail["In-Reply-To"] = in_reply_to
        mail.set_content(body)
        return mail.as_bytes()


@pytest.fixture
def outside(inbox: Inbox, settings: Any) -> Iterator[Outside]:
    with fakeimap.serving() as box, fakesmtp.serving() as sink:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{box.port}", f"127.0.0.1:{sink.port}")
        given = {
            "imap_host": "127.0.0.1", "imap_port": str(box.port), "imap_tls": "none", "imap_password": box.password,
            "smtp_host": "127.0.0.1", "smtp_port": str(sink.port), "smtp_tls": "none",
        }  # fmt: skip
        yield Outside(inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings=given), box, sink)


@pytest.fixture
def sit_down(chromium: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """A person signs in with a browser of their own; the page they then see."""
    opened: list[BrowserContext] = []

    def enter(person: User, **options: Any) -> Page:
        context = chromium.new_context(**{"viewport": {"width": 1440, "height": 900}, "base_url": address} | options)
        context.set_default_timeout(10_000)
        opened.append(context)
        page = context.new_page()
        page.goto("/sign-in/")
        page.fill("[name=email]", person.email)
        page.fill("[name=password]", PASSWORD)
        page.click("form.form button.primary")
        page.wait_for_url("**/desk/**")
        return page

    yield enter
    for context in opened:
        with suppress(Error):
            context.close()


@pytest.fixture(scope="module")
def calls() -> Iterator[tuple[int, list[str]]]:
    """Where a hostile mail's host leads to, and what came there."""
    yield from listening()


@pytest.fixture
def watch(address: str, calls: tuple[int, list[str]]) -> Watch:
    """Sees what goes wrong in a browser."""
    calls[1].clear()
    return Watch(address, calls[1])


@pytest.fixture
def desk(sit_down: Callable[..., Page], agent: User, watch: Watch) -> Page:
    """An agent's page under watch."""
    page = sit_down(agent)
    watch.over(page.context)
    return page


__all__ = ["Outside", "Post"]
