"""By keyboard and with htmx: a message's menu, its undo, and the doubts that an answer raises before it leaves."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from helpdesk.accounts.models import User
from tests.conftest import CUSTOMER, Post
from tickets.actions import suspensions
from tickets.models import BlockedSender, Delivery, Message

pytestmark = pytest.mark.browser
SitDown = Callable[..., Page]


@pytest.mark.parametrize("width", [1440, 320])
def test_a_sender_is_blocked_by_keyboard_and_the_undo_takes_it_back(
    sit_down: SitDown, agent: User, post: Post, width: int
) -> None:
    number = post.send().ticket.number
    page = sit_down(agent, viewport={"width": width, "height": 900})
    page.goto(f"/desk/t/{number}/")
    page.locator(".msg-menu > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="Block this sender")).to_be_focused()
    box = page.locator(".msg-menu .menu-panel").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("goes to spam from now on")
    assert BlockedSender.objects.get().pattern == CUSTOMER
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("comes in again")
    assert not BlockedSender.objects.exists()


def test_each_doubt_is_confirmed_by_itself_and_nothing_typed_is_lost(
    sit_down: SitDown, agent: User, post: Post
) -> None:
    ticket = post.send(Reply_To="vip@bank.example").ticket
    page = sit_down(agent)
    page.goto(f"/desk/t/{ticket.number}/")
    suspensions.note("vip@bank.example", reason="bounce", status_code="5.1.1", detail="nobody")
    page.click(".recipients > summary")
    page.select_option("#reply-to", "vip@bank.example")
    page.fill("#reply-cc", "Hassan <hassan@shop.example>")
    page.fill("#reply-body", "The answer")
    page.keyboard.press("Control+Enter")
    refusal = page.locator("#refusal-reply")
    expect(refusal).to_contain_text("another domain")
    refusal.get_by_role("button").click()
    expect(refusal).to_contain_text("suspended")
    expect(page.locator("#reply-body")).to_have_value("The answer")
    assert not Message.objects.filter(kind="out").exists()
    refusal.get_by_role("button").click()
    expect(page.locator("#timeline")).to_contain_text("The answer")
    sent = set(Delivery.objects.values_list("address", "role"))
    assert sent == {("vip@bank.example", "to"), ("hassan@shop.example", "cc")}
    expect(page.locator(".recipients > summary")).to_contain_text("hassan@shop.example")
