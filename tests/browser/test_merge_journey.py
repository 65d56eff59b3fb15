"""Two customers who are one are joined by keyboard alone, and taken apart again, in both languages."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from customers.models import Customer, Identity
from helpdesk.accounts.models import User
from tests.conftest import Post
from tickets.models import Ticket

pytestmark = pytest.mark.browser
SitDown = Callable[..., Page]
OTHER = "n.karimi@work.example"


def no_fault(page: Page) -> None:
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"too wide at {width}"
    assert Axe().run(page).violations_count == 0
    page.set_viewport_size({"width": 1280, "height": 800})


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("fa", "dark")])
def test_two_who_are_one_are_joined_and_parted_by_keyboard(
    sit_down: SitDown, agent: User, teammate: User, customer: Customer, post: Post, language: str, theme: str
) -> None:
    post.send("From my other address", sender=f"Narges <{OTHER}>")
    two = Identity.objects.get(value=OTHER).customer
    page = sit_down(agent if language == "en" else teammate, color_scheme=theme)
    page.goto(f"/desk/c/{customer.pk}/")
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.keyboard.press("Shift+M")
    expect(page.locator("#id_q")).to_be_focused()
    page.keyboard.type("karimi@work")
    page.keyboard.press("Enter")
    page.wait_for_url("**?q=**")
    hit = page.locator(f"a[href='?other={two.pk}']")
    expect(hit).to_be_visible()
    for _press in range(40):
        if hit.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(hit).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("input[name=keep][value=this]")).to_be_focused()
    expect(page.locator("table")).to_contain_text("1" if language == "en" else "۱")
    no_fault(page)
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile(f"/desk/c/{customer.pk}/$"))
    expect(page.locator("main")).to_contain_text(OTHER)
    undo = page.locator(f"#merges-{customer.pk} ~ ul form button")
    expect(undo).to_be_visible()
    no_fault(page)
    undo.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#merges-{customer.pk} ~ ul form")).to_have_count(0)
    expect(page.locator("main")).not_to_contain_text(OTHER)
    assert Ticket.objects.get().customer_id == two.pk
    page.goto(f"/desk/c/{two.pk}/split/")
    no_fault(page)
