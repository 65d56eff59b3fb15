"""Telephone calls by the generic push: any order, repeated and with losses, they end as the same one call."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from customers.models import Customer, TimelineEntry
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, Invalid, NotAllowed
from helpdesk.core.management.commands.drain import drain
from tickets.actions import calls, inboxes
from tickets.models import Call, CallBack, Inbox, Message, RawInbound, Ticket
from tickets.rules.calls import Fact, fold

Acts = Callable[[User], Actor]
NARGES = "+989121234567"
RING = {"event": "newCall", "from": NARGES, "to": "+982188880000", "direction": "in", "callId": "c1", "queue": "care"}
ANSWER = {"event": "answer", "callId": "c1", "answeringNumber": "101"}
HANGUP = {"event": "hangup", "callId": "c1", "cause": "normalClearing", "waitSeconds": 12, "holdSeconds": 3}
NOON = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def exchange(db: None, team: Team) -> Inbox:
    given = {"extensions": {"101": "sara@desk.example"}}
    return inboxes.create_inbox(by=SYSTEM, kind="phone", name="Line", settings=given, team=team)


def post(inbox: Inbox, event: dict[str, Any], *, form: bool = False, **headers: str) -> int:
    client, where = Client(), f"/hooks/phone/{inbox.key}/"
    if form:
        return client.post(where, event, headers=headers).status_code
    return client.post(where, event, "application/json", headers=headers).status_code


def told(inbox: Inbox, *events: dict[str, Any], form: bool = False) -> Call:
    """The call, after all of these came, each a minute after the other."""
    for number, event in enumerate(events):
        with clock.frozen(NOON + timedelta(minutes=number)):
            assert post(inbox, event, form=form) == 200
            drain()
    return Call.objects.get()


def facts(call: Call) -> tuple[Any, ...]:
    """What is said of it, beyond the times at which it was told."""
    return (
        *(call.direction, call.number, call.our_number, call.queue, call.outcome, call.cause, call.answered_by),
        *(call.agent_id, call.wait_seconds, call.hold_seconds),
    )


@pytest.mark.parametrize("form", [False, True])
@pytest.mark.django_db
def test_a_call_stands_in_the_history_of_who_calls(exchange: Inbox, agent: User, form: bool) -> None:
    call = told(exchange, RING, ANSWER, HANGUP, form=form)
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.assignee, ticket.status) == ("Call from +98 912 123 4567", agent, "open")
    assert ticket.customer.identities.get().value == NARGES
    assert call.message is not None and call.message.text == "Incoming call · answered · 0:57"
    line = TimelineEntry.objects.get(customer=ticket.customer, kind="call")
    assert (line.summary, line.channel, line.ticket) == ("Incoming call · answered · 0:57", "phone", ticket.number)


@pytest.mark.parametrize("order", list(itertools.permutations([RING, ANSWER, HANGUP])), ids=str)
@pytest.mark.django_db
def test_every_order_with_repeats_ends_as_the_same_call(exchange: Inbox, agent: User, order: Any) -> None:
    call = told(exchange, *order, *order)
    assert facts(call) == (
        *("in", NARGES, "+982188880000", "care", "answered", "normalClearing", "101", agent.pk, 12, 3),
    )
    assert (Ticket.objects.count(), Message.objects.count(), TimelineEntry.objects.filter(kind="call").count()) == (
        1,
        1,
        1,
    )


@pytest.mark.parametrize("lost", [0, 1, 2])
@pytest.mark.django_db
def test_what_is_lost_leaves_the_rest_true(exchange: Inbox, agent: User, lost: int) -> None:
    events = [one for number, one in enumerate([RING, ANSWER, HANGUP]) if number != lost]
    found = {facts(told(exchange, *order)) for order in (events, events[::-1])}
    assert len(found) == 1


@pytest.mark.django_db
def test_all_720_orders_of_six_facts_are_one_call() -> None:
    kinds = ("ring", "queue", "answer", "hold", "recording", "hangup")
    six = [
        Fact(kind, NOON + timedelta(seconds=7 * at), number=NARGES if kind == "ring" else "", queue="care" * (at == 1))
        for at, kind in enumerate(kinds)
    ]
    found = {fold(order) for order in itertools.permutations(six)}
    assert len(found) == 1
    assert {fold([*order, *order[:3]]) for order in itertools.islice(itertools.permutations(six), 50)} == found


@pytest.mark.django_db
def test_a_missed_call_is_owed_one_back(exchange: Inbox, agent: User) -> None:
    told(exchange, RING | {"queue": ""}, HANGUP)
    ticket, back = Ticket.objects.get(), CallBack.objects.get()
    assert (ticket.waiting_since is not None, back.number, back.done_at) == (True, NARGES, None)
    assert back.due_at > NOON
    out = {"event": "newCall", "from": "101", "to": NARGES, "direction": "out", "callId": "c2", "user[]": ["Sara"]}
    for number, event in enumerate((out, ANSWER | {"callId": "c2"}, HANGUP | {"callId": "c2"})):
        with clock.frozen(NOON + timedelta(minutes=30 + number)):
            post(exchange, event)
            drain()
    assert Call.objects.get(call_id="c2").agent == agent
    assert CallBack.objects.get().done_at is not None
    assert Ticket.objects.count() == 1


@pytest.mark.django_db
def test_a_hidden_number_is_a_caller_without_a_handle(exchange: Inbox) -> None:
    told(exchange, RING | {"from": "anonymous"}, HANGUP)
    assert Ticket.objects.get().customer.identities.count() == 0


@pytest.mark.django_db
def test_two_callers_are_two_histories_and_a_second_call_goes_on(exchange: Inbox) -> None:
    for number, (who, call) in enumerate([(NARGES, "a"), ("+989350000000", "b"), (NARGES, "c")]):
        with clock.frozen(NOON + timedelta(minutes=number)):
            post(exchange, RING | {"from": who, "callId": call})
            drain()
    assert (Customer.objects.count(), Ticket.objects.count(), Call.objects.count()) == (2, 2, 3)


@pytest.mark.parametrize(("secret", "status"), [("s3cret", 200), ("other", 403), ("", 403)])
@pytest.mark.django_db
def test_where_a_secret_is_set_it_must_come_along(exchange: Inbox, secret: str, status: int) -> None:
    inboxes.change_inbox(by=SYSTEM, inbox=exchange, team=exchange.team, settings={"secret": "s3cret"})
    assert post(exchange, RING, **{"X-Phone-Secret": secret}) == status
    assert RawInbound.objects.count() == (1 if status == 200 else 0)


@pytest.mark.django_db
def test_an_unknown_event_is_thanked_and_left(exchange: Inbox) -> None:
    assert post(exchange, {"event": "dtmf", "callId": "c1"}) == 200
    assert not RawInbound.objects.exists()


@pytest.mark.django_db
def test_a_call_is_written_down_by_hand_once(exchange: Inbox, agent: User, act: Acts, customer: Customer) -> None:
    told(exchange, RING)
    ticket = Ticket.objects.get()
    given: dict[str, Any] = {"direction": "out", "minutes": 4, "note": "She is happy.", "client_id": "x1"}
    first = calls.log(by=act(agent), ticket=ticket, **given)
    assert calls.log(by=act(agent), ticket=ticket, **given) == first
    assert first.text == "Outgoing call · answered · 4:00\nShe is happy."
    for wrong in ({"minutes": -1}, {"minutes": 601}, {"direction": "up"}):
        with pytest.raises(Invalid):
            calls.log(by=act(agent), ticket=ticket, **{**given, "client_id": "x2", **wrong})
    assert Call.objects.filter(by_hand=True).count() == 1


@pytest.mark.django_db
def test_a_promised_call_is_one_that_moves(exchange: Inbox, agent: User, act: Acts, outsider: User) -> None:
    told(exchange, RING)
    ticket = Ticket.objects.get()
    for hours in (2, 5):
        back = calls.promise_back(by=act(agent), ticket=ticket, hours=hours)
    assert (CallBack.objects.count(), back.owner, back.number) == (1, agent, NARGES)
    with pytest.raises((NotAllowed, Exception)):
        calls.promise_back(by=act(outsider), ticket=ticket, hours=2)
    assert calls.done_back(by=act(agent), back=back).done_at is not None
    ticket.customer.identities.all().delete()
    with pytest.raises(Conflict):
        calls.promise_back(by=act(agent), ticket=ticket, hours=2)
    assert CallBack.objects.count() == 1
