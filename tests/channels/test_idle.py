"""New mail is heard at once where the server can tell, and left to the clock where it cannot."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from helpdesk.accounts.rules.policy import SYSTEM
from tests.conftest import Post
from tests.support import fakeimap
from tests.support.fakeimap import Mailbox
from tickets.actions import inboxes
from tickets.channels.email import idle, imap
from tickets.channels.email.idle import NoIdle, Watcher
from tickets.models import Inbox
from tickets.tasks import fetch_inbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    with fakeimap.serving(Mailbox(idle=True)) as served:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{served.port}",)
        yield served


@pytest.fixture
def fetching(inbox: Inbox, box: Mailbox) -> Inbox:
    given = {"imap_host": "127.0.0.1", "imap_port": box.port, "imap_tls": "none", "imap_password": box.password}
    return inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings=given)


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    made = Watcher(lambda pk: RUNG.append(pk))
    RUNG.clear()
    yield made
    made.stop()
    for watch in made.watches.values():
        watch.thread.join(5)


RUNG: list[int] = []


def soon(fact: Callable[[], bool]) -> bool:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if fact():
            return True
        time.sleep(0.02)
    return False


def test_new_mail_rings_within_seconds(watcher: Watcher, box: Mailbox, fetching: Inbox, post: Post) -> None:
    watcher.tend()
    assert soon(lambda: len(RUNG) == 1 and "IDLE" in box.said)
    box.append(post.make("now"))
    assert soon(lambda: len(RUNG) == 2)
    assert [fetching.pk] * 2 == RUNG
    assert fetch_inbox(fetching.pk) == 1


def test_a_server_without_idle_is_left_to_the_clock(box: Mailbox, fetching: Inbox) -> None:
    box.idle = False
    server = imap.server_of(fetching)
    assert server is not None
    with pytest.raises(NoIdle):
        idle.listen(server, lambda: None, threading.Event())


def test_what_fails_rests_and_is_tried_again(
    watcher: Watcher, box: Mailbox, fetching: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.drop_at, box.times = "LOGIN", 1
    watcher.tend()
    first = watcher.watches[fetching.pk]
    first.thread.join(5)
    watcher.tend()
    assert watcher.watches[fetching.pk] is first
    monkeypatch.setattr(idle, "PAUSE", -1.0)
    watcher.tend()
    assert soon(lambda: "IDLE" in box.said)


def test_inboxes_that_change_or_go_are_no_longer_listened_to(watcher: Watcher, box: Mailbox, fetching: Inbox) -> None:
    watcher.tend()
    first = watcher.watches[fetching.pk]
    watcher.tend()
    assert watcher.watches[fetching.pk] is first
    inboxes.change_inbox(by=SYSTEM, inbox=fetching, team=fetching.team, settings={"imap_folder": "Other"})
    watcher.tend()
    assert (first.stop.is_set(), watcher.watches[fetching.pk] is first) == (True, False)
    inboxes.change_inbox(by=SYSTEM, inbox=fetching, team=fetching.team, is_active=False)
    watcher.tend()
    assert watcher.watches == {}
    first.thread.join(5)
    assert not first.thread.is_alive()


def test_a_line_that_ends_stops_the_watch_and_rings_no_more(watcher: Watcher, box: Mailbox, fetching: Inbox) -> None:
    box.drop_at, box.times = "IDLE", 1
    watcher.tend()
    watcher.watches[fetching.pk].thread.join(5)
    assert not watcher.watches[fetching.pk].thread.is_alive()
    assert [fetching.pk] == RUNG
