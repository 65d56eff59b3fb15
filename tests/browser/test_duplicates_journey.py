"""Who may be one person is found in the queue, told apart or joined by keyboard alone, in both languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from customers import actions
from customers.actions import duplicates
from customers.models import Customer, CustomerMerge, Duplicate, NotSame
from customers.rules.identity import Handle
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from tests.browser.test_merge_journey import no_fault

pytestmark = pytest.mark.browser
SitDown = Callable[..., Page]


def twice(name: str, other: str, number: str) -> tuple[Customer, Customer]:
    """Somebody by telephone and by WhatsApp, under one number."""
    one = actions.create(by=SYSTEM, name=name, handles=[Handle("phone", number)])
    two = actions.create(by=SYSTEM, name=other, handles=[Handle("whatsapp", number)])
    duplicates.refresh(one.pk)
    duplicates.refresh(two.pk)
    return one, two


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("fa", "dark")])
def test_the_queue_is_answered_by_keyboard(
    sit_down: SitDown, agent: User, teammate: User, language: str, theme: str
) -> None:
    one, two = twice("Narges Karimi", "Karimi, Narges", "+989121234567")
    twice("علی رضایی", "Ali Rezaei", "+989121112233")
    page = sit_down(agent if language == "en" else teammate, color_scheme=theme)
    page.goto("/desk/duplicates/")
    pairs = page.locator(".pair")
    expect(pairs).to_have_count(2)
    no_fault(page)
    narges, ali = (pairs.filter(has_text=number) for number in ("+989121234567", "+989121112233"))
    while not ali.locator("[data-row]").evaluate("link => link === document.activeElement"):
        before = page.evaluate("document.activeElement.href")
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.href") != before, "the keys lead to every pair"
    expect(ali.locator("[data-row]")).to_be_focused()
    page.keyboard.press("n")
    expect(pairs).to_have_count(1)
    expect(page.locator(".toast form button").first).to_be_visible()
    assert NotSame.objects.count() == 1
    page.keyboard.press("j")
    expect(narges.locator("[data-row]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("input[name=keep][value=this]")).to_be_focused()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/desk/c/{one.pk}/")
    two.refresh_from_db()
    assert two.merged_into == one and not CustomerMerge.objects.get().undone_at
    undo = page.locator(f"#merges-{one.pk} ~ ul form button")
    undo.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#merges-{one.pk} ~ ul .banner")).to_be_visible()
    two.refresh_from_db()
    assert two.merged_into is None
    page.goto("/desk/duplicates/")
    expect(pairs).to_have_count(1)
    assert Duplicate.objects.filter(low=one).exists()
