"""Guest links: one person's way to one ticket, for a while, and nobody else's."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.models import AuditEntry
from tests.conftest import CUSTOMER, STRANGER, Post
from tests.portal.conftest import come_in, link_in, mails
from tickets import guestlinks
from tickets.actions import participants, replies
from tickets.models import Message, Participant, Ticket
from tickets.rules.recipients import Person, Recipients

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


@pytest.fixture
def seat(ticket: Ticket) -> Participant:
    return ticket.participants.get()


def way(seat: Participant, language: str = "en") -> str:
    return f"/{language}/t/{guestlinks.make(seat.pk, clock.now())}/"


def test_it_shows_one_ticket_and_signs_nobody_in(client: Client, seat: Participant, post: Post) -> None:
    other = post.send("Another matter").ticket
    page = client.get(way(seat)).content.decode()
    assert "Please help." in page and "Another matter" not in page
    assert not client.cookies.get("portal")
    assert client.get(f"/en/requests/{other.number}/").status_code == 302
    assert CUSTOMER not in page, "not even whose it is"


def test_a_guest_answers_and_says_that_it_is_solved(client: Client, seat: Participant, ticket: Ticket) -> None:
    base = way(seat)
    answer = client.post(f"{base}reply/", {"body": "By link", "client_id": "1"})
    assert answer["Location"].startswith(base)
    message = Message.objects.get(text="By link")
    assert (message.ticket, message.channel, message.from_address) == (ticket, "portal", CUSTOMER)
    client.post(f"{base}solved/", {"solved": "yes"})
    ticket.refresh_from_db()
    assert ticket.is_confirmed
    assert "By link" in client.get(f"{base}transcript/txt/").content.decode()


def test_no_other_site_learns_it(client: Client, seat: Participant) -> None:
    for tail in ("", "news/", "transcript/html/"):
        answer = client.get(way(seat) + tail)
        assert answer["Referrer-Policy"] == "same-origin" and answer["Cache-Control"] == "private, no-store"
        assert "noindex" in answer["X-Robots-Tag"]
    assert "hreflang=" not in client.get(way(seat)).content.decode().partition("</head>")[0]


def forgeries(good: str) -> Iterator[str]:
    seat, ends, sign = good.split("-")
    for at in range(0, len(sign), 3):
        yield f"{seat}-{ends}-{sign[:at]}{'a' if sign[at] != 'a' else 'b'}{sign[at + 1 :]}"
    for number in range(1, 8):
        yield f"{int(seat, 16) + number:x}-{ends}-{sign}"
        yield f"{seat}-{int(ends, 16) + number * 86_400:x}-{sign}"
    yield from (f"0{good}", good.upper(), f"{good}a", good[:-1], f" {good}", f"{seat}-{ends}-", f"{seat}--{sign}")
    yield from ("", "-", "--", "1-1-1", "0-0-0", f"{seat}-0{ends}-{sign}", f"{good}\n", good.replace("-", "_"), "٣-٣-٣")
    yield from (f"{'f' * 15}-{ends}-{sign}", f"{'f' * 400}-{ends}-{sign}", f"{seat}-{'f' * 9}-{sign}", "%00", "..")


def test_no_forged_link_opens(client: Client, seat: Participant) -> None:
    good = guestlinks.make(seat.pk, clock.now())
    forged = [one for one in forgeries(good) if one]
    assert len(forged) >= 40
    assert not [one for one in forged if guestlinks.read(one) is not None and one != good]
    opened = [one for one in forged if one.isprintable() and client.get(f"/en/t/{one}/").status_code == 200]
    assert not opened


def test_another_installations_key_opens_nothing(client: Client, seat: Participant, settings: Any) -> None:
    foreign = way(seat)
    settings.SECRET_KEY = "another installation's " * 3
    assert client.get(foreign).status_code == 404


def test_too_old_it_says_so_and_a_new_one_goes_to_the_same_address_alone(
    client: Client, seat: Participant, ticket: Ticket
) -> None:
    old = way(seat)
    with clock.frozen(clock.now() + timedelta(days=30, seconds=5)):
        answer = client.get(old)
        page = answer.content.decode()
        assert answer.status_code == 410 and "This link is too old" in page
        assert "Please help." not in page and CUSTOMER not in page and ticket.subject not in page
        assert client.post(f"{old}reply/", {"body": "Too late"}).status_code == 410
        renewed = client.post(f"{old}renew/", {"address": "mallory@evil.example", "to": "mallory@evil.example"})
        assert "A new link is on its way" in renewed.content.decode() and CUSTOMER not in renewed.content.decode()
        assert mails("mallory@evil.example") == []
        assert "Please help." in client.get(link_in(CUSTOMER)).content.decode()
    assert not Message.objects.filter(text="Too late").exists()


def test_asking_for_new_ones_is_limited(client: Client, seat: Participant) -> None:
    answers = [client.post(f"{way(seat)}renew/").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert len(mails(CUSTOMER)) == 1, "an address that nobody has proven gets one a day"


def test_who_is_let_go_has_no_way_left(client: Client, ticket: Ticket, agent: User) -> None:
    with clock.frozen(clock.now() - timedelta(minutes=1)):
        join = Recipients(join=(Person("hassan@shop.example", "Hassan"),))
        replies.reply(by=actor_of(agent), ticket=ticket, body="Hello both", recipients=join)
    seat = ticket.participants.get(address="hassan@shop.example")
    link = way(seat)
    page = client.get(link).content.decode()
    assert "Hello both" in page and "Please help." not in page
    participants.remove(by=actor_of(agent), seat=seat)
    assert client.get(link).status_code == 404
    assert client.post(f"{link}reply/", {"body": "Me again"}).status_code == 404
    assert not Message.objects.filter(text="Me again").exists()


def test_a_session_adds_nothing_to_a_link(seat: Participant, stranger: Any) -> None:
    mallory = come_in("mallory@evil.example")
    page = mallory.get(way(seat)).content.decode()
    assert "Please help." in page and "Sign out" not in page
    answer = mallory.post(f"{way(seat)}reply/", {"body": "Whose word?"})
    assert answer.status_code == 302
    assert Message.objects.get(text="Whose word?").from_address == CUSTOMER


def test_a_link_reads_in_either_language(client: Client, seat: Participant) -> None:
    assert 'dir="rtl"' in client.get(way(seat, "fa")).content.decode()


def test_who_signs_out_everywhere_leaves_no_link_behind(
    client: Client, narges: Client, mallory: Client, seat: Participant, post: Post
) -> None:
    other = post.send("Another matter").ticket.participants.get()
    foreign = post.send("Mallory's matter", sender=STRANGER).ticket.participants.get()
    mine, alien = [way(seat), way(other)], way(foreign)
    narges.post("/en/leave/")
    assert [client.get(link).status_code for link in mine] == [200, 200]
    come_in(CUSTOMER).post("/en/leave/", {"everywhere": "1"})
    for link in mine:
        assert client.get(link).status_code == 404
        assert client.get(f"{link}transcript/txt/").status_code == 404
        assert client.post(f"{link}reply/", {"body": "Late", "client_id": "1"}).status_code == 404
        assert client.post(f"{link}renew/").status_code == 404
    assert not Message.objects.filter(text="Late").exists()
    assert client.get(alien).status_code == 200, "nobody else's"
    seat.refresh_from_db()
    assert client.get(f"/en/{guestlinks.address(seat, clock.now(), 'en').partition('/en/')[2]}").status_code == 200
    assert AuditEntry.objects.filter(verb="links.ended").count() == 1


def test_an_agent_ends_the_links_to_a_ticket_and_the_next_mail_brings_one_that_works(
    client: Client, seat: Participant, ticket: Ticket, agent: User, post: Post
) -> None:
    old, other = way(seat), way(post.send("Another matter").ticket.participants.get())
    desk = Client()
    desk.force_login(agent)
    assert desk.post(f"/desk/t/{ticket.number}/change/links/").status_code == 302
    assert (client.get(old).status_code, client.get(other).status_code) == (404, 200)
    seat.refresh_from_db()
    fresh = guestlinks.address(seat, clock.now(), "fa").partition("/fa/")[2]
    assert client.get(f"/fa/{fresh}").status_code == 200
    assert client.get(old).status_code == 404
    outside = Client()
    assert outside.post(f"/desk/t/{ticket.number}/change/links/").status_code == 302
    assert client.get(f"/fa/{fresh}").status_code == 200, "nobody ends them without signing in"
