"""`manage.py seed`: linked, repeatable, found by the product's own search."""

import io
import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import F

from customers.actions.orders import project
from customers.models import Customer, Event, Identity, Order, TimelineEntry
from helpdesk.core import clock
from helpdesk.core.search import query, vector
from tickets.models import Delivery, Message, Participant, Ticket
from tickets.seeding.desk import Wish, seed
from tickets.seeding.phrases import Pen, rare_words

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def small(number: int = 1, tickets: int = 60) -> dict[str, int]:
    with clock.frozen(NOON):
        return seed(Wish(tickets=tickets, customers=15, agents=6, seed=number))


def test_it_makes_what_was_asked_for_and_counts_it() -> None:
    out = io.StringIO()
    call_command("seed", "--tickets", "40", "--customers", "9", "--agents", "3", "--json", stdout=out)
    counts = json.loads(out.getvalue())
    assert (counts["tickets"], counts["customers"], counts["agents"]) == (40, 9, 3)
    assert Ticket.objects.count() == 40
    assert Message.objects.count() == counts["messages"]


def test_every_ticket_is_linked_and_its_numbers_fit() -> None:
    small()
    assert not Ticket.objects.filter(messages__isnull=True).exists()
    assert not Ticket.objects.exclude(participants__role="requester").exists()
    assert not Message.objects.filter(seq__gt=F("ticket__seq")).exists()
    assert TimelineEntry.objects.exclude(kind="order").count() == Message.objects.count()
    assert Identity.objects.filter(kind="email").count() == Customer.objects.count()
    assert Delivery.objects.filter(message__kind="out").count() == Delivery.objects.count() > 0


def test_some_bought_something_and_the_product_would_say_the_same_of_it() -> None:
    small()
    assert Order.objects.count() == TimelineEntry.objects.filter(kind="order").count() > 0
    before = list(Order.objects.order_by("id").values_list("ref", "status", "total", "paid", "refunded", "shipments"))
    spent = list(Event.objects.order_by("id").values_list("spent", flat=True))
    project("seed", [f"order:{row[0]}" for row in before])
    after = list(Order.objects.order_by("id").values_list("ref", "status", "total", "paid", "refunded", "shipments"))
    assert (after, list(Event.objects.order_by("id").values_list("spent", flat=True))) == (before, spent)


def test_both_languages_are_there() -> None:
    small()
    assert set(Customer.objects.values_list("language", flat=True)) == {"en", "fa"}
    assert Message.objects.filter(text__contains="سلام").exists()
    assert Message.objects.filter(text__contains="account").exists()


def test_the_same_seed_tells_the_same_stories() -> None:
    small(7)
    first = list(Ticket.objects.order_by("id").values_list("subject", "status", "created_at"))
    Ticket.objects.all().delete()
    small(7)
    assert list(Ticket.objects.order_by("id").values_list("subject", "status", "created_at")) == first


def test_a_second_run_adds_and_takes_nothing_away() -> None:
    small(1)
    small(1)
    assert Ticket.objects.count() == 120
    assert Ticket.objects.values("number").distinct().count() == 120


def test_the_products_search_finds_seeded_words_as_its_own() -> None:
    small()
    message = Message.objects.filter(text__contains="سلام").first()
    assert message is not None
    stored = message.search
    Message.objects.filter(pk=message.pk).update(search=vector(b=message.text))
    message.refresh_from_db()
    assert message.search == stored
    assert Message.objects.filter(search=query("پرداخت")).exists()


def test_rows_made_later_get_ids_and_numbers_of_their_own() -> None:
    small()
    customer = Customer.objects.create(created_at=NOON, updated_at=NOON)
    ticket = Ticket.objects.create(
        subject="x", channel="email", customer=customer, created_at=NOON, updated_at=NOON, last_at=NOON
    )
    ticket.refresh_from_db()
    assert Ticket.objects.filter(number=ticket.number).count() == 1
    Participant.objects.create(ticket=ticket, customer=customer, address="a@b.example")


def test_real_texts_are_used_when_given(tmp_path: Path) -> None:
    texts = tmp_path / "texts.csv"
    texts.write_text("text,category\nWhere is my zebra?,card_arrival\n", encoding="utf-8")
    call_command("seed", "--tickets", "30", "--texts", str(texts), stdout=io.StringIO())
    assert Ticket.objects.filter(subject="Where is my zebra?").exists()


def test_a_file_of_another_shape_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    texts = tmp_path / "texts.csv"
    texts.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CommandError, match="text,category"):
        call_command("seed", "--tickets", "30", "--texts", str(texts))
    assert not Ticket.objects.exists()


def test_rare_words_stay_rare_however_large_the_desk() -> None:
    words = rare_words("en")
    assert len(set(words)) == len(words) == 300
    shares = {size: Pen(random.Random(1), size).rare_share * size for size in (100_000, 1_000_000)}
    assert len(set(shares.values())) == 1
