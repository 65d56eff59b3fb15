"""The queue: filters that live in the address, how much is new, and many tickets changed at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from tests.conftest import Post
from tickets.actions import lifecycle, lists
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(client: Client) -> Callable[[User], Client]:
    def sign_in(person: User) -> Client:
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def three(post: Post) -> list[Ticket]:
    """First, Second and Third matter, each of another customer."""
    words = ("First", "Second", "Third")
    return [post.send(subject=f"{word} matter", sender=f"{word.lower()}@example.com").ticket for word in words]


def text(answer: Any) -> str:
    return str(answer.content.decode())


def shown(answer: Any) -> list[str]:
    return [word for word in ("First", "Second", "Third") if f"{word} matter" in text(answer)]


def test_by_person_channel_and_tag_the_list_narrows_and_the_choice_stays(
    enter: Callable[[User], Client], three: list[Ticket], agent: User, teammate: User
) -> None:
    lists.save_tag(by=SYSTEM, name="outage", name_fa="قطعی")
    lifecycle.assign(by=SYSTEM, ticket=three[0], assignee=teammate)
    lifecycle.set_tags(by=SYSTEM, ticket=three[1], tags=["outage"])
    client = enter(agent)
    assert shown(client.get(f"/desk/q/all/?assignee={teammate.pk}")) == ["First"]
    assert shown(client.get("/desk/q/all/?tag=outage")) == ["Second"]
    assert shown(client.get("/desk/q/all/?channel=phone")) == []
    answer = client.get(f"/desk/q/all/?channel=email&assignee={teammate.pk}")
    assert shown(answer) == ["First"]
    assert f'<option value="{teammate.pk}" selected>' in text(answer)
    assert '<option value="email" selected>' in text(answer)
    assert f"/desk/t/{three[0].number}/?view=all&amp;assignee={teammate.pk}&amp;channel=email" in text(answer)


def test_the_ticket_page_walks_the_narrowed_list(
    enter: Callable[[User], Client], three: list[Ticket], agent: User
) -> None:
    for ticket in (three[0], three[2]):
        lifecycle.set_priority(by=SYSTEM, ticket=ticket, priority="urgent")
    last, first = three[2].number, three[0].number
    answer = enter(agent).get(f"/desk/t/{last}/next/?view=all&priority=urgent")
    assert answer["Location"] == f"/desk/t/{first}/?view=all&priority=urgent"


def test_a_change_beside_the_ticket_comes_back_to_the_same_list(
    enter: Callable[[User], Client], ticket: Ticket, agent: User
) -> None:
    answer = enter(agent).post(f"/desk/t/{ticket.number}/change/priority/?view=mine&tag=x", {"priority": "high"})
    assert answer["Location"] == f"/desk/t/{ticket.number}/?view=mine&tag=x"


def test_waiting_is_said_in_words_of_both_languages(
    enter: Callable[[User], Client], ticket: Ticket, agent: User, teammate: User
) -> None:
    assert "waiting less than a minute" in text(enter(agent).get("/desk/q/all/"))
    assert "کمتر از یک دقیقه در انتظار" in text(enter(teammate).get("/desk/q/all/"))


def test_what_came_since_is_counted_and_nothing_is_said_when_nothing_came(
    enter: Callable[[User], Client], post: Post, ticket: Ticket, agent: User, outsider: User
) -> None:
    since = ticket.last_at.isoformat()
    address = "/desk/q/all/fresh/"
    client = enter(agent)
    assert "new" not in text(client.get(address, {"since": since}))
    post.send(subject="Second matter", sender="b@example.com")
    post.send(subject="Third matter", sender="c@example.com")
    assert "2 new" in text(client.get(address, {"since": since}))
    assert "2 new" not in text(client.get(address, {"since": since, "channel": "phone"}))
    assert "new" not in text(enter(outsider).get(address, {"since": since}))


def test_nonsense_about_what_is_new_is_not_found(enter: Callable[[User], Client], agent: User) -> None:
    client = enter(agent)
    for path in ("all/fresh/?since=yesterday", "all/fresh/?since=2026-01-01", "nonsense/fresh/"):
        assert client.get(f"/desk/q/{path}").status_code == 404, path


def test_the_picked_tickets_are_taken_and_the_others_are_not(
    enter: Callable[[User], Client], three: list[Ticket], agent: User
) -> None:
    picked = [three[0].number, three[2].number]
    answer = enter(agent).post("/desk/q/all/bulk/?priority=normal", {"ticket": picked, "do": "take"}, follow=True)
    assert answer.redirect_chain == [("/desk/q/all/?priority=normal", 302)]
    assert "2 tickets changed." in text(answer)
    assert [Ticket.objects.get(pk=each.pk).assignee_id for each in three] == [agent.pk, None, agent.pk]


def test_picked_tickets_are_given_to_somebody_resolved_and_put_into_spam(
    enter: Callable[[User], Client], three: list[Ticket], agent: User, teammate: User
) -> None:
    client = enter(agent)
    client.post("/desk/q/all/bulk/", {"ticket": [three[0].number], "do": "assign", "assignee": teammate.pk})
    client.post("/desk/q/all/bulk/", {"ticket": [three[1].number], "do": "resolved"})
    client.post("/desk/q/all/bulk/", {"ticket": [three[2].number], "do": "spam"})
    rows = [Ticket.objects.get(pk=each.pk) for each in three]
    assert rows[0].assignee_id == teammate.pk
    assert [row.status for row in rows] == ["new", "resolved", "spam"]


def test_a_foreign_ticket_among_the_picked_stays_as_it_is_and_is_named(
    enter: Callable[[User], Client], three: list[Ticket], agent: User, other_team: Team
) -> None:
    lifecycle.transfer(by=SYSTEM, ticket=three[1], team=other_team)
    picked = [three[0].number, three[1].number, 987654321]
    answer = enter(agent).post("/desk/q/all/bulk/", {"ticket": picked, "do": "resolved"}, follow=True)
    assert "1 ticket changed." in text(answer)
    assert f"#{three[1].number}" in text(answer) and "#987654321" in text(answer)
    assert Ticket.objects.get(pk=three[1].pk).status == "new"


@pytest.mark.parametrize(
    "given", [{"do": "take"}, {"do": "explode", "ticket": "N"}, {"do": "assign", "assignee": "99", "ticket": "N"}, {}]
)
def test_what_makes_no_sense_changes_nothing(
    enter: Callable[[User], Client], ticket: Ticket, agent: User, given: dict[str, str]
) -> None:
    posted = {name: value.replace("N", str(ticket.number)) for name, value in given.items()}
    assert enter(agent).post("/desk/q/all/bulk/", posted).status_code in (302, 404)
    after = Ticket.objects.get()
    assert (after.version, after.status, after.assignee_id) == (ticket.version, "new", None)


def test_a_closed_ticket_is_in_the_list_of_closed_ones(client: Client, ticket: Ticket, agent: User) -> None:
    lifecycle.set_status(by=SYSTEM, ticket=ticket, status="closed")
    client.force_login(agent)
    assert f"/desk/t/{ticket.number}/" in client.get("/desk/q/closed/").content.decode()
    assert "/desk/q/closed/" in client.get("/desk/q/mine/").content.decode()
