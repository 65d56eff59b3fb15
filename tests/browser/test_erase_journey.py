"""A customer erases themselves in real Chromium: with scripts in English, without them in Persian on a telephone."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from customers.models import Erasure, Identity
from helpdesk.core.management.commands.drain import drain
from tests.browser.test_desk_pages import STANDARDS
from tests.browser.test_portal import Visit
from tests.browser.test_portal import session as session
from tests.browser.test_portal import visit as visit
from tests.conftest import CUSTOMER
from tests.portal.conftest import code_for
from tickets.models import Message, Ticket

pytestmark = pytest.mark.browser


def faults(page: Page) -> list[Any]:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls sideways"
    return [fault["id"] for fault in Axe().run(page, options={"runOnly": STANDARDS}).response["violations"]]


@pytest.mark.parametrize(("language", "scripts", "width"), [("en", True, 1440), ("fa", False, 320)])
def test_a_customer_erases_themselves(
    visit: Visit, session: str, ticket: Ticket, language: str, scripts: bool, width: int
) -> None:
    page = visit(session, viewport={"width": width, "height": 800}, java_script_enabled=scripts)
    page.goto(f"/{language}/me/")
    page.click("a[href$='/me/data/']")
    expect(page.locator("dl.facts dt").first).to_be_visible()
    page.click("form[action$='/me/data/erase/'] button")
    expect(page.locator("#id_code")).to_be_visible()
    assert not scripts or faults(page) == []
    page.fill("#id_code", "12")
    page.click("form[action$='/me/data/erase/'] button.solid")
    expect(page.locator(".error-summary")).to_be_visible()
    assert not Erasure.objects.exists()
    page.fill("#id_code", code_for(CUSTOMER))
    page.click("form[action$='/me/data/erase/'] button.solid")
    expect(page.locator("h1")).to_have_text("You are erased" if language == "en" else "شما پاک شدید")
    assert not scripts or faults(page) == []
    page.goto(f"/{language}/me/")
    expect(page.locator("#id_address")).to_be_visible()
    drain()
    assert Message.objects.get(ticket=ticket).text == "" and not Identity.objects.filter(value=CUSTOMER).exists()
