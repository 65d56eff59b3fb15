"""A mail whose readers were killed is innocent until a process of its own dies of it."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import quote

import pytest
from django.db import OperationalError, connection

from helpdesk.core import clock
from tests.conftest import Post
from tests.support.deadly import POISON
from tickets.actions import apart, raw
from tickets.models import Inbox, Message, RawInbound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]


@pytest.fixture(autouse=True)
def children_see_this_test(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """Children work on the test's rows and files, and poison kills them."""
    made = connection.settings_dict
    url = f"postgresql://{quote(made['USER'])}:{quote(made['PASSWORD'])}@/{quote(made['NAME'])}"
    url += f"?host={quote(made['HOST'], safe='')}" + (f"&port={made['PORT']}" if made["PORT"] else "")
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.support.deadly")
    monkeypatch.setenv("TEST_FILES_DIR", str(settings.FILES_DIR))


def taken_in(inbox: Inbox, data: bytes, deaths: int = 0) -> RawInbound:
    """A mail that is ours, of which so many readers have died."""
    row = raw.take_in(inbox, data)
    assert row is not None
    RawInbound.objects.filter(pk=row.pk).update(attempts=deaths)
    return row


@pytest.mark.parametrize("deaths", [1, raw.ATTEMPTS, raw.ATTEMPTS + 2])
def test_kills_are_not_the_mail_s_fault(inbox: Inbox, post: Post, deaths: int) -> None:
    row = taken_in(inbox, post.make("I did nothing."), deaths)
    message = raw.process(row.pk)
    assert message is not None and "I did nothing." in message.text
    row.refresh_from_db()
    assert (row.state, row.message) == ("accepted", message)


def test_poison_is_set_aside_and_its_neighbours_are_read(inbox: Inbox, post: Post, work: Callable[[], Any]) -> None:
    bad = taken_in(inbox, post.make(POISON.decode()), raw.ATTEMPTS)
    taken_in(inbox, post.make("Hello"))
    work()
    bad.refresh_from_db()
    assert (bad.state, bad.error) == ("quarantined", f"{apart.DIED}: signal 9")
    assert [message.text.strip() for message in Message.objects.all()] == ["Hello"]


def test_poison_that_takes_too_long_is_set_aside_too(inbox: Inbox, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS", 0.01)
    row = taken_in(inbox, post.make("slow"), raw.ATTEMPTS)
    assert raw.process(row.pk) is None
    row.refresh_from_db()
    assert (row.state, "more than 0.01 s" in row.error) == ("quarantined", True)


def test_a_mail_is_not_tried_for_ever(inbox: Inbox, post: Post) -> None:
    row = taken_in(inbox, post.make("again and again"), raw.MOST_ATTEMPTS)
    assert raw.process(row.pk) is None
    row.refresh_from_db()
    assert (row.state, row.error) == ("quarantined", apart.DIED)


@pytest.mark.parametrize(
    ("fault", "state"), [(OperationalError, "queued"), (OSError, "queued"), (KeyError, "quarantined")]
)
def test_a_fault_of_the_moment_costs_no_mail_its_ticket(
    inbox: Inbox, post: Post, monkeypatch: pytest.MonkeyPatch, fault: type[Exception], state: str
) -> None:
    def fail(*_: Any) -> None:
        raise fault("now")

    row = taken_in(inbox, post.make("in bad times"), raw.ATTEMPTS - 1)
    monkeypatch.setattr(raw.intake, "receive", fail)
    assert raw.process(row.pk) is None
    row.refresh_from_db()
    assert (row.state, row.attempts, Message.objects.count()) == (state, raw.ATTEMPTS, 0)


def test_a_dead_readers_mail_is_read_at_once_and_a_living_readers_is_left(inbox: Inbox, post: Post) -> None:
    row = taken_in(inbox, post.make("My reader was killed."))
    claimed, die = Event(), Event()

    def reader() -> None:
        try:
            assert raw._claim(row.pk)
            claimed.set()
            die.wait(30)
        finally:
            connection.close()

    thread = Thread(target=reader)
    thread.start()
    assert claimed.wait(30)
    assert (raw.run_queued(), Message.objects.count()) == (0, 0)
    die.set()
    thread.join()
    # The database notices the end of a connection by itself, a moment later.
    assert any(raw.run_queued() or time.sleep(0.05) for _ in range(600))
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("accepted", 2)


def test_a_mail_that_was_put_off_keeps_its_pause(inbox: Inbox, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(raw, "_accept", fail)
    row = taken_in(inbox, post.make("Later."))
    raw.process(row.pk)
    assert raw.free_abandoned() == 0
    row.refresh_from_db()
    assert (row.state, row.reader_pid, row.due_at > clock.now()) == ("queued", None, True)
