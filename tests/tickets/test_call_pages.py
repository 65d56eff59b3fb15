"""Telephone at the desk: the call opens where it rings, is written down in ten seconds, and what we owe is seen."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from customers import actions as customers
from customers.rules.identity import Handle
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from tickets.actions import inboxes, voices
from tickets.happenings import CallNews
from tickets.models import Call, CallBack, Inbox, Message, Ticket
from tickets.rules.calls import Fact

pytestmark = pytest.mark.django_db
NARGES = "+989121234567"


@pytest.fixture
def exchange(team: Team) -> Inbox:
    return inboxes.create_inbox(by=SYSTEM, kind="phone", name="Line", team=team)


@pytest.fixture
def ringing(exchange: Inbox, agent: User) -> Ticket:
    """Narges calls the team."""
    fact = Fact("ring", datetime.now(UTC), direction="in", number=NARGES, queue="care")
    voices.take(CallNews("c1", fact), exchange)
    return Ticket.objects.get()


def test_it_rings_on_the_page_of_the_queues_people_only(
    client: Client, ringing: Ticket, agent: User, outsider: User
) -> None:
    client.force_login(agent)
    text = client.get("/desk/calls/now/").content.decode()
    assert "It rings" in text and NARGES in text and f"/desk/t/{ringing.number}/" in text and 'data-key="p"' in text
    client.force_login(outsider)
    assert NARGES not in client.get("/desk/calls/now/").content.decode()


def test_the_pages_of_those_called_are_told(
    exchange: Inbox, agent: User, outsider: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[list[str], str]] = []
    monkeypatch.setattr("tickets.actions.calls.hint", lambda groups, kind, **more: told.append((groups, kind)))
    fact = Fact("ring", datetime.now(UTC), direction="in", number=NARGES, users=("Sara",))
    voices.take(CallNews("c1", fact), exchange)
    assert [(groups, kind) for groups, kind in told if kind == "call"] == [([f"user.{agent.pk}"], "call")]


def test_when_it_is_over_it_rings_no_more(client: Client, exchange: Inbox, ringing: Ticket, agent: User) -> None:
    voices.take(CallNews("c1", Fact("hangup", datetime.now(UTC))), exchange)
    client.force_login(agent)
    assert NARGES not in client.get("/desk/calls/now/").content.decode()
    beside = client.get(f"/desk/t/{ringing.number}/calls/", headers={"HX-Request": "true"}).content.decode()
    assert "We call back by" in beside and NARGES in beside


def test_a_call_is_written_down_from_the_ticket(client: Client, ringing: Ticket, agent: User) -> None:
    client.force_login(agent)
    given = {"direction": "out", "minutes": "۵", "note": "Promised a voucher.", "client_id": "k1"}
    assert client.post(f"/desk/t/{ringing.number}/calls/log/", given).status_code == 302
    assert Message.objects.filter(channel="phone", text__contains="Promised a voucher.").count() == 1
    page = client.get(f"/desk/t/{ringing.number}/").content.decode()
    assert "Outgoing call" in page and "5:00" in page


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"direction": "in", "minutes": "601"}, "from 0 to 600"),
        ({"direction": "in", "minutes": "x"}, "from 0 to 600"),
        ({"minutes": "3"}, "Choose whether"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_written(
    client: Client, ringing: Ticket, agent: User, given: dict[str, str], words: str
) -> None:
    client.force_login(agent)
    answer = client.post(f"/desk/t/{ringing.number}/calls/log/", given)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Call.objects.filter(by_hand=True).exists()


def test_a_call_back_is_promised_and_ticked_off(client: Client, ringing: Ticket, agent: User, outsider: User) -> None:
    client.force_login(agent)
    assert client.post(f"/desk/t/{ringing.number}/calls/promise/", {"hours": "3"}).status_code == 302
    back = CallBack.objects.get()
    assert (back.owner, back.number) == (agent, NARGES)
    client.force_login(outsider)
    assert client.post(f"/desk/calls/{back.pk}/done/").status_code == 404
    back.refresh_from_db()
    assert back.done_at is None
    client.force_login(agent)
    assert client.post(f"/desk/calls/{back.pk}/done/").status_code == 302
    back.refresh_from_db()
    assert back.done_at is not None


def test_a_telephone_takes_no_words_but_other_ways_may(
    client: Client, ringing: Ticket, agent: User, inbox: Inbox
) -> None:
    client.force_login(agent)
    text = client.get(f"/desk/t/{ringing.number}/").content.decode()
    assert "A telephone takes no written words" in text and "readonly" in text
    customers.add_handle(by=SYSTEM, customer=ringing.customer, handle=Handle("email", "narges@example.com"))
    text = client.get(f"/desk/t/{ringing.number}/").content.decode()
    assert "readonly" not in text and "narges@example.com" in text
    given = {"body": "In writing, then.", "channel": "email"}
    assert client.post(f"/desk/t/{ringing.number}/reply/", given).status_code == 302
    assert Message.objects.get(kind="out").deliveries.get().address == "narges@example.com"
