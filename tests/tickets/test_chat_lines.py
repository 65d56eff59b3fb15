"""What an agent's open chat page asks for again and again: nothing, or what was added, or all anew."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import realtime
from tests.support.chats import answer, chat
from tickets.actions import inboxes, removal, replies, visitors, visits
from tickets.models import Conversation, Inbox
from tickets.queries.chatdesk import Held

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def door(team: Team) -> Inbox:
    """A widget whose chats go to the team."""
    return inboxes.create_inbox(by=SYSTEM, kind="chat", name="Shop", settings={}, team=team)


@pytest.fixture
def desk(client: Client, agent: User) -> Client:
    """The agent's browser, with what a process keeps already warm."""
    client.force_login(agent)
    client.get("/desk/q/all/")
    return client


def says(row: Conversation, text: str) -> None:
    words = visitors.Words(text, text)
    visitors.say(inbox=row.inbox, sitter=visits.sitter_of(row.visitor), words=words)


def lines(desk: Client, row: Conversation, has: dict[str, str] | None = None) -> Any:
    return desk.get(f"/desk/chats/{row.ticket.number}/lines/", has or {}, headers=HTMX)


def held(answer: Any) -> dict[str, str]:
    """What a page has after this answer."""
    text = answer.content.decode()
    found = {name: re.search(rf'name="{name}"[^>]*? value="([^"]+)"', text) for name in ("v", "seen")}
    return {name: one[1] for name, one in found.items() if one}


def shown(answer: Any) -> list[str]:
    return re.findall(r'data-seq="(\d+)"', answer.content.decode())


def test_a_page_gets_only_what_was_added_and_puts_it_at_the_end(desk: Client, door: Inbox, agent: User) -> None:
    row = chat(door, "First", agent=agent)
    page = lines(desk, row)
    assert shown(page) == ["1"] and "HX-Reswap" not in page.headers
    says(row, "Second")
    fresh = lines(desk, row, held(page))
    assert shown(fresh) == ["2"] and fresh["HX-Reswap"] == "beforeend"
    assert "First" not in fresh.content.decode()
    assert lines(desk, row, held(fresh)).status_code == 204


def test_our_own_answer_brings_what_came_meanwhile_too(desk: Client, door: Inbox, agent: User) -> None:
    row = chat(door, "First", agent=agent)
    has = held(lines(desk, row))
    says(row, "Second")
    given = {"body": "Third", "client_id": "one", "anyway": "1", **has}
    sent = desk.post(f"/desk/chats/{row.ticket.number}/say/", given, headers=HTMX)
    assert shown(sent) == ["2", "3"] and sent["HX-Reswap"] == "beforeend"
    assert lines(desk, row, held(sent)).status_code == 204


def test_what_changed_otherwise_brings_all_anew(desk: Client, door: Inbox, agent: User) -> None:
    row = chat(door, "My card is 4111", agent=agent)
    has = held(lines(desk, row))
    says(row, "Second")
    removal.remove(by=SYSTEM, message=row.ticket.messages.get(seq=1))
    fresh = lines(desk, row, has)
    assert shown(fresh) == ["1", "2"] and "HX-Reswap" not in fresh.headers
    assert "4111" not in fresh.content.decode()


def test_seen_moves_without_the_lines(desk: Client, door: Inbox, agent: User) -> None:
    row = chat(door, "First", agent=agent)
    answer(row, agent, "Second")
    has = held(lines(desk, row))
    visits.seen(visitor_id=row.visitor_id, conversation=row.pk, seq=2)
    fresh = lines(desk, row, has)
    assert shown(fresh) == [] and ">Seen" in fresh.content.decode().replace("</svg>", ">")


def test_a_rating_is_shown_to_a_page_that_had_all_else(desk: Client, door: Inbox, agent: User) -> None:
    row = chat(door, "First", agent=agent)
    has = held(lines(desk, row))
    visits.rate(inbox=door, sitter=visits.sitter_of(row.visitor), conversation=row.pk, rating=4)
    assert "4/5" in lines(desk, row, has).content.decode()


def test_each_answer_costs_few_statements(
    desk: Client, door: Inbox, agent: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    row = chat(door, "First", agent=agent)
    has = held(lines(desk, row))
    # The session and the person are two of them.
    with django_assert_max_num_queries(3):
        assert lines(desk, row, has).status_code == 204
    says(row, "Second")
    with django_assert_max_num_queries(5):
        assert shown(lines(desk, row, has)) == ["2"]


@pytest.mark.parametrize("has", [{"v": "x", "seen": "1"}, {"v": "9" * 40, "seen": "1"}, {"seen": "-1"}, {"v": "1."}])
def test_a_page_that_has_nonsense_gets_all(desk: Client, door: Inbox, agent: User, has: dict[str, str]) -> None:
    row = chat(door, "First", agent=agent)
    assert shown(lines(desk, row, has)) == ["1"]


def test_somebody_else_is_told_nothing(desk: Client, client: Client, door: Inbox, outsider: User) -> None:
    row = chat(door, "First")
    client.force_login(outsider)
    assert lines(client, row).status_code == 404
    said = client.post(f"/desk/chats/{row.ticket.number}/say/", {"body": "Hello", "client_id": "x"}, headers=HTMX)
    assert said.status_code == 404
    assert row.ticket.messages.count() == 1


def test_the_hint_of_a_message_names_it_and_others_do_not(
    door: Inbox, agent: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    row, told = chat(door, "First", agent=agent), []
    monkeypatch.setattr(realtime, "send", lambda groups, message: told.append(message))
    with django_capture_on_commit_callbacks(execute=True):
        says(row, "Second")
        replies.reply(by=actor_of(agent), ticket=row.ticket, body="Third")
        removal.remove(by=SYSTEM, message=row.ticket.messages.get(seq=1))
    assert [one.get("said") for one in told if one["kind"] == "ticket"] == [2, 3, None]


@pytest.mark.parametrize(
    ("has", "version", "seq", "after"),
    [
        (Held(7, 3), 7, 3, 3),
        (Held(7, 3), 9, 5, 3),
        (Held(7, 3), 8, 3, 0),
        (Held(7, 3), 9, 4, 0),
        (Held(9, 5), 7, 3, 0),
    ],
)
def test_only_added_messages_may_be_told_alone(has: Held, version: int, seq: int, after: int) -> None:
    assert has.after(version, seq) == after


def test_a_long_queue_is_shown_in_part(desk: Client, door: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.queries.chatdesk.MOST_WAITING", 2)
    for number in range(3):
        chat(door, f"Waiting {number}")
    page = desk.get("/desk/chats/list/").content.decode()
    assert "Waiting 1" in page and "Waiting 2" not in page and "2+" in page
