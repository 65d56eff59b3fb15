"""What the customer bought, beside the ticket and on their page, in the reader's words and money."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from customers.actions import events
from customers.models import Customer, Order, Subscription
from customers.rules.happenings import Happening, Who
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from helpdesk.core.rules.money import BadAmount, minor, shown
from tests.conftest import CUSTOMER
from tickets.management.commands.demo import ORDERS, _sell
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 21, 12, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


def sell(hours: int, type_: str, rials: int | None = None, **properties: object) -> None:
    one = Happening(
        f"{type_}{hours}",
        type_,
        NOON - timedelta(hours=hours),
        Who("email", CUSTOMER),
        rials,
        "IRR" if rials else "",
        {"order_id": "5077", **properties},
    )
    with clock.frozen(NOON):
        events.take_in(by=SYSTEM, told={0: one})


@pytest.fixture
def sold(customer: Customer) -> None:
    sell(30, "order", 4_200_000, number="#5077", lines=[{"name": "<b>کابل</b>", "quantity": 2}])
    sell(20, "payment", 4_200_000)
    sell(2, "shipment", carrier="تیپاکس", tracking="TPX-1", url="https://t.example/TPX-1", state="in_transit")


def test_the_card_tells_an_english_reader(client: Client, agent: User, customer: Customer, sold: None) -> None:
    client.force_login(agent)
    card = client.get(f"/desk/c/{customer.pk}/orders/", headers=HTMX).content.decode()
    for words in ("#5077", "On its way", "4,200,000 IRR", "× 2", "TPX-1", "https://t.example/TPX-1", "As of"):
        assert words in card
    assert "&lt;b&gt;کابل" in card and "<html" not in card


def test_the_card_tells_a_persian_reader_in_toman_and_jalali(
    client: Client, teammate: User, customer: Customer, sold: None
) -> None:
    client.force_login(teammate)
    page = client.get(f"/desk/c/{customer.pk}/orders/").content.decode()
    for words in ("۴۲۰٬۰۰۰ تومان", "در راه", "اسفند", "سفارش‌ها"):
        assert words in page, words
    history = client.get(f"/desk/c/{customer.pk}/").content.decode()
    assert "سفارش \u2068۵۰۷۷\u2069" in history and "#5077 4200000" not in history


def test_the_ticket_asks_for_the_card_by_its_address(client: Client, agent: User, ticket: Ticket) -> None:
    client.force_login(agent)
    page = client.get(f"/desk/t/{ticket.number}/").content.decode()
    assert f'hx-get="/desk/c/{ticket.customer_id}/orders/"' in page
    assert f'href="/desk/c/{ticket.customer_id}/orders/"' in page
    assert "No orders known" in client.get(f"/desk/c/{ticket.customer_id}/orders/").content.decode()


def test_the_demo_has_orders_in_both_languages(client: Client, agent: User) -> None:
    for address, told in ORDERS.items():
        _sell(address, told)
    found = {row.ref: row.status for row in Order.objects.all()}
    assert found == {"5021": "delivered", "5077": "shipped", "5060": "processing"}
    assert Subscription.objects.get().customer.identities.get().value == "emily@demo.example"


@pytest.mark.parametrize(
    ("amount", "currency", "english", "persian"),
    [
        (4_200_000, "IRR", "4,200,000 IRR", "۴۲۰٬۰۰۰ تومان"),
        (-15, "IRR", "-15 IRR", "\u2212۱٫۵ تومان"),
        (24_300, "USD", "243.00 USD", "۲۴۳٫۰۰ دلار"),
        (500, "JPY", "500 JPY", "۵۰۰ JPY"),
        (12_345, "KWD", "12.345 KWD", "۱۲٫۳۴۵ KWD"),
    ],
)
def test_money_in_both_languages(amount: int, currency: str, english: str, persian: str) -> None:
    assert (shown(amount, currency, "en"), shown(amount, currency, "fa")) == (english, persian)


def test_money_as_shops_write_it() -> None:
    assert (minor("243.00", "USD"), minor("29350000", "IRR"), minor("-5.5", "EUR")) == (24_300, 29_350_000, -550)
    for text in ("", "much", "NaN", "1e40", "None"):
        with pytest.raises(BadAmount):
            minor(text, "USD")
    with pytest.raises(BadAmount):
        minor("1", "XXX")
