"""The bridge to an Asterisk: its calls stand in the right history, and none is lost when the line is cut."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core.management.commands.drain import drain
from tests.support import exchange as standin
from tests.support.exchange import Exchange, packet
from tickets.actions import inboxes, voiceboxes
from tickets.channels.phone import ami
from tickets.channels.phone.adapter import _heard
from tickets.channels.phone.bridge import Bridge
from tickets.models import Call, Inbox, RawInbound, Ticket
from tickets.rules.calls import fold

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.integration]
NARGES = "09121234567"


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with standin.standing() as place:
        yield place


@pytest.fixture
def line(exchange: Exchange, settings: Any, team: Team, agent: User) -> Inbox:
    settings.EGRESS_ALLOW = (f"127.0.0.1:{exchange.port}",)
    given = {"ami_host": "127.0.0.1", "ami_port": str(exchange.port), "ami_user": "desk", "api_key": "s3cret"}
    given["extensions"] = "101 = sara@desk.example"
    return inboxes.create_inbox(by=SYSTEM, kind="phone", name="Line", settings=given, team=team)


@contextmanager
def bridging(line: Inbox) -> Iterator[None]:
    """The bridge runs while the block runs."""
    ended = threading.Event()

    def run() -> None:
        try:
            Bridge(line, ended.is_set).run()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(20)
        assert not thread.is_alive()


def until(seen: Callable[[], bool]) -> None:
    """Waits until it is so."""
    for _ in range(400):
        drain()
        if seen():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


def new(call: str, **more: str) -> bytes:
    fields = {"Uniqueid": call, "Linkedid": call, "CallerIDNum": NARGES, "Exten": "2188880000", "Context": "from-trunk"}
    return packet(Event="Newchannel", **(fields | more))


def answered(call: str) -> tuple[bytes, ...]:
    return (
        packet(Event="QueueCallerJoin", Queue="care", Uniqueid=call, Linkedid=call),
        packet(Event="DialBegin", DestCallerIDNum="101", Uniqueid=call, Linkedid=call),
        packet(Event="AgentConnect", MemberName="Sara", DestCallerIDNum="101", HoldTime="9", Linkedid=call),
    )


def over(call: str) -> bytes:
    return packet(Event="Hangup", Uniqueid=call, Linkedid=call, Cause_txt="Normal Clearing")


def test_a_call_of_the_queue_stands_in_the_callers_history(exchange: Exchange, line: Inbox, agent: User) -> None:
    with bridging(line):
        exchange.wait_for(1)
        exchange.say(new("1.1"), *answered("1.1"), packet(Event="PeerStatus", Peer="x"), pieces=7)
        until(lambda: Call.objects.filter(agent=agent).exists())
        exchange.say(packet(Event="Hold", Linkedid="1.1"), packet(Event="Unhold", Linkedid="1.1"), over("1.1"))
        until(lambda: Call.objects.filter(outcome="answered").exists())
    call, ticket = Call.objects.get(), Ticket.objects.get()
    assert (call.queue, call.wait_seconds, call.answered_by, call.cause) == ("care", 9, "101", "Normal Clearing")
    assert ticket.customer.identities.get().value == "+989121234567"
    assert ticket.assignee == agent


def test_nothing_is_lost_or_doubled_when_the_line_is_cut(exchange: Exchange, line: Inbox) -> None:
    with bridging(line):
        for number in range(1, 4):
            exchange.wait_for(number)
            exchange.say(new(f"{number}.1"), *answered(f"{number}.1"))
            until(lambda number=number: Call.objects.filter(call_id=f"{number}.1").exists())
            # It ends while nobody hears; the next one goes on.
            exchange.channels = set()
            exchange.cut()
        exchange.wait_for(4)
        until(lambda: Call.objects.exclude(outcome="").count() == 3)
    assert Call.objects.filter(cause="line to the exchange was lost").count() == 3
    assert Ticket.objects.count() == 1


def test_a_call_that_began_during_the_cut_is_met(exchange: Exchange, line: Inbox, agent: User) -> None:
    with bridging(line):
        exchange.wait_for(1)
        exchange.cut()
        exchange.channels = {"8.1"}
        exchange.about = {"CallerIDNum": NARGES, "Exten": "2188880000", "Context": "from-trunk", "BridgeId": "b1"}
        exchange.about["ConnectedLineNum"] = "101"
        exchange.wait_for(2)
        until(lambda: Call.objects.filter(agent=agent, outcome="").exists())
        exchange.say(over("8.1"))
        until(lambda: Call.objects.filter(outcome="answered").exists())
    assert Ticket.objects.get().customer.identities.get().value == "+989121234567"


def test_all_720_orders_of_six_events_are_the_same_call() -> None:
    start, end = {"Linkedid": "1.1", "Uniqueid": "1.1"}, {"Cause-txt": "Normal Clearing"}
    told: list[dict[str, str]] = [
        {"Event": "Newchannel", "CallerIDNum": NARGES, "Exten": "2188880000", "Context": "from-trunk"},
        {"Event": "QueueCallerJoin", "Queue": "care"},
        {"Event": "AgentConnect", "MemberName": "Sara", "DestCallerIDNum": "101", "HoldTime": "9"},
        {"Event": "Hold"},
        {"Event": "Unhold"},
        {"Event": "Hangup", **end},
    ]
    six = [{**start, **event, "Timestamp": f"{1763900000 + 10 * at}.5"} for at, event in enumerate(told)]
    found = set()
    for order in itertools.permutations(six):
        heard = [ami.Line().fact(event) for event in order]
        facts = []
        for one in heard:
            assert one is not None
            at = datetime.fromtimestamp(one.pop("time"), UTC)
            news = _heard(one, at)
            facts.append(news.fact)
        found.add(fold(facts))
    assert len(found) == 1
    (call,) = found
    assert (call.hold_seconds, call.wait_seconds, call.talk_seconds, call.outcome) == (10, 9, 20, "answered")


def test_trying_it_out_says_whether_the_password_is_right(exchange: Exchange, line: Inbox) -> None:
    assert voiceboxes.connect(by=SYSTEM, inbox=line).ok
    exchange.password = "another"
    assert not voiceboxes.connect(by=SYSTEM, inbox=line).ok
    line.refresh_from_db()
    assert "sign-in refused" in line.last_error


def test_a_call_that_outlives_the_cut_goes_on(exchange: Exchange, line: Inbox) -> None:
    with bridging(line):
        exchange.wait_for(1)
        exchange.say(new("7.1"))
        until(lambda: Call.objects.exists())
        exchange.channels = {"7.1"}
        exchange.cut()
        exchange.wait_for(2)
        exchange.say(*answered("7.1"), over("7.1"))
        until(lambda: Call.objects.filter(outcome="answered").exists())
    assert Call.objects.count() == 1


def test_a_wrong_password_is_told_and_mended(exchange: Exchange, line: Inbox) -> None:
    exchange.password = "another"
    with bridging(line):
        until(lambda: "sign-in refused" in Inbox.objects.get(pk=line.pk).last_error)
        exchange.password = "s3cret"
        exchange.wait_for(1)
        until(lambda: Inbox.objects.get(pk=line.pk).last_error == "")
    assert not RawInbound.objects.exists()


def test_a_recording_is_brought_out_of_its_folder_only(exchange: Exchange, line: Inbox, tmp_path: Path) -> None:
    inboxes.change_inbox(by=SYSTEM, inbox=line, team=line.team, settings={"recordings": str(tmp_path)})
    (tmp_path / "one.wav").write_bytes(b"RIFF1234")
    with bridging(line):
        exchange.wait_for(1)
        for call, name in (("1.1", "/var/spool/asterisk/one.wav"), ("2.1", "../../etc/passwd")):
            told = packet(Event="VarSet", Variable="MIXMONITOR_FILENAME", Value=name, Linkedid=call)
            exchange.say(new(call, CallerIDNum=f"0912000000{call[0]}"), told, over(call))
        until(lambda: Call.objects.exclude(outcome="").count() == 2)
        until(lambda: not Call.objects.filter(message__far_files__state="wanted").exists())
    first, second = Call.objects.order_by("call_id")
    assert first.message is not None and first.message.attachments.get().content_type == "audio/wav"
    assert second.message is not None and second.message.far_files.get().state == "failed"
    assert not second.message.attachments.exists()


def test_packets_may_come_in_any_pieces_and_never_without_end() -> None:
    whole = b"Asterisk Call Manager/9.0.0\r\n" + packet(Event="A", Linkedid="1") + packet(Event="B")
    for cut in range(1, len(whole)):
        buffer, found = bytearray(), []
        for part in (whole[:cut], whole[cut:]):
            buffer += part
            found += ami.frames(buffer)
        assert [one["Event"] for one in found] == ["A", "B"]
    with pytest.raises(ami.Broken):
        list(ami.frames(bytearray(b"x" * (ami.MOST + 1))))


def test_no_value_of_ours_breaks_out_of_its_line() -> None:
    assert ami.action("Originate", Channel="SIP/1\r\nAction: Command") == (
        b"Action: Originate\r\nChannel: SIP/1Action: Command\r\n\r\n"
    )
