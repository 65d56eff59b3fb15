"""The cast: six people, made through real actions. Every test names them and nobody else."""

import gc
import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from django.db import connection

from customers import actions as customer_actions
from customers.models import Customer
from customers.rules.identity import Handle
from helpdesk.accounts import actions as account_actions
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core.management.commands.drain import drain
from tests.support.thrift import thrift
from tickets.actions import inboxes, raw
from tickets.models import Inbox, Message, Ticket

PASSWORD = "correct-horse-battery"
CUSTOMER = "narges@example.com"
STRANGER = "mallory@evil.example"
PLACES = itertools.count()


def pytest_configure() -> None:
    """`SHIFT_HOURS=8 make test ARGS='-m "not browser"'` runs as if it were later: nothing may hang on the hour."""
    if shift := os.environ.get("SHIFT_HOURS"):
        time_machine.travel(datetime.now(UTC) + timedelta(hours=float(shift)), tick=True).start()
    gc.set_threshold(20_000, 10, 50)


def pytest_collection_finish() -> None:
    """Half a million objects that live to the end are not looked through for garbage over and over."""
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """CI gives what needs whole processes and real seconds a second try, and names it (docs/decisions/0039)."""
    for item in items:
        if any(item.get_closest_marker(name) for name in ("fault", "load")) and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(480))
        if os.environ.get("CI") and any(item.get_closest_marker(name) for name in ("browser", "fault", "load")):
            item.add_marker(pytest.mark.flaky(reruns=1))
    # What takes long begins first (with --no-loadscope-reorder): no worker is left with it at the end.
    items.sort(key=_lightness)


def _lightness(item: pytest.Item) -> int:
    marks = {mark.name for mark in item.iter_markers()}
    return 0 if marks & {"fault", "load"} else 1 if "browser" in marks else 2


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A connection that an earlier test killed (browser and fault tests do) is not handed to the next one."""
    if connection.connection is not None and not connection.in_atomic_block and not connection.is_usable():
        connection.close()


@pytest.fixture(autouse=True)
def files_of_this_test(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Blobs of a test lie in its own folder, which is made when the first is kept: most tests keep none."""
    place, number = tmp_path_factory.getbasetemp(), next(PLACES)
    settings.FILES_DIR = place / f"files-{number}"
    settings.TOMBSTONES = place / f"tombstones-{number}"


@pytest.fixture(autouse=True)
def no_broker(settings: Any, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bell does not ring in tests, which drain by hand; tests of real workers are marked `fault` or `browser`."""
    marks = {mark.name for mark in request.node.iter_markers()}
    if not marks & {"fault", "browser", "integration"}:
        monkeypatch.setattr("helpdesk.core.tasks.ring", lambda delay=0: None)
        settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


@pytest.fixture
def team(db: None) -> Team:
    """The team that most of the cast works in."""
    return account_actions.create_team(by=SYSTEM, name="Care", name_fa="پشتیبانی ویژه")


@pytest.fixture
def other_team(db: None) -> Team:
    return account_actions.create_team(by=SYSTEM, name="Billing", name_fa="مالی")


def _person(name: str, role: str, teams: list[Team], language: str = "en") -> User:
    return account_actions.create_user(
        by=SYSTEM,
        email=f"{name.lower()}@desk.example",
        name=name,
        role=role,
        password=PASSWORD,
        teams=teams,
        language=language,
    )


@pytest.fixture
def agent(team: Team) -> User:
    """Sara, who answers."""
    return _person("Sara", "agent", [team])


@pytest.fixture
def teammate(team: Team) -> User:
    """Ali, of the same team, who works in Persian."""
    return _person("Ali", "agent", [team], language="fa")


@pytest.fixture
def outsider(other_team: Team) -> User:
    """Reza, an agent of another team."""
    return _person("Reza", "agent", [other_team])


@pytest.fixture
def lead(team: Team) -> User:
    """Maryam, who leads the team."""
    return _person("Maryam", "lead", [team])


@pytest.fixture
def admin(db: None) -> User:
    return _person("Admin", "admin", [])


@pytest.fixture
def customer(db: None) -> Customer:
    """Narges, who writes to us."""
    return customer_actions.resolve(handle=Handle("email", CUSTOMER), name="Narges Karimi")


@pytest.fixture
def stranger(db: None) -> Customer:
    """Mallory, who has no business in Narges's tickets."""
    return customer_actions.resolve(handle=Handle("email", STRANGER), name="Mallory")


@pytest.fixture
def act() -> Callable[[User], Actor]:
    """The actor that a person is."""
    return actor_of


@pytest.fixture
def inbox(team: Team) -> Inbox:
    """support@desk.example, whose tickets go to the team."""
    return inboxes.create_inbox(
        by=SYSTEM, kind="email", name="Support", settings={"address": "support@desk.example"}, team=team
    )


@dataclass
class Post:
    """Writes mails to the inbox as people outside do."""

    inbox: Inbox
    count: int = 0

    def make(self, body: str, **given: str) -> bytes:
        """The bytes of a mail."""
        self.count += 1
        mail = EmailMessage()
        mail["From"] = given.pop("sender", f"Narges Karimi <{CUSTOMER}>")
        mail["To"] = given.pop("to", self.inbox.address)
        mail["Subject"] = given.pop("subject", "Internet is down")
        mail["Message-ID"] = given.pop("message_id", f"<m{self.count}@mail.example>")
        mail["Date"] = "Sun, 22 Nov 2026 10:00:00 +0330"
        for name, value in given.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(body)
        return mail.as_bytes()

    def send(self, body: str = "Please help.", **given: str) -> Message:
        """Takes a mail in and reads it; the message it became."""
        row = raw.take_in(self.inbox, self.make(body, **given))
        assert row is not None, "the mail was a duplicate"
        message = raw.process(row.pk)
        assert message is not None, "the mail was not accepted"
        return message


@pytest.fixture
def post(inbox: Inbox) -> Post:
    return Post(inbox)


@pytest.fixture
def ticket(post: Post) -> Ticket:
    """The ticket that Narges's first mail made."""
    return post.send().ticket


@pytest.fixture
def work() -> Iterator[Callable[[], dict[str, int]]]:
    """Does all due background work."""
    yield drain


__all__ = ["thrift"]
