"""A mailbox that is huge, sparse or mad: bounded memory, nothing skipped in silence, and no harm to its neighbours."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection

from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.conftest import Post
from tests.support import fakeimap
from tests.support.fakeimap import Mailbox
from tickets.actions import inboxes, raw
from tickets.channels.email import imap, mailbox
from tickets.models import Inbox, RawInbound
from tickets.tasks import fetch_mail

pytestmark = pytest.mark.django_db


def connected(inbox: Inbox, box: Mailbox) -> Inbox:
    given = {"imap_host": "127.0.0.1", "imap_port": box.port, "imap_tls": "none", "imap_password": box.password}
    return inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings=given)


@pytest.fixture
def boxes(settings: Any) -> Iterator[tuple[Mailbox, Mailbox]]:
    """Two servers that we may reach: the first makes trouble."""
    with fakeimap.serving() as bad, fakeimap.serving() as good:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{bad.port}", f"127.0.0.1:{good.port}")
        yield bad, good


@pytest.fixture
def fetching(inbox: Inbox, boxes: tuple[Mailbox, Mailbox]) -> Inbox:
    """The inbox on the server that makes trouble."""
    return connected(inbox, boxes[0])


@pytest.fixture
def neighbour(boxes: tuple[Mailbox, Mailbox], inbox: Inbox, post: Post) -> Inbox:
    """Another inbox, which comes later and has one mail waiting on a good server."""
    given = {"address": "sales@desk.example"}
    made = inboxes.create_inbox(by=SYSTEM, kind="email", name="Sales", settings=given, team=inbox.team)
    boxes[1].append(post.make("for the neighbour"))
    return connected(made, boxes[1])


def fill(box: Mailbox, post: Post, uids: list[int]) -> None:
    for uid in uids:
        box.append(post.make(f"mail {uid}"), uid=uid)


def taken(inbox: Inbox) -> list[int]:
    """The UIDs that we have."""
    rows = RawInbound.objects.filter(inbox=inbox).order_by("pk").values_list("source", flat=True)
    return [int(source.rpartition(":")[2]) for source in rows]


def test_a_folder_of_a_hundred_thousand_is_listed_in_batches(
    boxes: tuple[Mailbox, Mailbox], fetching: Inbox, post: Post
) -> None:
    box = boxes[0]
    box.mails = dict.fromkeys(range(1, 100_001), b"old")
    box.next_uid = 100_001
    Inbox.objects.filter(pk=fetching.pk).update(uid_validity=1, last_uid=99_990)
    fill(box, post, [100_001])
    assert imap.fetch(fetching) == 11
    assert taken(fetching) == [99_991, 100_001], "nine copies of one old mail are one"
    assert box.peak <= 20
    Inbox.objects.filter(pk=fetching.pk).update(last_uid=0)
    server = imap.server_of(fetching)
    assert server is not None
    with mailbox.session(server) as line:
        folder = mailbox.opened(line, "INBOX")
        sizes = [len(page.mails) for page in mailbox.pages(line, folder, 0)]
    assert (sum(sizes), max(sizes), box.peak) == (100_001, mailbox.STRIDE, mailbox.STRIDE)


def test_a_turn_ends_and_the_next_goes_on_where_it_was(
    boxes: tuple[Mailbox, Mailbox], fetching: Inbox, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(boxes[0], post, list(range(1, 8)))
    ticks = iter(range(1000))
    monkeypatch.setattr(imap, "TURN", 3.0)
    monkeypatch.setattr(imap.time, "monotonic", lambda: float(next(ticks)))
    counts = [imap.fetch(fetching) for _ in range(4)]
    assert (counts, taken(fetching)) == ([3, 3, 1, 0], list(range(1, 8)))
    fetching.refresh_from_db()
    assert fetching.last_error == ""


@pytest.mark.parametrize("uid_next", [True, False])
def test_wide_gaps_are_crossed_quickly(
    boxes: tuple[Mailbox, Mailbox], fetching: Inbox, post: Post, uid_next: bool
) -> None:
    box = boxes[0]
    box.uid_next = uid_next
    fill(box, post, [1, 2, 900, 3_000_000, 3_000_001])
    assert (imap.fetch(fetching), imap.fetch(fetching)) == (5, 0)
    assert taken(fetching) == [1, 2, 900, 3_000_000, 3_000_001]
    assert box.said.count("SIZE") < 70
    fill(box, post, [3_000_500])
    assert imap.fetch(fetching) == 1


def test_a_server_that_renumbers_without_saying_so_is_read_again(
    boxes: tuple[Mailbox, Mailbox], fetching: Inbox, post: Post
) -> None:
    fill(boxes[0], post, [70, 71])
    imap.fetch(fetching)
    boxes[0].mails, boxes[0].next_uid = {}, 1
    fill(boxes[0], post, [1, 2])
    assert imap.fetch(fetching) == 2
    assert RawInbound.objects.count() == 4


MAD = {
    "a line that is no answer": b"* 1 FETCH (\r\n* nothing (((\r\n",
    "another protocol": b"HTTP/1.1 200 OK\r\n\r\n",
    "a literal without an end": b"* 1 FETCH (UID 1 BODY[] {99999999999999}\r\n",
    "bytes": bytes(range(256)) + b"\r\n",
    "goodbye": b"* BYE we are closing\r\n",
    "numbers that are none": b"* OK [UIDVALIDITY many] ok\r\n* OK [UIDNEXT 3x] next\r\n",
}


@pytest.mark.parametrize("step", ["LOGIN", "EXAMINE", "SIZE", "FETCH"])
@pytest.mark.parametrize("nonsense", MAD)
def test_nonsense_at_any_step_loses_nothing_and_never_reaches_the_neighbour(
    boxes: tuple[Mailbox, Mailbox], fetching: Inbox, neighbour: Inbox, post: Post, step: str, nonsense: str
) -> None:
    bad = boxes[0]
    fill(bad, post, [1, 2])
    bad.nonsense, bad.babble_at, bad.times = MAD[nonsense], step, 1
    fetch_mail()
    assert taken(neighbour) == [1]
    fetch_mail()
    assert set(taken(fetching)) == {1, 2}
    fetching.refresh_from_db()
    assert fetching.last_error == ""


@pytest.mark.parametrize("step", ["LOGIN", "EXAMINE", "SIZE", "FETCH"])
def test_a_stall_costs_the_neighbour_a_moment_and_then_nothing(
    boxes: tuple[Mailbox, Mailbox],
    fetching: Inbox,
    neighbour: Inbox,
    post: Post,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    monkeypatch.setattr(mailbox, "TIMEOUT", 0.3)
    bad, good = boxes
    fill(bad, post, [1])
    bad.stall_at, bad.times = step, 2
    assert fetch_mail() == 1
    fetching.refresh_from_db()
    assert "timed out" in fetching.last_error and fetching.last_success_at is None
    good.append(post.make("again"))
    said_before = len(bad.said)
    served = fetch_mail_order()
    assert served == [neighbour.pk, fetching.pk], "who is in trouble comes last"
    assert (fetch_mail(), len(bad.said) > said_before) == (1, True)
    assert fetch_mail() == 1
    assert taken(fetching) == [1]


def fetch_mail_order() -> list[int]:
    from tickets.queries.inboxes import fetchable

    return [inbox.pk for inbox in fetchable()]


@pytest.mark.parametrize("fault", [IntegrityError("no"), OperationalError("no"), RuntimeError("no"), MemoryError()])
def test_a_fault_of_ours_with_one_inbox_leaves_the_others_alone(
    fetching: Inbox, neighbour: Inbox, boxes: tuple[Mailbox, Mailbox], post: Post, monkeypatch: Any, fault: Exception
) -> None:
    fill(boxes[0], post, [1])
    whole: Callable[..., Any] = raw.take_in

    def take_in(inbox: Inbox, *given: Any) -> Any:
        if inbox.pk == fetching.pk:
            raise fault
        return whole(inbox, *given)

    monkeypatch.setattr(raw, "take_in", take_in)
    assert fetch_mail() == 1
    assert (taken(fetching), taken(neighbour)) == ([], [1])
    fetching.refresh_from_db()
    assert type(fault).__name__ in fetching.last_error


@pytest.mark.django_db(transaction=True)
def test_a_connection_to_the_database_that_breaks_leaves_the_other_inboxes_alone(
    fetching: Inbox, neighbour: Inbox, boxes: tuple[Mailbox, Mailbox], post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(boxes[0], post, [1])
    whole: Callable[..., Any] = raw.take_in

    def take_in(inbox: Inbox, *given: Any) -> Any:
        if inbox.pk == fetching.pk:
            connection.connection.close()
        return whole(inbox, *given)

    monkeypatch.setattr(raw, "take_in", take_in)
    assert fetch_mail() == 1
    assert (taken(fetching), taken(neighbour)) == ([], [1])
    fetching.refresh_from_db()
    assert fetching.last_error
    monkeypatch.setattr(raw, "take_in", whole)
    assert fetch_mail() == 1, "the lock went with its connection"


def test_an_inbox_whose_password_cannot_be_opened_says_so(
    fetching: Inbox, neighbour: Inbox, boxes: tuple[Mailbox, Mailbox]
) -> None:
    Inbox.objects.filter(pk=fetching.pk).update(secret_box="spoiled")
    assert fetch_mail() == 1
    fetching.refresh_from_db()
    assert "wrong password" in fetching.last_error


def test_a_size_that_is_a_lie_is_noticed(
    boxes: tuple[Mailbox, Mailbox], fetching: Inbox, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "MAX_BYTES", 2000)
    monkeypatch.setattr(mailbox, "KEPT_OF_HUGE", 500)
    boxes[0].liar = True
    boxes[0].append(post.make("x" * 5000))
    boxes[0].append(post.make("small"))
    assert imap.fetch(fetching) == 2
    huge = RawInbound.objects.order_by("pk")[0]
    assert raw.process(huge.pk) is None
    huge.refresh_from_db()
    assert (huge.state, "only its beginning" in huge.error) == ("quarantined", True)


def test_a_mail_that_is_never_handed_over_is_told_of_and_stops_holding_up_the_others(
    boxes: tuple[Mailbox, Mailbox], fetching: Inbox, post: Post, work: Callable[[], Any]
) -> None:
    fill(boxes[0], post, [1, 2, 3])
    boxes[0].refuse = {2}
    assert (imap.fetch(fetching), taken(fetching)) == (1, [1])
    fetching.refresh_from_db()
    assert "cannot read this one" in fetching.last_error
    with clock.frozen(clock.now() + timedelta(hours=1, minutes=1)):
        assert imap.fetch(fetching) == 2
        work()
    assert taken(fetching) == [1, 2, 3]
    told = RawInbound.objects.get(source="imap:1:2")
    assert told.state == "quarantined"
    assert "did not hand it over" in told.error and "UID 2" in told.error and "cannot read this one" in told.error
