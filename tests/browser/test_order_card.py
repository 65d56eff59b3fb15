"""The agent reads how the order stands without leaving the ticket, in both languages."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from customers.actions import attributes, events, shops
from customers.rules.happenings import Happening, Who
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.browser.test_desk_pages import faults, look
from tests.conftest import CUSTOMER, Post

pytestmark = pytest.mark.browser
SitDown = Callable[..., Page]


def tell(key: str, type_: str, hours: float, rials: int | None = None, **properties: object) -> None:
    at = clock.now() - timedelta(hours=hours)
    given = {"order_id": "5077", **properties}
    one = Happening(key, type_, at, Who("email", CUSTOMER), rials, "IRR" if rials else "", given)
    events.take_in(by=SYSTEM, told={0: one})


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_order_stands_beside_the_ticket(
    sit_down: SitDown, agent: User, teammate: User, post: Post, language: str
) -> None:
    number = post.send().ticket.number
    tell("o", "order", 30, 4_200_000, number="#5077", lines=[{"name": "کابل شبکه", "quantity": 2}])
    tell("p", "payment", 29, 4_200_000)
    page = sit_down(agent if language == "en" else teammate)
    page.goto(f"/desk/t/{number}/")
    page.fill("#reply-body", "Half an answer")
    card = page.locator(".pane-side .orders")
    status, later, money = {
        "en": ("Paid", "On its way", "4,200,000 IRR"),
        "fa": ("پرداخت شد", "در راه", "۴۲۰٬۰۰۰ تومان"),
    }[language]
    expect(card).to_contain_text(status)
    expect(card).to_contain_text(money)
    tell("s", "shipment", 0.1, carrier="تیپاکس", tracking="TPX-1", state="in_transit")
    card.get_by_role("button").click()
    expect(card).to_contain_text(later)
    expect(card).to_contain_text("TPX-1")
    expect(page).to_have_url(re.compile(f"/desk/t/{number}/"))
    expect(page.locator("#reply-body")).to_have_value("Half an answer")
    assert Axe().run(page).violations_count == 0


def test_pages_of_orders_shops_and_attributes_have_no_fault(sit_down: SitDown, admin: User, post: Post) -> None:
    """Wide in English and light, narrow in Persian and dark."""
    customer = post.send().ticket.customer
    tell("o", "order", 30, 4_200_000, number="#5077", lines=[{"name": "کابل شبکه", "quantity": 2}])
    shop, _secret = shops.add(by=SYSTEM, kind="shopify", name="فروشگاه", shop="shop.example", secret="hush")
    shops.note(shop, error="The shop could not be reached.")
    attributes.save(by=SYSTEM, name="Account type", name_fa="نوع حساب", kind="choice", choices=["home", "business"])
    attributes.save(by=SYSTEM, name="Renewal", kind="date")
    page = sit_down(admin)
    paths = ["/settings/shops/", f"/settings/shops/{shop.pk}/", "/settings/attributes/"]
    paths += [f"/desk/c/{customer.pk}/orders/", f"/desk/c/{customer.pk}/attributes/"]
    assert [fault for path in paths for fault in faults(page, path)] == []
    look(page, "fa", "dark", 320)
    assert [fault for path in paths for fault in faults(page, path)] == []
