"""Somebody whose every word is a canary goes through all that there is, is given out whole, and is erased."""

import io
import json
import logging
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from customers import actions as customers
from customers.actions import consent, copies, entry, erasing, events, looking, memory, merging, organisations
from customers.models import Customer, Erasure, Event, Order, Tombstone
from customers.rules.happenings import Happening, Who
from customers.rules.identity import Handle
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import audit, clock, failpoints, files, idempotency, realtime
from helpdesk.core.errors import Invalid, NotAllowed, NotFound
from helpdesk.core.management.commands.drain import drain
from helpdesk.core.models import StoredFile
from helpdesk.core.tasks import ring
from tests.conftest import Post
from tests.support import bells
from tests.support.chats import chat
from tests.tickets.conftest import Sent
from tests.tickets.conftest import sent as sent
from tickets.actions import desk, raw, replies, senders, suspensions
from tickets.models import Inbox, Message, Participant, RawInbound, Ticket

pytestmark = pytest.mark.django_db
Acts = Callable[[User], Actor]
STEM = "qanary"
WHAT_WAS = ("erased", "erased")
MAIL = "qanary@mail.example"
OTHER_MAIL = "qanary.two@mail.example"
BYSTANDER = "hassan@shop.example"
WHO = f"Qanary Person <{MAIL}>"
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
BYTES = """SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND data_type = 'bytea'"""


@dataclass
class Story:
    """What became of the person: their number, the tickets, and the copies that were made of their data."""

    customer: Customer
    alone: Ticket
    shared: Ticket


def hits(stem: str = STEM) -> dict[str, int]:
    """Tables in which the stem stands anywhere, with how many rows; files too."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s', [f"%{stem}%"])
            found[table] = cursor.fetchone()[0]
        cursor.execute(BYTES)
        for table, column in cursor.fetchall():
            cursor.execute(
                f"""SELECT count(*) FROM "{table}" WHERE encode("{column}", 'escape') ILIKE %s""", [f"%{stem}%"]
            )
            found[f"{table}.{column}"] = cursor.fetchone()[0]
    for path in Path(settings.FILES_DIR).rglob("*"):
        if path.is_file() and stem.encode() in path.read_bytes().lower():
            found[f"file {path.name}"] = 1
    return {where: count for where, count in found.items() if count}


def with_file(post: Post, text: str, **given: str) -> bytes:
    """A mail with a file."""
    from email import message_from_bytes, policy

    mail: Any = message_from_bytes(post.make(text, **given), policy=policy.default)
    mail.add_attachment(b"qanary-in-a-file", "application", "octet-stream", filename="qanary-file.bin")
    return bytes(mail.as_bytes())


def lives(post: Post, inbox: Inbox, agent: User, lead: User, act: Acts) -> Story:
    """A life of canaries."""
    by = act(agent)
    row = raw.take_in(inbox, with_file(post, "Qanary words of mine.", sender=WHO, subject="Qanary subject"))
    assert row is not None
    first = raw.process(row.pk)
    assert first is not None and first.customer is not None
    customer, alone = first.customer, first.ticket
    replies.reply(by=by, ticket=alone, body="Dear Qanary Person, we look.")
    replies.note(by=by, ticket=alone, body="Qanary-note: pays late")
    desk.save_draft(by=by, ticket=alone, mode="reply", body="Qanary-draft")
    senders.trust(by=by, message=first)
    suspensions.note(MAIL, reason="bounce", status_code="5.1.1", detail=f"550 no {MAIL}")
    customers.change(by=by, customer=customer, name="Qanary Person Renamed", tags=["qanary-tag"])
    customers.add_handle(by=by, customer=customer, handle=Handle("telegram", "@qanary_tele"))
    memory.remember(by=by, customer=customer, text="Qanary-fact: third floor")
    memory.remember(by=by, customer=customer, text="Qanary-desk-fact", sight="desk")
    firm = organisations.create(by=SYSTEM, name="Shop", notes=f"Ask {MAIL} for the key")
    organisations.join(by=by, organisation=firm, customer=customer)
    consent.leave_alone(by=by, customer=customer, reason="Qanary-reason")
    looking.note(by, customer.pk, looking.PAGE)
    entry.ask_code(address=MAIL, ip="192.0.2.1", language="en")
    tells(customer)
    chats(inbox, agent, customer, by)
    unread(inbox)
    idempotency.once("user:1", "k1", "p", lambda: idempotency.Answer(201, {"text": "Qanary answer", "who": MAIL}, {}))
    return Story(customer, alone, together(post, by))


def tells(customer: Customer, refused: tuple[str, ...] = ()) -> None:
    """What a shop tells; which codes of refusal it gets."""
    who, at = Who("email", MAIL), clock.now() - timedelta(hours=2)
    order = {"order_id": "1042", "number": "#1042", "total": 900, "email": MAIL, "url": "https://shop.example/qanary"}
    told = {
        0: Happening("e1", "order", at, who, 900, "EUR", order),
        1: Happening("e2", "page.viewed", at, who, None, "", {"url": "https://shop.example/qanary-page"}),
    }
    taken = events.take_in(by=SYSTEM, told=told, source="user:1")
    assert tuple(one.code for one in taken.refused) == refused
    assert Event.objects.filter(customer=customer).exists()


def chats(inbox: Inbox, agent: User, customer: Customer, by: Actor) -> None:
    """A live chat as somebody else, found out to be the same person."""
    told = {"name": "Qanary Visitor", "email": OTHER_MAIL, "attributes": {"plan": "qanary-plan"}}
    talk = chat(inbox, "Qanary chat", agent=agent, page_url="https://x.example/qanary", **told)
    other = talk.ticket.customer
    customers.add_handle(by=by, customer=other, handle=Handle("email", OTHER_MAIL))
    merging.merge(by=by, survivor=customer, other=other, why="Qanary-why")


def unread(inbox: Inbox) -> None:
    """A mail that nobody could read."""
    row = raw.take_in(inbox, f"From: {MAIL}\nSubject: qanary broken\n\nqanary".encode())
    assert row is not None
    raw.quarantine(row, f"ValueError: {MAIL}")


def together(post: Post, by: Actor) -> Ticket:
    """A matter of somebody else in which the person takes part."""
    theirs = post.send("My printer burns.", sender=f"Hassan <{BYSTANDER}>", subject="Printer")
    from tickets.actions import participants

    participants.add(by=by, ticket=theirs.ticket, address=MAIL, name="Qanary Person")
    replies.reply(by=by, ticket=theirs.ticket, body="Dear all, we come on Monday.")
    return theirs.ticket


def settled() -> None:
    """Everything due is done, and files that nothing names are swept."""
    drain()
    for path in Path(settings.FILES_DIR).rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))
    with clock.frozen(clock.now() + timedelta(hours=1)):
        drain()


def data_of(bundle: bytes) -> tuple[dict[str, Any], str, list[str]]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as found:
        return json.loads(found.read("data.json")), found.read("index.html").decode(), found.namelist()


@pytest.fixture
def story(post: Post, inbox: Inbox, agent: User, lead: User, act: Acts, sent: Sent) -> Story:
    return lives(post, inbox, agent, lead, act)


CANARIES = (
    *("Qanary words of mine", "Qanary subject", "Qanary-note", "Qanary-draft", "Qanary Person Renamed", "qanary-tag"),
    *("qanary_tele", "Qanary-fact", "Qanary-desk-fact", "Qanary-reason", "qanary-page", "Qanary chat", "qanary-plan"),
    *("Qanary Visitor", OTHER_MAIL, MAIL, "#1042", "qanary-file.bin", "Qanary-why"),
)
AMONG_US = ("Qanary-note", "Qanary-draft", "Qanary-desk-fact")


@pytest.fixture
def rung(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bells and hints go through the real Valkey, as in the processes that load helpdesk.celery."""
    import_module("helpdesk.celery")
    monkeypatch.setattr("helpdesk.core.tasks.ring", ring)
    layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [settings.REDIS_URL]}}
    settings.CHANNEL_LAYERS = {"default": layer}


def test_nothing_of_anybody_goes_through_valkey_or_stays_there(
    rung: None,
    post: Post,
    inbox: Inbox,
    agent: User,
    lead: User,
    act: Acts,
    sent: Sent,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with bells.heard() as heard:
        with django_capture_on_commit_callbacks(execute=True):
            story = lives(post, inbox, agent, lead, act)
            erasing.erase(by=act(lead), customer=story.customer, typed=str(story.customer.pk))
            settled()
        assert realtime._sender(os.getpid()).flush()
    with bells.waiting_apart() as apart:
        stands = bells.standing()
    assert any(b"orders" in message for message in heard.messages) and b"callbacks" in b" ".join(stands[apart])
    seen = b" ".join([*heard.messages, *(part for key, values in stands.items() for part in (key, *values))])
    assert STEM.encode() not in seen.lower()


def test_a_canary_is_given_out_whole_and_erased_to_nothing(
    story: Story, lead: User, act: Acts, caplog: pytest.LogCaptureFixture
) -> None:
    assert len(hits()) > 20
    asked = copies.ask(by=act(lead), customer=story.customer, language="fa")
    own = copies.ask(by=entry.actor_of(story.customer), customer=story.customer, language="en", whole=False)
    drain()
    asked.refresh_from_db()
    own.refresh_from_db()
    whole, page, names = data_of(copies.fetched(act(lead), asked).read())
    text = json.dumps(whole, ensure_ascii=False)
    assert not [canary for canary in CANARIES if canary not in text]
    assert not [canary for canary in CANARIES if canary not in page] and 'dir="rtl"' in page
    assert any(name.endswith(".eml") for name in names) and any("qanary-file.bin" in name for name in names)
    theirs, _page, _names = data_of(copies.fetched(act(lead), own).read())
    told = json.dumps(theirs, ensure_ascii=False)
    assert not [canary for canary in CANARIES if (canary in told) == (canary in AMONG_US)]
    with caplog.at_level(logging.DEBUG):
        erasing.erase(by=act(lead), customer=story.customer, typed=str(story.customer.pk))
        settled()
    assert hits() == {}
    logged = caplog.text + "".join(one.getMessage() for one in caplog.get_records("setup"))
    assert STEM not in logged.lower()
    assert Erasure.objects.get().done_at is not None
    assert audit.seal(100_000) >= 0 and audit.first_broken() is None


def test_what_others_said_and_what_the_law_keeps_stays_without_the_person(story: Story, lead: User, act: Acts) -> None:
    erasing.erase(by=act(lead), customer=story.customer, typed=f"#{story.customer.pk}")
    settled()
    texts = set(Message.objects.filter(ticket=story.shared).values_list("text", flat=True))
    assert {"My printer burns.", "Dear all, we come on Monday."} <= {text.strip() for text in texts}
    assert not Participant.objects.filter(address=MAIL).exists()
    order = Order.objects.get()
    assert (order.number, order.total, order.currency, order.url) == ("#1042", 900, "EUR", "")
    paid = Event.objects.get()
    assert (paid.amount, paid.properties, paid.story) == (900, {}, "")
    assert set(Message.objects.filter(ticket=story.alone).values_list("text", flat=True)) == {""}


def test_whoever_was_erased_is_nobody_any_more_and_may_come_again(
    story: Story, post: Post, lead: User, act: Acts, inbox: Inbox
) -> None:
    source = files.read(RawInbound.objects.filter(message__ticket=story.alone).order_by("pk")[0].file)
    erasing.erase(by=act(lead), customer=story.customer, typed=str(story.customer.pk))
    with pytest.raises(NotFound):
        erasing.erase(by=act(lead), customer=story.customer, typed=str(story.customer.pk))
    settled()
    before = Message.objects.count()
    again = raw.take_in(inbox, source + b"\r\nfetched anew")
    assert again is not None and raw.process(again.pk) is None
    old = raw.take_in(inbox, post.make("Older words.", sender=WHO, message_id="<never-seen@mail.example>"))
    assert old is not None and raw.process(old.pk) is None
    settled()
    tells(story.customer, WHAT_WAS)
    assert Message.objects.count() == before and hits() == {}
    with clock.frozen(clock.now() + timedelta(days=40)):
        new = post.make("I am here again.", sender=WHO).replace(b"22 Nov 2026", b"22 Dec 2026")
        row = raw.take_in(inbox, new)
        assert row is not None
        message = raw.process(row.pk)
    assert message is not None and message.customer is not None
    assert message.customer_id != story.customer.pk and message.ticket_id != story.alone.pk


def test_a_death_at_any_point_only_delays_it(story: Story, lead: User, act: Acts) -> None:
    erasing.erase(by=act(lead), customer=story.customer, typed=str(story.customer.pk))
    row = Erasure.objects.get()
    assert MAIL not in row.sealed
    deaths = 0

    def die() -> None:
        nonlocal deaths
        deaths += 1
        if deaths <= 6:
            raise SystemError

    failpoints.on("erasure.piece", die)
    try:
        for _try in range(8):
            try:
                erasing.go_on(row.pk)
            except SystemError:
                continue
            break
    finally:
        failpoints.on("erasure.piece", None)
    assert deaths > 5
    settled()
    assert hits() == {}


def test_nobody_is_erased_by_a_slip_or_by_an_agent(story: Story, agent: User, lead: User, act: Acts) -> None:
    before = hits()
    with pytest.raises(NotAllowed):
        erasing.erase(by=act(agent), customer=story.customer, typed=str(story.customer.pk))
    with pytest.raises(Invalid):
        erasing.erase(by=act(lead), customer=story.customer, typed="yes")
    with pytest.raises(NotAllowed):
        copies.ask(by=act(agent), customer=story.customer, language="en")
    assert hits() == before
    assert not Erasure.objects.exists() and not Tombstone.objects.exists()


def test_a_copy_can_be_fetched_for_a_week(story: Story, lead: User, act: Acts) -> None:
    row = copies.ask(by=act(lead), customer=story.customer, language="en")
    assert copies.ask(by=act(lead), customer=story.customer, language="en").pk == row.pk
    drain()
    row.refresh_from_db()
    assert copies.fetched(act(lead), row).read()
    with clock.frozen(clock.now() + timedelta(days=8)):
        with pytest.raises(FileNotFoundError):
            copies.fetched(act(lead), row)
        assert copies.forget() == 1
    assert not StoredFile.objects.filter(pk=row.file_id).exists()
