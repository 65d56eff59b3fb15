"""Fetching: everything once, whatever the server does. Real sockets to a small IMAP server."""

import imaplib
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import failpoints
from tests.conftest import Post
from tests.support import fakeimap
from tests.support.fakeimap import Mailbox
from tickets.actions import cursors, inboxes, raw
from tickets.channels.email import imap, limits, mailbox
from tickets.models import Inbox, RawInbound

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    """A mailbox on a server that we may reach."""
    with fakeimap.serving() as served:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{served.port}",)
        yield served


@pytest.fixture
def fetching(inbox: Inbox, box: Mailbox) -> Inbox:
    """The inbox, connected to that mailbox."""
    given = {"imap_host": "127.0.0.1", "imap_port": box.port, "imap_tls": "none", "imap_password": box.password}
    return inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings=given)


def kept() -> int:
    return RawInbound.objects.count()


def fill(box: Mailbox, post: Post, count: int) -> None:
    for number in range(count):
        box.append(post.make(f"mail {number}"))


def test_new_mail_comes_once(box: Mailbox, fetching: Inbox, post: Post) -> None:
    fill(box, post, 3)
    assert (imap.fetch(fetching), imap.fetch(fetching)) == (3, 0)
    box.append(post.make("one more"), uid=40)
    assert (imap.fetch(fetching), imap.fetch(fetching), kept()) == (1, 0, 4)
    fetching.refresh_from_db()
    assert (fetching.last_uid, fetching.uid_validity, fetching.last_error) == (40, 1, "")
    assert fetching.last_success_at is not None


def test_bytes_arrive_unchanged_and_become_a_ticket(box: Mailbox, fetching: Inbox, post: Post) -> None:
    box.append(post.make("It is dark here."))
    imap.fetch(fetching)
    row = RawInbound.objects.get()
    message = raw.process(row.pk)
    assert message is not None
    assert "It is dark here." in message.text


def test_an_empty_folder_is_a_success(fetching: Inbox) -> None:
    assert imap.fetch(fetching) == 0
    fetching.refresh_from_db()
    assert fetching.last_success_at is not None


def test_renumbering_looks_at_all_again_and_keeps_each_once(box: Mailbox, fetching: Inbox, post: Post) -> None:
    fill(box, post, 3)
    imap.fetch(fetching)
    del box.mails[1]
    box.renumber()
    box.append(post.make("after"))
    imap.fetch(fetching)
    fetching.refresh_from_db()
    assert (kept(), fetching.uid_validity, fetching.last_uid) == (4, 2, 3)


@pytest.mark.parametrize("step", ["LOGIN", "EXAMINE", "SIZE", "FETCH"])
def test_a_line_that_breaks_at_any_step_loses_nothing(box: Mailbox, fetching: Inbox, post: Post, step: str) -> None:
    fill(box, post, 3)
    box.drop_at, box.times = step, 1
    imap.fetch(fetching)
    fetching.refresh_from_db()
    assert fetching.last_error
    assert fetching.last_success_at is None
    imap.fetch(fetching)
    fetching.refresh_from_db()
    assert (kept(), fetching.last_error) == (3, "")


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("point", ["imap.fetched", "raw.filed", "raw.committed", "imap.stored", "imap.cursor"])
def test_a_death_between_any_two_steps_loses_and_doubles_nothing(
    box: Mailbox, fetching: Inbox, post: Post, point: str
) -> None:
    def die() -> None:
        raise Killed

    fill(box, post, 3)
    failpoints.on(point, die)
    try:
        with pytest.raises(Killed):
            imap.fetch(fetching)
    finally:
        failpoints.on(point, None)
    imap.fetch(fetching)
    assert kept() == 3


def test_a_wrong_password_is_said_in_the_server_s_words(box: Mailbox, fetching: Inbox) -> None:
    box.password = "other"
    assert imap.fetch(fetching) == 0
    fetching.refresh_from_db()
    assert "wrong password" in fetching.last_error


def test_a_server_inside_our_network_is_refused(fetching: Inbox, settings: Any, box: Mailbox, post: Post) -> None:
    settings.EGRESS_ALLOW = ()
    fill(box, post, 1)
    assert (imap.fetch(fetching), kept(), box.said) == (0, 0, [])
    fetching.refresh_from_db()
    assert "Refused" in fetching.last_error


def test_a_dripping_server_is_cut_off(box: Mailbox, fetching: Inbox, post: Post) -> None:
    fill(box, post, 1)
    box.drip = True
    server = imap.server_of(fetching)
    assert server is not None
    with pytest.raises((OSError, imaplib.IMAP4.error, imap.FetchFailed)), mailbox.session(server, 0.5) as connection:
        list(imap._new(fetching, connection, "INBOX"))
    assert kept() == 0


def test_only_one_fetches_an_inbox_at_a_time(box: Mailbox, fetching: Inbox, post: Post) -> None:
    fill(box, post, 1)
    with cursors.alone(fetching) as mine:
        assert mine
    assert imap.fetch(fetching) == 1


def test_a_huge_mail_is_kept_in_part_and_said_to_be(
    box: Mailbox, fetching: Inbox, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "MAX_BYTES", 100)
    monkeypatch.setattr(mailbox, "KEPT_OF_HUGE", 80)
    box.append(post.make("x" * 500))
    box.append(post.make("small")[:90])
    assert imap.fetch(fetching) == 2
    huge = RawInbound.objects.order_by("pk")[0]
    assert raw.process(huge.pk) is None
    huge.refresh_from_db()
    assert (huge.state, "only its beginning" in huge.error) == ("quarantined", True)
    assert limits.TRUNCATED == b"X-Truncated-At-Fetch"


def test_a_long_absence_and_any_order_of_trouble_ends_with_everything_once(
    box: Mailbox, fetching: Inbox, post: Post
) -> None:
    chance = random.Random(7)
    fill(box, post, 12)
    for _ in range(8):
        box.drop_at, box.times = chance.choice(["SIZE", "FETCH", "EXAMINE"]), chance.randint(0, 2)
        if chance.random() < 0.2:
            box.renumber()
        imap.fetch(fetching)
    box.times = 0
    imap.fetch(fetching)
    assert kept() == 12


def test_all_work_is_found_by_the_bell(box: Mailbox, fetching: Inbox, post: Post, work: Callable[[], Any]) -> None:
    from tickets.tasks import fetch_mail

    fill(box, post, 2)
    assert fetch_mail() == 2
    work()
    assert set(RawInbound.objects.values_list("state", flat=True)) == {"accepted"}
