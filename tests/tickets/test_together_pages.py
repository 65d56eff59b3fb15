"""Joined, split and linked tickets on the desk's pages: seen by their own rights, taken apart by one button."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from tests.conftest import Post
from tickets.actions import joining, lifecycle, replies, splitting
from tickets.models import Link, Merge, Split, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


@pytest.fixture
def visit(client: Client) -> Callable[[User], Client]:
    def enter(person: User) -> Client:
        client.force_login(person)
        client.get("/desk/q/all/")
        return client

    return enter


@pytest.fixture
def other(ticket: Ticket, post: Post) -> Ticket:
    return post.send("My bill is wrong.", subject="Bill").ticket


@pytest.fixture
def foreign(post: Post, ticket: Ticket, other_team: Team) -> Ticket:
    """Narges's ticket with another team."""
    made = post.send("A secret matter.", subject="Salary").ticket
    return lifecycle.transfer(by=SYSTEM, ticket=made, team=other_team)


def body(answer: Any) -> str:
    return str(answer.content.decode())


def test_joining_shows_the_other_first_and_then_both_in_one_conversation(
    visit: Callable[[User], Client], ticket: Ticket, other: Ticket, agent: User
) -> None:
    client = visit(agent)
    looked = body(client.get(f"/desk/t/{ticket.number}/join/?other=%23{other.number}"))
    assert "My bill is wrong." in looked and not Merge.objects.exists()
    page = body(client.post(f"/desk/t/{ticket.number}/join/", {"other": other.number}, follow=True))
    assert "Please help." in page and "My bill is wrong." in page
    assert f"/desk/t/{other.number}/#m-" in page and "was joined to this ticket" in page
    assert f"/desk/joins/{Merge.objects.get().pk}/undo/" in page


def test_a_part_says_where_it_went_and_the_undo_makes_it_its_own_again(
    visit: Callable[[User], Client], ticket: Ticket, other: Ticket, agent: User, act: Any
) -> None:
    merge = joining.merge(by=act(agent), ticket=ticket, other=other)
    client = visit(agent)
    page = body(client.get(f"/desk/t/{other.number}/"))
    assert f'href="/desk/t/{ticket.number}/"' in page and f"/desk/joins/{merge.pk}/undo/" in page
    page = body(client.post(f"/desk/joins/{merge.pk}/undo/", follow=True))
    other.refresh_from_db()
    assert other.merged_into is None
    assert "is a ticket of its own again" in body(client.get(f"/desk/t/{ticket.number}/"))


def test_the_other_one_may_go_on(visit: Callable[[User], Client], ticket: Ticket, other: Ticket, agent: User) -> None:
    visit(agent).post(f"/desk/t/{ticket.number}/join/", {"other": other.number, "keep": "other"})
    ticket.refresh_from_db()
    assert ticket.merged_into == other


def test_parts_of_parts_are_shown_and_parts_of_another_team_are_one_line(
    visit: Callable[[User], Client], ticket: Ticket, other: Ticket, foreign: Ticket, post: Post, agent: User
) -> None:
    third = post.send("And my router.", subject="Router").ticket
    joining.merge(by=SYSTEM, ticket=other, other=third)
    joining.merge(by=SYSTEM, ticket=ticket, other=Ticket.objects.get(pk=other.pk))
    joining.merge(by=SYSTEM, ticket=ticket, other=foreign)
    for path in ("", "conversation/"):
        page = body(visit(agent).get(f"/desk/t/{ticket.number}/{path}"))
        assert page.index("Please help.") < page.index("My bill is wrong.") < page.index("And my router.")
        assert "secret" not in page and "Salary" not in page and f'href="/desk/t/{foreign.number}/' not in page
        assert "A part of another team" in page


def test_a_part_of_another_team_keeps_its_whole_to_itself(
    visit: Callable[[User], Client], ticket: Ticket, foreign: Ticket, agent: User, outsider: User
) -> None:
    joining.merge(by=SYSTEM, ticket=foreign, other=ticket)
    page = body(visit(agent).get(f"/desk/t/{ticket.number}/"))
    assert "another team" in page and "Salary" not in page
    merge = Merge.objects.get()
    assert visit(agent).post(f"/desk/joins/{merge.pk}/undo/").status_code == 404
    assert visit(outsider).post(f"/desk/joins/{merge.pk}/undo/").status_code == 404
    merge.refresh_from_db()
    assert merge.undone_at is None


def test_a_plain_ticket_costs_nothing_for_its_parts(
    visit: Callable[[User], Client],
    ticket: Ticket,
    other: Ticket,
    agent: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = visit(agent)
    with django_assert_max_num_queries(14):
        client.get(f"/desk/t/{ticket.number}/")
    joining.merge(by=SYSTEM, ticket=ticket, other=other)
    with django_assert_max_num_queries(15):
        client.get(f"/desk/t/{ticket.number}/")


def test_two_customers_are_joined_only_when_confirmed(
    visit: Callable[[User], Client], ticket: Ticket, post: Post, agent: User
) -> None:
    theirs = post.send("Me too", sender="Mallory <mallory@evil.example>").ticket
    client = visit(agent)
    answer = client.post(f"/desk/t/{ticket.number}/join/", {"other": theirs.number})
    assert answer.status_code == 422 and "two customers" in body(answer) and not Merge.objects.exists()
    client.post(f"/desk/t/{ticket.number}/join/", {"other": theirs.number, "other_customer": "1"})
    assert Merge.objects.get().source == theirs


@pytest.mark.parametrize("typed", ["", "x", "99999999", "foreign", "self"])
def test_joining_with_what_is_not_there_says_so_and_changes_nothing(
    visit: Callable[[User], Client], ticket: Ticket, foreign: Ticket, agent: User, typed: str
) -> None:
    given = {"foreign": str(foreign.number), "self": str(ticket.number)}.get(typed, typed)
    for address in ("join", "link"):
        answer = visit(agent).post(f"/desk/t/{ticket.number}/{address}/", {"other": given})
        assert answer.status_code in (422, 302)
        assert b"Salary" not in answer.content
    assert not Merge.objects.exists() and not Link.objects.exists()


def test_chosen_messages_become_a_ticket_and_go_back(
    visit: Callable[[User], Client], ticket: Ticket, agent: User, act: Any
) -> None:
    note = replies.note(by=act(agent), ticket=ticket, body="Separate matter")
    client = visit(agent)
    assert "Separate matter" in body(client.get(f"/desk/t/{ticket.number}/split/?m={note.pk}"))
    page = body(client.post(f"/desk/t/{ticket.number}/split/", {"messages": [note.pk], "subject": "Own"}, follow=True))
    row = Split.objects.get()
    assert "Separate matter" in page and f"/desk/splits/{row.pk}/undo/" in page
    client.post(f"/desk/splits/{row.pk}/undo/")
    assert ticket.messages.filter(pk=note.pk).exists()


def test_a_split_that_leaves_nothing_is_refused_with_what_was_typed(
    visit: Callable[[User], Client], ticket: Ticket, foreign: Ticket, agent: User, outsider: User
) -> None:
    client = visit(agent)
    keys = list(ticket.messages.values_list("pk", flat=True))
    for chosen in (keys, [], [foreign.messages.get().pk]):
        answer = client.post(f"/desk/t/{ticket.number}/split/", {"messages": chosen, "subject": "Kept words"})
        assert answer.status_code == 422 and "Kept words" in body(answer)
    assert visit(outsider).post(f"/desk/t/{ticket.number}/split/", {"messages": keys}).status_code == 404
    assert not Split.objects.exists()


def test_links_are_made_shown_and_taken_back(
    visit: Callable[[User], Client], ticket: Ticket, other: Ticket, agent: User
) -> None:
    client = visit(agent)
    page = body(client.post(f"/desk/t/{ticket.number}/link/", {"other": f"#{other.number}"}, follow=True))
    undo = f"/desk/t/{ticket.number}/link/?other={other.number}&amp;off"
    assert undo in page and "Linked to" in page
    client.post(undo.replace("&amp;", "&"))
    assert not Link.objects.exists()


def test_a_linked_ticket_of_another_team_is_not_told(
    visit: Callable[[User], Client], ticket: Ticket, foreign: Ticket, agent: User
) -> None:
    from tickets.actions import linking

    linking.link(by=SYSTEM, ticket=ticket, other=foreign)
    assert "Salary" not in body(visit(agent).get(f"/desk/t/{ticket.number}/"))


def test_spam_is_one_button_and_so_is_its_undo(visit: Callable[[User], Client], ticket: Ticket, agent: User) -> None:
    client = visit(agent)
    page = body(client.post(f"/desk/t/{ticket.number}/change/status/", {"status": "spam"}, follow=True))
    undo = f"/desk/t/{ticket.number}/change/status/?to=open"
    assert undo in page
    client.post(undo)
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_nobody_who_cannot_see_both_takes_a_split_back(
    visit: Callable[[User], Client], ticket: Ticket, agent: User, outsider: User, other_team: Team, act: Any
) -> None:
    note = replies.note(by=act(agent), ticket=ticket, body="Separate matter")
    row = splitting.split(by=act(agent), ticket=ticket, messages=[note.pk], subject="")
    lifecycle.transfer(by=SYSTEM, ticket=row.made, team=other_team)
    for person in (agent, outsider):
        assert visit(person).post(f"/desk/splits/{row.pk}/undo/").status_code == 404
    row.refresh_from_db()
    assert row.undone_at is None and row.made.messages.count() == 1
