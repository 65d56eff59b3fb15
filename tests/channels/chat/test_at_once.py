"""Two of the same at once are one; a thousand who wait cost no page; who floods is told when to come back."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.channels.chat.conftest import Page
from tickets.channels.chat import door
from tickets.models import Conversation, Message, Ticket, Visitor

Visit = Callable[..., Page]
pytestmark = pytest.mark.integration


@pytest.fixture
def free(transactional_db: None) -> Iterator[None]:
    """Threads see each other's commits, and leave no connection behind."""
    yield
    connection.close()


def _at_once(pages: list[Page], said: list[dict[str, Any]]) -> list[int]:
    start = threading.Barrier(len(pages), timeout=60)

    def say(page: Page, words: dict[str, Any]) -> int:
        try:
            start.wait()
            return page.call("POST", "messages", words)[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(pages)) as pool:
        return list(pool.map(say, pages, said))


def _twins(page: Page, count: int) -> list[Page]:
    return [Page(page.key, page.token) for _ in range(count)]


@pytest.mark.django_db(transaction=True)
def test_first_words_said_at_once_open_one_conversation(free: None, visit: Visit) -> None:
    page = visit()
    said = [{"client_id": f"c{number}", "text": f"Word {number}"} for number in range(4)]
    assert _at_once(_twins(page, 4), said) == [201] * 4
    assert (Visitor.objects.count(), Conversation.objects.count(), Ticket.objects.count()) == (1, 1, 1)
    assert sorted(Message.objects.values_list("text", flat=True)) == [words["text"] for words in said]
    assert sorted(Message.objects.values_list("seq", flat=True)) == [1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_spoken", [False, True])
def test_one_message_sent_four_times_at_once_is_one(free: None, visit: Visit, has_spoken: bool) -> None:
    page = visit()
    if has_spoken:
        page.say("Before")
    told = _at_once(_twins(page, 4), [{"client_id": "same", "text": "Once"}] * 4)
    assert sorted(told) == [200, 200, 200, 201]
    assert Message.objects.filter(text="Once").count() == 1
    assert Conversation.objects.count() == 1


@pytest.mark.django_db
def test_who_floods_is_told_when_to_come_back_and_others_go_on(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "POSTS", 3)
    page, other = visit(), visit()
    other.client = Client(REMOTE_ADDR="203.0.113.9")
    for number in range(3):
        page.say(f"Word {number}")
    status, told = page.call("POST", "messages", {"client_id": "4", "text": "More"})
    assert (status, told["retry_after"] > 0) == (429, True)
    assert Message.objects.count() == 3
    other.say("I may")


@pytest.mark.django_db(transaction=True)
def test_a_flood_of_visitors_makes_only_so_many_rows(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "STARTS_OF_INBOX", 2)
    told = [visit().call("POST", "messages", {"client_id": "c", "text": "Buy!"})[0] for _ in range(4)]
    assert told == [201, 201, 429, 429]
    assert (Ticket.objects.count(), Visitor.objects.count()) == (2, 2)


@pytest.mark.django_db
def test_a_visitors_token_opens_nothing_but_the_widget(visit: Visit, client: Client) -> None:
    page = visit()
    page.say("Hello")
    number = page.chat["number"]
    headers = {"Authorization": f"Bearer {page.token}"}
    closed = [
        *(
            f"/api/v1/tickets/{number}/",
            "/api/v1/tickets/",
            f"/api/v1/tickets/{number}/messages/",
            "/api/v1/customers/",
        ),
        *(f"/desk/t/{number}/", f"/desk/t/{number}/conversation/", "/desk/chats/", "/settings/", "/settings/users/"),
    ]
    for path in closed:
        assert client.get(path, headers=headers).status_code in (302, 401, 403), path
        assert client.post(path, headers=headers).status_code in (302, 401, 403, 405), path
    assert Message.objects.count() == 1
