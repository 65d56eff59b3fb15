"""Live chats at the desk without any script: the board, its rooms, every step, a lead's floor, canned answers."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from helpdesk.accounts import actions as accounts
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Availability, Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core.errors import Conflict, NotAllowed
from tests.support.chats import answer, chat
from tickets.actions import canned, desk, inboxes
from tickets.models import CannedAnswer, Conversation, Draft, Inbox, Message, Presence

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def door(team: Team) -> Inbox:
    """A widget whose chats go to the team."""
    return inboxes.create_inbox(by=SYSTEM, kind="chat", name="Shop", settings={}, team=team)


@pytest.fixture
def visit(client: Client) -> Callable[[User], Client]:
    """The client, signed in as somebody, with what a process keeps already warm."""

    def enter(person: User) -> Client:
        client.force_login(person)
        client.get("/desk/q/all/")
        return client

    return enter


def body(answer: Any) -> str:
    return str(answer.content.decode())


def post(client: Client, row: Conversation, what: str, **given: str) -> Any:
    return client.post(f"/desk/chats/{row.ticket.number}/{what}/", given)


def test_the_board_costs_the_same_for_one_chat_and_for_five(
    visit: Callable[[User], Client], door: Inbox, agent: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        chat(door, f"Question {number}", agent=agent, name=f"Person {number}")
        chat(door, f"Waiting {number}", name=f"Waiter {number}")
    client = visit(agent)
    with django_assert_max_num_queries(9):
        page = body(client.get("/desk/chats/"))
    assert page.count("data-room=") == 5
    assert all(f"Person {number}" in page and f"Waiter {number}" in page for number in range(5))


def test_its_fragments_are_cheap(
    visit: Callable[[User], Client], door: Inbox, agent: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    live = chat(door, agent=agent)
    client = visit(agent)
    with django_assert_max_num_queries(4):
        client.get("/desk/chats/list/", headers=HTMX)
    with django_assert_max_num_queries(6):
        page = body(client.get(f"/desk/chats/{live.ticket.number}/lines/", headers=HTMX))
    version = re.search(r'id="v-\d+" value="([^"]+)"', page)
    assert version
    with django_assert_max_num_queries(4):
        same = client.get(f"/desk/chats/{live.ticket.number}/lines/?v={version[1]}", headers=HTMX)
    assert same.status_code == 204


def test_the_ticket_page_of_a_chat_says_how_it_stands_and_offers_the_steps(
    visit: Callable[[User], Client], door: Inbox, agent: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    live = chat(door, agent=agent)
    client = visit(agent)
    with django_assert_max_num_queries(15):
        page = body(client.get(f"/desk/t/{live.ticket.number}/"))
    assert "Live" in page and "End chat" in page and "Hand over" in page
    assert post(client, live, "end", **{"from": "ticket"})["Location"] == f"/desk/t/{live.ticket.number}/"
    page = body(client.get(f"/desk/t/{live.ticket.number}/"))
    assert "End chat" not in page and "Ended" in page


def test_an_offer_is_taken_and_answered_without_any_script(
    visit: Callable[[User], Client], door: Inbox, agent: User, work: Callable[[], object]
) -> None:
    waiting = chat(door, name="Narges")
    client = visit(agent)
    client.post("/desk/me/availability/", {"to": "available", "next": "/desk/chats/"})
    work()
    assert "Offered to you" in body(client.get("/desk/chats/"))
    assert post(client, waiting, "take")["Location"] == f"/desk/chats/#chat-{waiting.ticket.number}"
    said = post(client, waiting, "say", body="How can I help?", client_id="one", seen="1")
    assert said.status_code == 302
    post(client, waiting, "say", body="How can I help?", client_id="one", seen="1")
    message = Message.objects.get(kind="out")
    assert (message.text, message.channel, message.deliveries.count()) == ("How can I help?", "chat", 0)
    assert "How can I help?" in body(client.get("/desk/chats/"))


def test_a_chat_answer_offers_no_undo(visit: Callable[[User], Client], door: Inbox, agent: User) -> None:
    live = chat(door, agent=agent)
    said = visit(agent).post(
        f"/desk/t/{live.ticket.number}/reply/", {"body": "It leaves at once", "client_id": "x"}, headers=HTMX
    )
    assert "It leaves at once" in body(said)
    assert "/undo/" not in body(said)


def test_a_colleague_who_answers_stops_it_and_nothing_is_lost(
    visit: Callable[[User], Client], door: Inbox, agent: User, teammate: User
) -> None:
    live = chat(door, agent=agent)
    desk.see(by=actor_of(teammate), ticket=live.ticket, mode="replying")
    client = visit(agent)
    refused = post(client, live, "say", body="My words", client_id="one", seen="1")
    assert refused.status_code == 409
    assert "My words" in body(refused) and "Ali" in body(refused) and 'name="anyway"' in body(refused)
    assert not Message.objects.filter(kind="out").exists()
    assert post(client, live, "say", body="My words", client_id="one", seen="1", anyway="1").status_code == 302
    assert Message.objects.filter(kind="out").count() == 1


def test_what_came_meanwhile_from_a_colleague_stops_it_too(
    visit: Callable[[User], Client], door: Inbox, agent: User, teammate: User
) -> None:
    live = chat(door, agent=agent)
    answer(live, teammate, "I said it already")
    refused = visit(agent).post(
        f"/desk/chats/{live.ticket.number}/say/", {"body": "The same", "seen": "1"}, headers=HTMX
    )
    assert refused.status_code == 409
    assert refused["HX-Retarget"] == f"#refusal-{live.ticket.number}"


def test_a_draft_is_back_in_its_own_room(visit: Callable[[User], Client], door: Inbox, agent: User) -> None:
    first, second = chat(door, agent=agent), chat(door, agent=agent)
    client = visit(agent)
    client.post(f"/desk/t/{first.ticket.number}/draft/", {"mode": "reply", "body": "for the first"})
    client.post(f"/desk/t/{second.ticket.number}/draft/", {"mode": "reply", "body": "for the second"})
    page = body(client.get("/desk/chats/"))
    for row, words in ((first, "for the first"), (second, "for the second")):
        room = page[page.index(f'id="chat-{row.ticket.number}"') :]
        assert words in room[: room.index("</article>")]
    assert Draft.objects.count() == 2


def test_who_they_are_is_told_with_how_sure_we_are(visit: Callable[[User], Client], door: Inbox, agent: User) -> None:
    chat(door, agent=agent, name="Narges", identity="claimed", email="narges@example.com", external_id="7")
    chat(door, agent=agent, name="Hassan", identity="verified", external_id="8", page_url="https://shop.example/pay")
    page = body(visit(agent).get("/desk/chats/"))
    assert "Says so; not verified" in page and "Identity verified" in page
    assert "https://shop.example/pay" in page
    assert "They have not agreed that earlier pages are kept." in page


def test_a_chat_is_handed_over_with_what_is_to_be_known(
    visit: Callable[[User], Client], door: Inbox, agent: User, teammate: User
) -> None:
    live = chat(door, agent=agent)
    given = {"to": f"user.{teammate.pk}", "context": "She paid twice"}
    assert post(visit(agent), live, "hand-over", **given).status_code == 302
    live.refresh_from_db()
    assert live.agent_id == teammate.pk
    assert live.ticket.messages.get(kind="note").text == "She paid twice"


def test_a_chat_goes_to_another_team_and_waits_there(
    visit: Callable[[User], Client], door: Inbox, agent: User, other_team: Team
) -> None:
    live = chat(door, agent=agent)
    post(visit(agent), live, "hand-over", to=f"team.{other_team.pk}")
    live.refresh_from_db()
    live.ticket.refresh_from_db()
    assert (live.state, live.agent_id, live.ticket.team_id) == ("queued", None, other_team.pk)


def test_a_hand_over_to_nobody_changes_nothing(visit: Callable[[User], Client], door: Inbox, agent: User) -> None:
    live = chat(door, agent=agent)
    post(visit(agent), live, "hand-over", to="user.987654", context="x")
    live.refresh_from_db()
    assert live.agent_id == agent.pk
    assert not live.ticket.messages.filter(kind="note").exists()


def test_a_lead_reads_along_whispers_and_takes_over(
    visit: Callable[[User], Client], door: Inbox, agent: User, lead: User
) -> None:
    live = chat(door, "My secret question", agent=agent)
    client = visit(lead)
    assert "My secret question" in body(client.get(f"/desk/chats/{live.ticket.number}/"))
    post(client, live, "whisper", body="Offer a week for free")
    assert live.ticket.messages.get(kind="note").text == "Offer a week for free"
    post(client, live, "take-over")
    live.refresh_from_db()
    assert live.agent_id == lead.pk


@pytest.mark.parametrize("what", ["whisper", "take-over"])
def test_an_agent_does_neither(
    visit: Callable[[User], Client], door: Inbox, agent: User, teammate: User, what: str
) -> None:
    live = chat(door, agent=agent)
    assert post(visit(teammate), live, what, body="x").status_code == 403
    live.refresh_from_db()
    assert live.agent_id == agent.pk
    assert not live.ticket.messages.filter(kind="note").exists()


@pytest.mark.parametrize("what", ["take", "decline", "end", "hand-over", "whisper", "take-over", "say", "lines", ""])
def test_another_teams_chat_is_not_there(
    visit: Callable[[User], Client], door: Inbox, agent: User, outsider: User, what: str
) -> None:
    live = chat(door, agent=agent)
    address = f"/desk/chats/{live.ticket.number}/{what}/".replace("//", "/")
    client = visit(outsider)
    for given in (client.get(address), client.post(address, {"body": "x"})):
        assert given.status_code in (404, 405)
    live.refresh_from_db()
    assert (live.state, live.agent_id, live.ticket.messages.count()) == ("live", agent.pk, 1)
    assert str(live.ticket.number) not in body(client.get("/desk/chats/list/"))


def test_the_floor_counts_who_waits_and_who_serves(
    visit: Callable[[User], Client], door: Inbox, agent: User, lead: User, outsider: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    chat(door, "First question", name="Narges")
    chat(door, "Second question", agent=agent, name="Hassan")
    accounts.set_availability(by=actor_of(agent), state="available")
    client = visit(lead)
    with django_assert_max_num_queries(7):
        page = body(client.get("/lead/chats/"))
    assert all(words in page for words in ("Narges", "Hassan", "Sara", "Available"))
    assert "Reza" not in page
    client.post(f"/lead/chats/people/{agent.pk}/", {"capacity": "5"})
    assert Availability.objects.get(user=agent).capacity == 5
    assert client.post(f"/lead/chats/people/{outsider.pk}/", {"capacity": "5"}).status_code == 404
    client.post(f"/lead/chats/people/{agent.pk}/", {"capacity": "many"})
    assert Availability.objects.get(user=agent).capacity == 5


def test_the_floor_is_not_for_agents(visit: Callable[[User], Client], agent: User) -> None:
    assert visit(agent).get("/lead/chats/").status_code == 403


@pytest.mark.parametrize(
    ("given", "state", "ends"),
    [({"to": "available"}, "available", False), ({"to": "focus-30"}, "focus", True), ({"to": "away"}, "away", False)],
)
def test_the_menu_sets_whether_chats_come(
    visit: Callable[[User], Client], agent: User, given: dict[str, str], state: str, ends: bool
) -> None:
    client = visit(agent)
    assert client.post("/desk/me/availability/", {**given, "next": "/desk/chats/"})["Location"] == "/desk/chats/"
    row = Availability.objects.get(user=agent)
    assert (row.state, row.until is not None) == (state, ends)


def test_a_time_that_cannot_be_read_changes_nothing(visit: Callable[[User], Client], agent: User) -> None:
    client = visit(agent)
    client.post("/desk/me/availability/", {"to": "away", "at": "some day"})
    client.post("/desk/me/availability/", {"to": "asleep"})
    assert not Availability.objects.exists()


def test_the_bar_counts_the_chats_that_wait_for_my_word(
    visit: Callable[[User], Client], door: Inbox, agent: User
) -> None:
    live = chat(door, agent=agent)
    live.ticket.waiting_since = live.queued_at
    live.ticket.save(update_fields=["waiting_since"])
    assert 'data-calling="1"' in body(visit(agent).get("/desk/chats/count/"))


def test_a_page_with_a_blocked_socket_says_that_somebody_is_there(visit: Callable[[User], Client], agent: User) -> None:
    accounts.set_availability(by=actor_of(agent), state="available")
    Availability.objects.update(seen_at=None)
    assert visit(agent).post("/desk/me/here/").status_code == 204
    assert Availability.objects.get().seen_at is not None


# --- canned answers ---------------------------------------------------------------------------------------------------


def test_an_answer_is_kept_changed_and_removed(visit: Callable[[User], Client], agent: User) -> None:
    client = visit(agent)
    given = {"shortcut": "/Refund", "title": "Refund", "text_en": "It takes three days.", "scope": "mine"}
    assert client.post("/desk/canned/", given).status_code == 302
    row = CannedAnswer.objects.get()
    assert (row.shortcut, row.owner_id) == ("refund", agent.pk)
    client.post("/desk/canned/", given | {"pk": str(row.pk), "text_fa": "سه روز طول می‌کشد."})
    row.refresh_from_db()
    assert row.text_fa == "سه روز طول می‌کشد."
    found = client.get("/desk/canned/all/").json()["answers"]
    assert [(one["shortcut"], one["en"], one["fa"]) for one in found] == [("refund", row.text_en, row.text_fa)]
    client.post(f"/desk/canned/{row.pk}/used/")
    row.refresh_from_db()
    assert row.used == 1
    client.post(f"/desk/canned/{row.pk}/remove/")
    assert not CannedAnswer.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"shortcut": "two words"}, {"title": " "}, {"text_en": ""}, {"scope": "team.1234567"}, {"text_en": "x" * 10_001}],
    ids=["shortcut", "title", "text", "team", "length"],
)
def test_a_wrong_answer_is_shown_again_and_nothing_is_kept(
    visit: Callable[[User], Client], lead: User, wrong: dict[str, str]
) -> None:
    given = {"shortcut": "hi", "title": "Greeting", "text_en": "Hello", "scope": "mine"} | wrong
    page = visit(lead).post("/desk/canned/", given)
    assert page.status_code == 422
    assert 'value="Greeting"' in body(page) or "title" in wrong
    assert not CannedAnswer.objects.exists()


def test_answers_of_teams_and_of_everybody_are_a_leads(
    agent: User, teammate: User, lead: User, outsider: User, team: Team, visit: Callable[[User], Client]
) -> None:
    words = {"title": "Hello", "text_en": "Hello"}
    for scope in ("all", "team"):
        with pytest.raises(NotAllowed):
            canned.save(by=actor_of(agent), shortcut="hi", scope=scope, team=team, **words)
    canned.save(by=actor_of(lead), shortcut="ours", scope="team", team=team, **words)
    mine = canned.save(by=actor_of(agent), shortcut="mine", **words)
    with pytest.raises(Conflict):
        canned.save(by=actor_of(agent), shortcut="mine", **words)
    with pytest.raises(NotAllowed):
        canned.remove(by=actor_of(lead), answer=mine)
    shortcuts = [one["shortcut"] for one in visit(teammate).get("/desk/canned/all/").json()["answers"]]
    assert shortcuts == ["ours"]
    assert visit(outsider).get("/desk/canned/all/").json()["answers"] == []


def test_presence_in_a_chat_room_is_that_of_its_ticket(
    visit: Callable[[User], Client], door: Inbox, agent: User, teammate: User
) -> None:
    live = chat(door, agent=agent)
    visit(teammate).post(f"/desk/t/{live.ticket.number}/presence/", {"mode": "viewing"})
    assert Presence.objects.count() == 1
    page = body(visit(agent).get(f"/desk/chats/{live.ticket.number}/lines/", headers=HTMX))
    assert "Ali" in page and "is here too" in page
