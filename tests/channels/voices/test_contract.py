"""What every voice must be able to do, whoever its provider is: one table of rows (contract.py), one contract."""

import dataclasses
import itertools
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from helpdesk import wiring
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from helpdesk.core.management.commands.drain import drain
from tests.channels.voices.contract import ROWS, SECRET, Row, Signed, Told, signed
from tests.support.standin import Answered, Asked, StandIn, standing
from tickets.actions import inboxes, replies
from tickets.models import Delivery, FarFile, Inbox, Message, MessageChange, Peer, RawInbound, Ticket
from tickets.rules.windows import VOICES

pytestmark = pytest.mark.django_db
Acts = Callable[[User], Actor]


@dataclasses.dataclass
class Net:
    """One row with its inbox, and its provider beside us."""

    row: Row
    inbox: Inbox
    place: StandIn

    def post(self, told: Told, secret: str | None = None) -> int:
        return self.send(signed(self.row, self.inbox, told, secret))

    def send(self, request: Signed) -> int:
        where = f"/hooks/{self.inbox.kind}/{self.inbox.key}/" + (f"?{request.query}" if request.query else "")
        return Client().post(where, request.body, request.content_type, headers=dict(request.headers)).status_code

    def said(self, ident: int, text: str = "Hello", who: int = 1) -> int:
        return self.post(self.row.said(str(ident), text, who))


@pytest.fixture
def provider(settings: Any) -> Iterator[StandIn]:
    with standing(lambda asked: Answered(404, {})) as place:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{place.port}",)
        yield place


def opened(row: Row, place: StandIn, team: Team) -> Net:
    given = {"secret": SECRET, "token": "a-token", "api_url": place.url, "send_url": f"{place.url}/out"}
    made = inboxes.create_inbox(by=SYSTEM, kind=row.kind, name="Box", settings=given | dict(row.settings), team=team)
    return Net(row, made, place)


@pytest.fixture(params=list(ROWS))
def net(request: Any, provider: StandIn, team: Team) -> Net:
    return opened(ROWS[request.param], provider, team)


def having(what: str) -> list[str]:
    """The rows whose provider knows such a thing."""
    return [name for name, row in ROWS.items() if getattr(row, what) is not None]


def answering(net: Net) -> Callable[[Asked], Answered]:
    numbers = itertools.count(100)
    return lambda asked: net.row.sent(asked, next(numbers))


def test_every_voice_of_ours_is_held_to_the_contract() -> None:
    assert {kind for kind in wiring.CHANNELS if kind in VOICES} == {row.kind for row in ROWS.values()}


def test_repeats_in_any_order_are_one_conversation_with_each_message_once(net: Net) -> None:
    # The file of an instant is not fetched here, nor a name asked for: the provider knows nothing.
    told = [net.row.said(str(number), f"Words {number}", 1) for number in range(1, 6)] * 3
    random.Random(7).shuffle(told)
    assert {net.post(one) for one in told} == {200}
    drain()
    assert (Ticket.objects.count(), Peer.objects.count()) == (1, 1)
    assert sorted(Message.objects.values_list("text", flat=True)) == [f"Words {number}" for number in range(1, 6)]
    assert not RawInbound.objects.exclude(state="accepted").exists()


def test_the_forged_the_unsigned_and_the_oversized_leave_nothing(net: Net) -> None:
    told = net.row.said("1", "Hello", 1)
    right = signed(net.row, net.inbox, told)
    body = right.body.replace(b"Hello", b"Hallo")
    assert net.post(told, "another-secret") == net.post(told, "") == 403
    assert net.send(dataclasses.replace(right, headers={}, query="")) == 403
    if net.row.kind in ("whatsapp", "messenger", "instagram", "generic"):
        assert net.send(dataclasses.replace(right, body=body)) == 403
    assert net.send(dataclasses.replace(right, body=b" " * (4 * 1024 * 1024 + 1))) == 413
    inboxes.change_inbox(by=SYSTEM, inbox=net.inbox, team=net.inbox.team, settings={"secret": None, "token": None})
    net.inbox.refresh_from_db()
    assert net.post(told, SECRET) == net.post(told, "") == 403
    assert not RawInbound.objects.exists()


def test_what_no_provider_would_send_is_set_aside_or_thanked_and_makes_no_ticket(net: Net) -> None:
    right = signed(net.row, net.inbox, net.row.said("1", "Hello", 1))
    for told in ({}, {"data": []}) if right.content_type == "application/json" else ({"a": "b"},):
        assert net.post(told) == 200
    drain()
    assert not Ticket.objects.exists()
    assert not RawInbound.objects.filter(state="queued").exists()


@pytest.mark.parametrize("net", having("unknown"), indirect=True)
def test_what_we_cannot_show_is_named(net: Net) -> None:
    assert net.row.unknown is not None
    assert net.post(net.row.unknown("1")) == 200
    drain()
    message = Message.objects.get()
    assert message.text in ("[hologram]", "[message]")
    assert FarFile.objects.get().kind == "unsupported"


@pytest.mark.parametrize("net", having("edited"), indirect=True)
def test_an_edit_shows_what_stood_before_even_if_it_overtook_the_message(net: Net) -> None:
    assert net.row.edited is not None
    for _ in range(2):
        net.post(net.row.edited("1", "The parcel"))
    drain()
    net.said(1, "Teh parcel")
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        drain()
    rows = MessageChange.objects.values_list("kind", "was", "text")
    assert list(rows) == [("edited", "Teh parcel", "The parcel")]
    assert Message.objects.get().text == "The parcel"


@pytest.mark.parametrize("net", having("deleted"), indirect=True)
def test_what_was_taken_back_is_shown_as_that_and_kept(net: Net) -> None:
    assert net.row.deleted is not None
    net.said(1, "The parcel")
    for _ in range(2):
        net.post(net.row.deleted("1"))
    drain()
    assert [row.kind for row in MessageChange.objects.all()] == ["deleted"]
    assert Message.objects.get().text == "The parcel"


@pytest.mark.parametrize("net", having("pictured"), indirect=True)
def test_a_picture_that_is_gone_is_said_to_be_gone(net: Net) -> None:
    assert net.row.pictured is not None
    net.post(net.row.pictured("1", net.place.url))
    drain()
    assert [row.state for row in FarFile.objects.all()] == ["failed"]
    assert FarFile.objects.get().error
    assert Message.objects.count() == 1


def test_trouble_of_the_moment_is_tried_again_until_it_is_sent_once(net: Net, agent: User, act: Acts) -> None:
    net.said(1)
    drain()
    net.place.asked.clear()
    replies.reply(by=act(agent), ticket=Ticket.objects.get(), body="On its way.")
    now = clock.now() + timedelta(seconds=11)
    busy = Answered(429, {}, {"Retry-After": "77"})
    for answer, begins in ((busy, ""), (Answered(503, {}), ""), (net.row.lost, "sign-in refused: ")):
        net.place.answer = lambda asked, said=answer: said
        with clock.frozen(now):
            drain()
        copy = Delivery.objects.get()
        assert (copy.state, copy.error[: len(begins)]) == ("queued", begins)
        assert copy.next_at is not None and copy.next_at > now
        now = max(now + timedelta(seconds=1), copy.next_at) + timedelta(hours=3)
    net.inbox.refresh_from_db()
    assert "sign-in refused" in net.inbox.last_error
    assert "a-token" not in net.inbox.last_error + Delivery.objects.get().error
    net.place.answer = answering(net)
    for _ in range(2):
        with clock.frozen(now):
            drain()
        now += timedelta(hours=3)
    assert Delivery.objects.get().state == "sent"
    assert len(net.place.asked) == 4


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_many_at_once_from_somebody_new_are_one_conversation(provider: StandIn, team: Team) -> None:
    nets = [opened(row, provider, team) for row in ROWS.values() if row.settings.get("provider", "twilio") == "twilio"]
    jobs = [(net, number) for number in range(1, 6) for net in nets]

    def one(job: tuple[Net, int]) -> None:
        try:
            assert job[0].said(job[1], f"Words {job[1]}") == 200
            drain()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(one, job) for job in jobs]:
            done.result(60)
    drain()
    for net in nets:
        assert Peer.objects.filter(inbox=net.inbox).count() == 1
        tickets = Ticket.objects.filter(inbox=net.inbox)
        assert [ticket.messages.count() for ticket in tickets] == [5], net.row.kind
