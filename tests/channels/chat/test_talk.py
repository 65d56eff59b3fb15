"""A visitor and an agent talk: nothing is kept before the first word, nothing comes twice, nothing is lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from customers.models import Customer
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import User
from helpdesk.core.errors import Conflict
from helpdesk.core.management.commands.drain import drain
from tests.channels.chat.conftest import Page
from tickets.actions import chats, lifecycle, replies
from tickets.models import Conversation, Inbox, Message, Ticket, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
Visit = Callable[..., Page]


def test_nothing_is_kept_of_who_only_looks(visit: Visit) -> None:
    page = visit(page={"url": "https://shop.example/", "title": "Shop"})
    page.call("POST", "page", {"url": "https://shop.example/cart", "title": "Cart"})
    assert page.booted["identity"] == "anonymous"
    assert page.booted["conversation"] is None
    assert not Visitor.objects.exists()
    assert not Customer.objects.exists()


def test_the_first_word_opens_a_ticket_and_waits_for_us(visit: Visit, widget: Inbox) -> None:
    page = visit()
    message = page.say("Where is my order?\nIt is late.", page_url="https://shop.example/orders")
    row = page.row()
    assert (message["from"], message["text"]) == ("visitor", "Where is my order?\nIt is late.")
    assert (row.state, row.ticket.status, row.ticket.channel, row.ticket.team) == ("queued", "new", "chat", widget.team)
    assert row.ticket.subject == "Where is my order?"
    assert row.ticket.waiting_since is not None
    assert row.page_url == "https://shop.example/orders"


def test_an_answer_is_there_at_once_and_takes_the_chat(visit: Visit, agent: User) -> None:
    page = visit()
    page.say()
    row = page.row()
    answer = replies.reply(by=actor_of(agent), ticket=row.ticket, body="It is on its way.")
    told = page.read(after=1)
    assert [(one["from"], one["name"], one["text"]) for one in told["messages"]] == [
        ("agent", "Sara", "It is on its way.")
    ]
    assert told["conversation"]["agent"] == {"name": "Sara"}
    assert page.row().state == "live"
    assert not answer.deliveries.exists()
    with pytest.raises(Conflict, match="too_late"):
        replies.undo(by=actor_of(agent), message=answer)
    assert page.texts() == ["Hello?", "It is on its way."]


def test_a_repeat_is_the_same_message_whatever_happened_meanwhile(visit: Visit, agent: User) -> None:
    page = visit()
    first = page.say("Only once", client_id="once")
    again = page.say("Only once", client_id="once")
    assert again["seq"] == first["seq"]
    chats.end(by=actor_of(agent), conversation=page.row())
    assert page.say("Only once", client_id="once")["seq"] == first["seq"]
    assert page.texts() == ["Only once"]
    assert Ticket.objects.count() == 1


def test_notes_and_what_was_taken_back_are_never_shown(visit: Visit, agent: User) -> None:
    page = visit()
    page.say()
    ticket = page.row().ticket
    replies.note(by=actor_of(agent), ticket=ticket, body="CANARY-NOTE")
    Message.objects.filter(kind="note").update(created_at=ticket.created_at)
    assert page.texts() == ["Hello?"]
    assert "CANARY" not in str(page.boot())


def test_nobody_reads_or_ends_anybody_elses_conversation(visit: Visit, agent: User) -> None:
    mine, other = visit(), visit()
    mine.say("Mine")
    other.say("CANARY")
    stolen = Page(mine.key, mine.token, other.chat)
    assert stolen.read() == {"messages": [], "seq": 0, "more": False, "reload": True, "conversation": None}
    for path, data in (
        ("seen", {"seq": 1}),
        ("solved", {"solved": True}),
        ("rating", {"rating": 5}),
        ("leave", {"email": "a@example.com"}),
        ("transcript", {"email": "a@example.com"}),
    ):
        status, told = stolen.call("POST", path, data | {"conversation": other.chat["id"]})
        assert (status, "CANARY" in str(told)) == (404, False), path
    status, told = stolen.call("GET", f"transcript?format=txt&conversation={other.chat['id']}")
    assert status == 404
    assert other.row().state == "queued"
    assert other.row().solved is None


def test_a_cursor_that_we_never_gave_means_load_all_again(visit: Visit) -> None:
    page = visit()
    page.say()
    assert page.read(after=99)["reload"] is True
    assert page.read(after=1) == page.read(after=1) | {"messages": [], "seq": 1, "reload": False}


def test_who_comes_back_within_a_day_goes_on_where_they_left_off(visit: Visit, agent: User) -> None:
    page = visit()
    page.say("One")
    chats.end(by=actor_of(agent), conversation=page.row())
    page.say("Two")
    assert page.texts() == ["One", "Two"]
    assert page.row().state == "queued"
    Conversation.objects.update(state="ended", ended_at="2020-01-01T00:00Z")
    page.say("Another matter")
    assert page.texts() == ["Another matter"]
    assert Ticket.objects.count() == 2
    assert [line["subject"] for line in page.boot()["history"]] == ["One"]


def test_not_yet_goes_back_with_more_weight_and_solved_confirms(visit: Visit, agent: User) -> None:
    page = visit()
    page.say()
    chats.take(by=actor_of(agent), conversation=page.row())
    chats.end(by=actor_of(agent), conversation=page.row())
    chat = {"conversation": page.chat["id"]}
    status, told = page.call("POST", "solved", chat | {"solved": False})
    row = page.row()
    assert (status, told["conversation"]["state"]) == (200, "queued")
    assert (row.ticket.priority, row.ticket.assignee) == ("high", agent)
    status, told = page.call("POST", "solved", chat | {"solved": True})
    row = page.row()
    assert (row.state, row.ticket.status, row.ticket.is_confirmed) == ("ended", "resolved", True)
    status, told = page.call("POST", "rating", chat | {"rating": 6})
    assert (status, page.row().rating) == (422, None)
    page.call("POST", "rating", chat | {"rating": 5, "text": "Kind"})
    assert (page.row().rating, page.row().rating_text) == (5, "Kind")


def test_a_person_is_one_tap_away(visit: Visit) -> None:
    page = visit()
    status, told = page.call("POST", "human", {"client_id": "h1"})
    assert (status, told["conversation"]["state"], told["conversation"]["ahead"]) == (200, "queued", 0)
    page.token, page.chat = told["token"], told["conversation"]
    page.call("POST", "human", {"client_id": "h2"})
    assert page.texts() == ["I would like to talk to a person."]


def test_what_it_costs(
    visit: Visit, agent: User, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    page = visit()
    page.say()
    page.read()
    with django_assert_max_num_queries(2):
        page.read(after=1)
    with django_assert_max_num_queries(2):
        page.read(after=0)
    with django_assert_max_num_queries(14):
        page.say("Once more")


def test_a_mail_that_may_still_be_undone_holds_back_nobodys_own_words(visit: Visit, agent: User) -> None:
    page = visit()
    page.say("One")
    row = page.row()
    Message.objects.filter(ticket=row.ticket).update(channel="email")
    replies.reply(by=actor_of(agent), ticket=row.ticket, body="By mail.")
    assert page.say("Two")["text"] == "Two"
    assert page.texts() == ["One"]
    Message.objects.filter(kind="out").update(created_at=row.created_at - timedelta(minutes=1))
    assert page.texts() == ["One", "By mail.", "Two"]


def test_a_resolved_matter_ends_its_chat(visit: Visit, agent: User) -> None:
    page, other = visit(), visit()
    page.say()
    other.say()
    replies.reply(by=actor_of(agent), ticket=page.row().ticket, body="Done.", resolve=True)
    assert page.row().state == "ended"
    lifecycle.resolve(by=actor_of(agent), ticket=other.row().ticket)
    drain()
    assert other.row().state == "ended"
    other.say("Not at all")
    drain()
    assert other.row().state == "queued"


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://shop.example", 200),
        ("https://a.deep.shop.example", 403),
        ("https://shop.example.evil.example", 403),
        ("http://shop.example", 403),
        ("null", 403),
        ("http://testserver", 200),
    ],
)
def test_only_named_pages_may_hold_it(visit: Visit, widget: Inbox, origin: str, status: int) -> None:
    page = visit()
    Inbox.objects.filter(pk=widget.pk).update(settings={"origins": ["https://shop.example"]})
    assert page.call("POST", "boot", {"origin": origin})[0] == status
