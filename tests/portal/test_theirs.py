"""What somebody outside sees of a ticket: theirs from where they joined, and no whisper of the staff."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from customers import actions as customers
from customers.models import Customer
from customers.rules.identity import Handle
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.conftest import CUSTOMER, STRANGER, Post
from tests.portal.conftest import come_in
from tickets import tokens
from tickets.actions import desk, forwards, joining, removal, replies, tickets
from tickets.envelopes import InboundAttachment
from tickets.models import Attachment, Message, Ticket
from tickets.rules.recipients import Person, Recipients

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
CC = "hassan@shop.example"
LATER = timedelta(minutes=1)
FILE = InboundAttachment("bill.pdf", "application/pdf", b"%PDF-1.4 bill")


@pytest.fixture
def sara(agent: User) -> Any:
    """The agent's actor; her last name and address are for colleagues."""
    agent.name = "Sara Canarysurname"
    agent.save(update_fields=["name"])
    return actor_of(agent)


def page_of(client: Client, ticket: Ticket, language: str = "en") -> str:
    """All that somebody can get of a ticket: its page, its news, both transcripts."""
    base = f"/{language}/requests/{ticket.number}/"
    paths = (base, f"{base}news/", f"{base}transcript/html/", f"{base}transcript/txt/")
    answers = [client.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    return "\n".join(answer.content.decode() for answer in answers)


def later(seconds: int = 60) -> Any:
    return clock.frozen(clock.now() + timedelta(seconds=seconds))


def test_one_reads_what_was_said_over_all_channels(narges: Client, ticket: Ticket, sara: Any) -> None:
    replies.reply(by=sara, ticket=ticket, body="We look into it")
    replies.customer_message(by=sara, ticket=ticket, body="I also phoned you", channel="phone")
    with later():
        page = page_of(narges, ticket)
    for words in ("Please help.", "We look into it", "I also phoned you", "Phone", "Sara"):
        assert words in page
    assert "Canarysurname" not in page and "desk.example" not in page


def test_an_answer_that_can_be_undone_is_not_there_yet(narges: Client, ticket: Ticket, sara: Any) -> None:
    message = replies.reply(by=sara, ticket=ticket, body="CANARY-EARLY")
    assert "CANARY-EARLY" not in page_of(narges, ticket)
    replies.undo(by=sara, message=message)
    with later():
        assert "CANARY-EARLY" not in page_of(narges, ticket)


def test_no_whisper_of_the_staff_is_anywhere(
    narges: Client, ticket: Ticket, sara: Any, lead: User, post: Post, other_team: Team
) -> None:
    replies.note(by=sara, ticket=ticket, body="CANARY-NOTE")
    for mode in ("reply", "note"):
        desk.save_draft(by=sara, ticket=ticket, mode=mode, body="CANARY-DRAFT")
    seat = ticket.participants.get()
    held = post.send("CANARY-HELD", sender=STRANGER, to=tokens.reply_address("support@desk.example", seat.pk))
    assert held.held_at and held.ticket_id == ticket.pk
    forwards.forward(by=sara, message=ticket.messages.get(seq=1), to=["x@courier.example"], body="CANARY-FORWARD")
    erased = post.send("CANARY-ERASED", to=tokens.reply_address("support@desk.example", seat.pk))
    removal.remove(by=actor_of(lead), message=erased)
    hidden = Recipients(hidden=("canary-bcc@boss.example",), insist=True)
    replies.reply(by=sara, ticket=ticket, body="The answer", recipients=hidden)
    away = post.send(
        "CANARY-MACHINE",
        to=tokens.reply_address("support@desk.example", seat.pk),
        auto_submitted="auto-replied",
    )
    assert away.is_automatic and away.ticket_id == ticket.pk
    tickets.create(by=SYSTEM, subject="CANARY-OTHER", body="CANARY-OTHER", channel="email", customer=customers.resolve(
        handle=Handle("email", STRANGER)), team=other_team)  # fmt: skip
    with later():
        page = page_of(narges, ticket) + "".join(
            narges.get(f"/en/{path}").content.decode() for path in ("", "requests/")
        )
        assert "The answer" in page
        assert "canary" not in page.lower().replace("sara canarysurname", "")
        assert "This message was removed." in page


def test_a_request_of_somebody_else_looks_like_none(
    narges: Client, mallory: Client, ticket: Ticket, post: Post
) -> None:
    message = post.send("With a file")
    Attachment.objects.filter(message=message).delete()
    base, none = f"/en/requests/{ticket.number}/", "/en/requests/987654/"
    for tail in ("", "news/", "transcript/html/", "transcript/txt/", "files/abc/"):
        foreign, missing = mallory.get(base + tail), mallory.get(none + tail)
        assert foreign.status_code == missing.status_code == 404
        assert plain(foreign) == plain(missing)
    for tail in ("reply/", "solved/"):
        answers = [mallory.post(path + tail, {"body": "x", "solved": "yes"}) for path in (base, none)]
        assert [answer.status_code for answer in answers] == [404, 404]
    ticket.refresh_from_db()
    assert ticket.messages.count() == 1 and ticket.status == "new"
    assert narges.get(base).status_code == 200


def plain(answer: Any) -> str:
    """The page without what differs for everybody: its token, its reference and its own address."""
    text = answer.content.decode()
    for start in ('csrfmiddlewaretoken" value="', "req_"):
        while (at := text.find(start)) >= 0:
            text = text[:at] + text[at + len(start) + (64 if start[0] == "c" else 16) :]
    path = answer.wsgi_request.path[3:]
    return text.replace(path, "/PATH/")


def test_a_newcomer_sees_only_what_came_after(narges: Client, ticket: Ticket, sara: Any, post: Post) -> None:
    first = post.send("CANARY-BEFORE", to=tokens.reply_address("support@desk.example", ticket.participants.get().pk))
    replies.reply(by=sara, ticket=ticket, body="Hello both", recipients=Recipients(join=(Person(CC, "Hassan"),)))
    with later():
        hassan = come_in(CC)
        page = page_of(hassan, ticket)
        assert "Hello both" in page
        assert "CANARY-BEFORE" not in page and "Please help." not in page
        assert first.ticket_id == ticket.pk
        assert hassan.post(f"/en/requests/{ticket.number}/solved/", {"solved": "yes"}).status_code == 403
        assert "It is solved" not in page
    ticket.refresh_from_db()
    assert ticket.confirmed_at is None


def test_files_open_for_whom_their_message_does(
    narges: Client, mallory: Client, ticket: Ticket, sara: Any, settings: Any
) -> None:
    replies.reply(by=sara, ticket=ticket, body="Here", attachments=[FILE])
    note = replies.note(by=sara, ticket=ticket, body="Look")
    token = Attachment.objects.get().file.token
    path = f"/en/requests/{ticket.number}/files/{token}/"
    assert narges.get(path).status_code == 404, "the answer can still be undone"
    with later():
        answer = narges.get(path)
        assert answer.status_code == 200 and b"".join([answer.content]) == FILE.data
        assert "attachment" in answer["Content-Disposition"] and "sandbox" in answer["Content-Security-Policy"]
        assert mallory.get(path).status_code == 404
        Attachment.objects.update(scan="infected")
        assert narges.get(path).status_code == 409
        Attachment.objects.update(scan="clean", message=note)
        assert narges.get(path).status_code == 404


def test_a_joined_matter_is_one_and_another_customers_part_stays_theirs(
    narges: Client, mallory: Client, post: Post, sara: Any
) -> None:
    whole = post.send("My line is dead", subject="Line").ticket
    part = post.send("My bill is wrong", subject="Bill").ticket
    theirs = post.send("CANARY-MALLORY", sender=STRANGER, subject="Mine").ticket
    joining.merge(by=SYSTEM, ticket=whole, other=part)
    joining.merge(by=SYSTEM, ticket=Ticket.objects.get(pk=whole.pk), other=theirs, other_customer=True)
    for number in (whole, part):
        page = page_of(narges, number)
        assert "My line is dead" in page and "My bill is wrong" in page and "CANARY-MALLORY" not in page
    assert narges.get(f"/en/requests/{theirs.number}/").status_code == 404
    page = page_of(mallory, theirs)
    assert "CANARY-MALLORY" in page and "My line" not in page and "My bill" not in page
    listed = narges.get("/en/requests/").content.decode()
    assert listed.count('class="portal-row-head"') == 1
    answer = mallory.post(f"/en/requests/{theirs.number}/reply/", {"body": "Something of my own"})
    assert answer.status_code == 302
    assert Message.objects.get(text="Something of my own").ticket_id == whole.pk
    assert "Something of my own" in page_of(mallory, theirs)
    assert "Something of my own" in page_of(narges, whole), "the whole is answered to both from now on"


def test_whoever_proves_an_address_joins_only_its_customer(narges: Client, ticket: Ticket, customer: Customer) -> None:
    second = customers.resolve(handle=Handle("email", "narges@work.example"), name="Narges at work")
    other = come_in("narges@work.example")
    assert second.pk != customer.pk
    assert other.get(f"/en/requests/{ticket.number}/").status_code == 404
    assert CUSTOMER not in other.get("/en/me/").content.decode()


def test_what_others_quote_is_not_shown(narges: Client, ticket: Ticket, post: Post) -> None:
    seat = ticket.participants.get()
    quoting = "New words\n\nOn Sunday, Support wrote:\n> CANARY-QUOTE of an older mail\n"
    message = post.send(quoting, to=tokens.reply_address("support@desk.example", seat.pk))
    assert message.visible_length
    page = page_of(narges, ticket)
    assert "New words" in page and "CANARY-QUOTE" not in page


@pytest.mark.parametrize("language", ["en", "fa"])
def test_hostile_words_stay_words(narges: Client, post: Post, language: str) -> None:
    ticket = post.send("<script>alert(1)</script>", subject='<img src=x onerror="alert(2)">').ticket
    page = narges.get(f"/{language}/requests/{ticket.number}/").content.decode()
    page += narges.get(f"/{language}/requests/{ticket.number}/transcript/html/").content.decode()
    page += narges.get(f"/{language}/requests/").content.decode()
    assert "<script>alert" not in page and "<img src=x" not in page and "&lt;script&gt;" in page


def test_old_messages_come_page_by_page(narges: Client, ticket: Ticket, sara: Any) -> None:
    for number in range(70):
        replies.customer_message(by=sara, ticket=ticket, body=f"Word {number:02}.")
    page = narges.get(f"/en/requests/{ticket.number}/").content.decode()
    assert "Word 69." in page and "Word 05." not in page
    older = page.partition("?before=")[2].partition('"')[0]
    page = narges.get(f"/en/requests/{ticket.number}/?before={older}").content.decode()
    assert "Word 05." in page and "Please help." in page and "Word 69." not in page
    assert narges.get(f"/en/requests/{ticket.number}/?before=9999999999999999999").status_code == 200


READ_QUERIES: dict[str, int] = {
    "/en/": 10,
    "/en/requests/": 7,
    "/en/requests/new/": 8,
    "/en/me/": 10,
    "/en/me/contact/": 9,
    "/en/me/looks/": 5,
    "/en/requests/{number}/": 8,
    "/en/requests/{number}/news/?stamp=x": 8,
    "/en/enter/": 3,
}


@pytest.mark.parametrize("path", READ_QUERIES)
def test_a_page_asks_no_more_than_it_must(
    narges: Client, ticket: Ticket, post: Post, sara: Any, path: str, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for number in range(5):
        replies.reply(by=sara, ticket=post.send(subject=f"Matter {number}").ticket, body="Answer", attachments=[FILE])
    with later(), django_assert_max_num_queries(READ_QUERIES[path]):
        assert narges.get(path.format(number=ticket.number)).status_code in (200, 302)


def test_news_that_are_none_cost_little(
    narges: Client, ticket: Ticket, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    page = narges.get(f"/en/requests/{ticket.number}/").content.decode()
    stamp = page.partition('data-stamp="')[2].partition('"')[0]
    with django_assert_max_num_queries(4):
        answer = narges.get(f"/en/requests/{ticket.number}/news/?stamp={stamp}")
    assert answer.status_code == 204


def test_a_note_is_no_news(narges: Client, ticket: Ticket, sara: Any) -> None:
    page = narges.get(f"/en/requests/{ticket.number}/").content.decode()
    stamp = page.partition('data-stamp="')[2].partition('"')[0]
    replies.note(by=sara, ticket=ticket, body="Psst")
    assert narges.get(f"/en/requests/{ticket.number}/news/?stamp={stamp}").status_code == 204
    replies.customer_message(by=sara, ticket=ticket, body="By phone")
    assert narges.get(f"/en/requests/{ticket.number}/news/?stamp={stamp}").status_code == 200
