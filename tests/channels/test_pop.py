"""Fetching by POP3: everything once, nothing deleted unless wished, whatever the server does."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock, failpoints
from tests.conftest import Post
from tests.support import fakepop
from tests.support.fakepop import Maildrop
from tickets.actions import inboxes, raw
from tickets.channels.email import popbox, receiving
from tickets.models import Inbox, RawInbound, SeenMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(settings: Any) -> Iterator[Maildrop]:
    with fakepop.serving() as served:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{served.port}",)
        yield served


@pytest.fixture
def fetching(inbox: Inbox, box: Maildrop) -> Inbox:
    """The inbox, connected to that drop."""
    return _changed(
        inbox, receive="pop", pop_host="127.0.0.1", pop_port=box.port, pop_tls="none", pop_password="secret"
    )


def _changed(inbox: Inbox, **given: Any) -> Inbox:
    return inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings=given)


def kept() -> int:
    return RawInbound.objects.count()


def test_new_mail_comes_once_and_stays_on_the_server(box: Maildrop, fetching: Inbox, post: Post) -> None:
    for number in range(3):
        box.append(post.make(f"mail {number}"))
    assert (receiving.fetch(fetching), receiving.fetch(fetching), kept(), len(box.mails)) == (3, 0, 3, 3)
    box.append(post.make("one more"))
    assert (receiving.fetch(fetching), kept(), box.said.count("RETR")) == (1, 4, 4)
    fetching.refresh_from_db()
    assert fetching.last_success_at is not None


def test_bytes_arrive_unchanged(box: Maildrop, fetching: Inbox, post: Post) -> None:
    body = ".\n..two\n.one\n" + "x" * 9000 + "\nend"
    box.append(post.make(body).replace(b"\n", b"\r\n"))
    receiving.fetch(fetching)
    message = raw.process(RawInbound.objects.get().pk)
    assert message is not None
    assert message.text.replace("\r\n", "\n").strip() == body


def test_mail_is_deleted_only_when_wished_and_only_after_it_is_ours(box: Maildrop, fetching: Inbox, post: Post) -> None:
    box.append(post.make("one"))
    wiping = _changed(fetching, pop_delete=True)
    box.drop_at, box.times = "RETR", 1
    receiving.fetch(wiping)
    assert (kept(), len(box.mails)) == (0, 1)
    receiving.fetch(wiping)
    assert (kept(), len(box.mails)) == (1, 0)


def test_what_we_remember_is_no_more_than_what_the_server_holds(box: Maildrop, fetching: Inbox, post: Post) -> None:
    for number in range(5):
        box.append(post.make(f"mail {number}"))
    receiving.fetch(fetching)
    del box.mails["u1"], box.mails["u2"]
    receiving.fetch(fetching)
    assert set(SeenMail.objects.values_list("uid", flat=True)) == {"u3", "u4", "u5"}


@pytest.mark.parametrize("step", ["PASS", "UIDL", "LIST", "RETR", "QUIT"])
def test_a_line_that_breaks_at_any_step_loses_nothing(box: Maildrop, fetching: Inbox, post: Post, step: str) -> None:
    for number in range(3):
        box.append(post.make(f"mail {number}"))
    box.drop_at, box.times = step, 1
    receiving.fetch(fetching)
    fetching.refresh_from_db()
    assert fetching.last_error
    receiving.fetch(fetching)
    fetching.refresh_from_db()
    assert (kept(), fetching.last_error) == (3, "")


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("point", ["pop.fetched", "raw.filed", "raw.committed", "pop.stored"])
def test_a_death_between_any_two_steps_loses_and_doubles_nothing(
    box: Maildrop, fetching: Inbox, post: Post, point: str
) -> None:
    def die() -> None:
        raise Killed

    for number in range(3):
        box.append(post.make(f"mail {number}"))
    failpoints.on(point, die)
    try:
        with pytest.raises(Killed):
            receiving.fetch(fetching)
    finally:
        failpoints.on(point, None)
    receiving.fetch(fetching)
    assert kept() == 3


def test_a_wrong_password_is_said_in_the_server_s_words(box: Maildrop, fetching: Inbox) -> None:
    box.password = "other"
    receiving.fetch(fetching)
    fetching.refresh_from_db()
    assert "[AUTH] wrong password" in fetching.last_error


def test_a_mail_that_is_refused_holds_the_others_up_for_an_hour(box: Maildrop, fetching: Inbox, post: Post) -> None:
    box.refuse = {box.append(post.make("bad"))}
    box.append(post.make("good"))
    receiving.fetch(fetching)
    assert kept() == 0
    with clock.frozen(clock.now() + timedelta(minutes=70)):
        receiving.fetch(fetching)
    assert kept() == 2


def test_a_huge_mail_comes_shortened_and_marked(
    box: Maildrop, fetching: Inbox, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(popbox, "MAX_BYTES", 2000)
    monkeypatch.setattr(popbox, "KEPT_OF_HUGE", 1000)
    box.append(post.make("x\n" * 900))
    receiving.fetch(fetching)
    assert RawInbound.objects.get().file.size < 1100


def test_a_server_without_lasting_names_is_refused(box: Maildrop, fetching: Inbox, post: Post) -> None:
    box.append(post.make("one"))
    box.uidl = False
    receiving.fetch(fetching)
    fetching.refresh_from_db()
    assert (kept(), "UIDL" in fetching.last_error) == (0, True)


def test_trying_counts_the_mails(box: Maildrop, fetching: Inbox, post: Post) -> None:
    box.append(post.make("one"))
    assert (receiving.attempt(fetching).mails, receiving.attempt(fetching).names) == (1, ("u1",))
