"""Rows written by core.rows are the rows that the ORM would have written, and two writers at once make one."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from customers import actions as customers
from customers.models import Customer, Identity
from customers.rules.identity import Handle
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock, failpoints, rows, sql
from helpdesk.core.models import AuditEntry, OutboxEvent, StoredFile
from helpdesk.core.search import vector
from tests.conftest import Post
from tickets.actions import inboxes, raw
from tickets.models import Inbox, Message, RawInbound, Ticket


@pytest.fixture
def together() -> Callable[..., list[Any]]:
    """Runs a function in several threads at once, each with a connection of its own; what each gave back."""

    def run(work: Callable[[], Any], times: int = 4) -> list[Any]:
        gate, found = threading.Barrier(times), []

        def one() -> None:
            gate.wait(10)
            try:
                found.append(work())
            except Exception as error:
                found.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=one) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        return found

    return run


@pytest.mark.django_db
def test_an_added_row_is_what_create_would_have_written(customer: Customer) -> None:
    now = clock.now()
    facts = {"subject": "کجاست؟ it's 100% \\ gone", "channel": "email", "customer": customer, "tags": ["vip", 'a"b']}
    times = {"created_at": now, "updated_at": now, "last_at": now}
    made = rows.add(Ticket(**facts, **times, custom={"size": "12"}, search=vector(a="کجاست")))
    usual = Ticket.objects.create(**facts, **times, custom={"size": "12"}, search=vector(a="کجاست"))
    ours, theirs = (Ticket.objects.filter(pk=row.pk).values().get() for row in (made, usual))
    assert (made.pk, made.number) == (ours["id"], ours["number"])
    assert ours["number"] != theirs["number"]
    assert {**ours, "id": 0, "number": 0} == {**theirs, "id": 0, "number": 0}


@pytest.mark.django_db
def test_a_change_writes_the_named_fields_and_no_other(ticket: Ticket) -> None:
    ticket.priority, ticket.subject, ticket.tags = "high", "not written", ["vip"]
    rows.change(ticket, "priority", "tags")
    written = Ticket.objects.get(pk=ticket.pk)
    assert (written.priority, written.tags) == ("high", ["vip"])
    assert written.subject != "not written"


@pytest.mark.django_db
def test_an_added_row_keeps_the_models_constraints(ticket: Ticket) -> None:
    before = Message.objects.count()
    twin = Message(ticket=ticket, seq=ticket.seq, kind="in", channel="email", created_at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.add(twin)
    assert Message.objects.count() == before


@pytest.mark.django_db
def test_a_statement_is_prepared_once_and_a_savepoint_that_goes_back_forgets_none(db: None) -> None:
    asks = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s::text"
    for number in range(3):
        rows.add(OutboxEvent(name="x", payload={"n": number}, created_at=clock.now()))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError
    rows.add(OutboxEvent(name="x", payload={}, created_at=clock.now()))
    assert sql.first(asks, ['INSERT INTO "core_outboxevent"%']) == (1,)
    OutboxEvent.objects.create(name="by the ORM", created_at=clock.now())
    assert sql.first(asks, ["%by the ORM%"]) == (0,)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_customer_and_leave_no_other(together: Callable[..., list[Any]]) -> None:
    made = together(lambda: customers.resolve(handle=Handle("email", "new@example.com"), name="New").pk)
    assert len(made) == 4 and len(set(made)) == 1
    assert (Customer.objects.count(), Identity.objects.count()) == (1, 1)
    assert AuditEntry.objects.filter(verb="customer.created").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_customer_made_by_another_in_between_is_the_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other commits after our statement looked and before it tied the handle: ours is taken back."""
    handle = Handle("email", "new@example.com")
    started = threading.Event()

    def other() -> None:
        with transaction.atomic():
            customers.create(by=SYSTEM, name="First", handles=[handle])
            started.set()
            blocked.wait(5)
            threading.Event().wait(0.3)
        connection.close()

    blocked = threading.Event()
    thread = threading.Thread(target=other)
    thread.start()
    assert started.wait(10)
    blocked.set()
    found = customers.resolve(handle=handle, name="Second")
    thread.join(10)
    assert found.name == "First"
    assert list(Customer.objects.values_list("name", flat=True)) == ["First"]
    assert AuditEntry.objects.filter(verb="customer.created").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_mail_twice_at_once_is_one_delivery(together: Callable[..., list[Any]]) -> None:
    inbox = inboxes.create_inbox(by=SYSTEM, kind="email", name="Door", settings={"address": "door@desk.example"})
    data = Post(inbox).make("once")
    taken = together(lambda: raw.take_in(inbox, data))
    assert sum(row is not None for row in taken) == 1
    assert not [row for row in taken if isinstance(row, Exception)]
    assert (RawInbound.objects.count(), StoredFile.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_one_mail_has_one_reader(together: Callable[..., list[Any]]) -> None:
    inbox = inboxes.create_inbox(by=SYSTEM, kind="email", name="Door", settings={"address": "door@desk.example"})
    row = raw.take_in(inbox, Post(inbox).make("once"))
    assert row is not None
    read = together(lambda: raw.process(row.pk))
    assert sum(isinstance(message, Message) for message in read) == 1
    assert (Message.objects.count(), RawInbound.objects.get().attempts) == (1, 1)


@pytest.mark.django_db
def test_a_mail_that_was_dismissed_while_it_was_read_makes_no_ticket(post: Post, inbox: Inbox) -> None:
    row = raw.take_in(inbox, post.make("late"))
    assert row is not None
    failpoints.on("raw.parsed", lambda: RawInbound.objects.update(state=RawInbound.State.DISMISSED) and None)
    try:
        assert raw.process(row.pk) is None
    finally:
        failpoints.on("raw.parsed", None)
    row.refresh_from_db()
    assert (row.state, Message.objects.count(), Ticket.objects.count()) == ("dismissed", 0, 0)
