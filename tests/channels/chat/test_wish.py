# ruff: noqa: F811 - a fixture that is imported
"""The visitor's own wish to have the conversation mailed when it ends."""

from collections.abc import Callable

import pytest

from helpdesk.accounts.models import User
from helpdesk.core.models import OutboxEvent
from tests.channels.chat.conftest import Page
from tests.channels.chat.test_continuity import Act, Work, says
from tests.tickets.conftest import Sent, sent  # noqa: F401 - a fixture
from tickets.actions import chats, lifecycle
from tickets.models import Inbox

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
ADA = "ada@example.org"


@pytest.fixture
def ada(visit: Callable[..., Page], inbox: Inbox) -> Page:
    """Somebody whose address nobody knows; there is an inbox that mails leave by."""
    page = visit()
    page.say()
    return page


def wishes(page: Page, at_end: bool = True, **more: str) -> int:
    return page.call("POST", "transcript", {"conversation": page.chat["id"], "at_end": at_end} | more)[0]


def transcripts() -> list[str]:
    return [one.payload["address"] for one in OutboxEvent.objects.filter(name="chat.transcript")]


@pytest.mark.parametrize("ending", ["by the agent", "by the visitor", "with the ticket"])
def test_it_is_mailed_once_however_it_ends(
    ada: Page, agent: User, act: Act, work: Work, sent: Sent, ending: str
) -> None:
    says(agent, act, ada, "Here I am.")
    assert wishes(ada, email="Ada@Example.org") == 200
    assert ada.boot()["conversation"]["at_end"] is True
    if ending == "by the visitor":
        assert ada.call("POST", "solved", {"conversation": ada.chat["id"], "solved": True})[0] == 200
    elif ending == "by the agent":
        chats.end(by=act(agent), conversation=ada.row())
    else:
        resolve(ada, agent, act)
    work()
    work()
    assert transcripts() == [ADA]
    assert [one.recipient for one in sent if one.attachments] == [ADA]
    assert ada.boot()["conversation"]["at_end"] is False


def resolve(page: Page, agent: User, act: Act) -> None:
    lifecycle.resolve(by=act(agent), ticket=page.row().ticket)


@pytest.mark.parametrize("email", ["", "ada", "ada@", "a b@example.org", "ada@example.org\nbcc: x@y.example"])
def test_what_is_no_address_is_refused_and_changes_nothing(ada: Page, email: str) -> None:
    assert wishes(ada, email=email) == 422
    row = ada.row()
    assert (row.wants_transcript, row.visitor.email) == (False, "")


def test_a_known_address_is_not_asked_again_and_a_wish_may_be_taken_back(
    visit: Callable[..., Page], inbox: Inbox, agent: User, act: Act, work: Work
) -> None:
    page = visit()
    page.say(email=ADA)
    says(agent, act, page, "Yes.")
    assert wishes(page) == 200
    assert page.row().wants_transcript
    assert wishes(page, at_end=False) == 200
    chats.end(by=act(agent), conversation=page.row())
    work()
    assert transcripts() == []


def test_before_a_person_has_answered_nothing_is_mailed(ada: Page, work: Work) -> None:
    assert wishes(ada, email=ADA) == 200
    assert ada.call("POST", "solved", {"conversation": ada.chat["id"], "solved": True})[0] == 200
    work()
    assert transcripts() == []


def test_a_stranger_wishes_nothing_for_others_and_nobody_after_the_end(
    ada: Page, visit: Callable[..., Page], agent: User, act: Act
) -> None:
    stranger = visit()
    stranger.say()
    stranger.chat = ada.chat
    assert wishes(stranger, email="m@evil.example") == 404
    chats.end(by=act(agent), conversation=ada.row())
    assert wishes(ada, email=ADA) == 409
    assert not ada.row().wants_transcript
    assert ada.row().visitor.email == ""
