"""Seeding a whole desk, batch by batch, each in its own transaction."""

import csv
import random
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.db import connection, transaction

from customers.models import Customer, Event, Identity, Order, TimelineEntry
from helpdesk.core import clock
from tickets.models import Delivery, Message, Notice, Participant, Ticket
from tickets.seeding import orders, people
from tickets.seeding.copying import Table, indexed, load, take_ids, take_numbers
from tickets.seeding.indexes import gathering, tidy
from tickets.seeding.phrases import Pen, Real
from tickets.seeding.stories import Book, Story, Teller

BATCH = 5_000
MANY = 5_000
NUMBERS = "ticket_number"
TICKETS = Table(
    Ticket,
    (
        "id",
        "number",
        "subject",
        "status",
        "priority",
        "channel",
        "inbox_id",
        "customer_id",
        "team_id",
        "assignee_id",
        "reason_id",
        "tags",
        "custom",
        "seq",
        "version",
        "created_at",
        "updated_at",
        "last_at",
        "waiting_since",
        "resolved_at",
    ),
    vectors=("a",),
)
MESSAGES = Table(
    Message,
    (
        "id",
        "ticket_id",
        "seq",
        "kind",
        "channel",
        "author_id",
        "customer_id",
        "from_name",
        "from_address",
        "text",
        "visible_length",
        "html",
        "is_automatic",
        "header_id",
        "in_reply_to",
        "client_id",
        "created_at",
    ),
    vectors=("b",),
)
PARTICIPANTS = Table(Participant, ("id", "ticket_id", "customer_id", "address", "name", "role", "sees_from"))
DELIVERIES = Table(
    Delivery, ("message_id", "participant_id", "address", "header_id", "state", "attempts", "error", "sent_at")
)
TIMELINE = Table(
    TimelineEntry,
    ("customer_id", "kind", "channel", "occurred_at", "summary", "ticket", "team_id", "link_id", "staff_only", "ours"),
)
NOTICES = Table(Notice, ("user_id", "kind", "ticket_id", "actor_id", "created_at", "read_at"))
TOUCHED = (Customer, Identity, Event, Order, TimelineEntry, Ticket, Message, Participant, Delivery, Notice)


@dataclass(frozen=True)
class Wish:
    """What to seed."""

    tickets: int
    customers: int
    agents: int
    seed: int
    password: str = ""
    real: list[Real] = field(default_factory=list)


def read_texts(path: Path) -> list[Real]:
    """The rows of a CSV file with the columns `text` and `category`."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Real(row["text"].strip(), row["category"].strip()) for row in csv.DictReader(file) if row["text"].strip()
        ]


def seed(wish: Wish, progress: Callable[[int], None] = lambda done: None) -> dict[str, int]:
    """Adds a desk of the wished size to the database; returns how many rows of each kind it made.

    Repeatable: the same wish into a fresh database makes the same desk, told back from the present day.
    """
    now = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    _no_time_limit()
    with transaction.atomic():
        desk = people.set_up(wish.agents, wish.password, now)
        crowd = people.make_customers(wish.customers, wish.seed, now)
    counts = {
        "customers": len(crowd),
        "agents": wish.agents,
        "tickets": 0,
        "messages": 0,
        "deliveries": 0,
        "timeline": 0,
        **orders.make(crowd, wish.seed, now),
    }
    with gathering(TOUCHED) if wish.tickets >= MANY else nullcontext():
        for start, size in _batches(wish.tickets):
            book = _one_batch(wish, desk, crowd, now, start, size)
            counts["tickets"] += size
            counts["messages"] += len(book.messages)
            counts["deliveries"] += len(book.deliveries)
            counts["timeline"] += len(book.timeline)
            progress(counts["tickets"])
    tidy(TOUCHED)
    return counts


def _batches(total: int) -> Iterator[tuple[int, int]]:
    for start in range(0, total, BATCH):
        yield start, min(BATCH, total - start)


@transaction.atomic
def _one_batch(wish: Wish, desk: people.Desk, crowd: list[people.Person], now: datetime, start: int, size: int) -> Book:
    rng = random.Random(f"tickets {wish.seed} {start}")  # noqa: S311  # a seed must repeat
    teller = Teller(rng, Pen(rng, wish.tickets, wish.real), desk, crowd)
    stories = [teller.tell((start + index) / wish.tickets, now) for index in range(size)]
    book = _book(desk, stories)
    load(TICKETS, book.tickets)
    load(MESSAGES, book.messages)
    load(PARTICIPANTS, book.participants)
    load(DELIVERIES, book.deliveries)
    load(TIMELINE, book.timeline)
    load(NOTICES, book.notices)
    return book


def _book(desk: people.Desk, stories: list[Story]) -> Book:
    words = lru_cache(maxsize=50_000)(indexed)
    numbers = take_numbers(NUMBERS, len(stories))
    message_ids = iter(take_ids(Message, sum(len(story.said) for story in stories)))
    seats = iter(take_ids(Participant, 2 * len(stories)))
    book = Book(desk)
    for story, pk, number in zip(stories, take_ids(Ticket, len(stories)), numbers, strict=True):
        book.write(story, pk, number, [next(message_ids) for _ in story.said], [next(seats), next(seats)], words)
    return book


def _no_time_limit() -> None:
    """Pages must answer in seconds; a million rows may take longer."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
