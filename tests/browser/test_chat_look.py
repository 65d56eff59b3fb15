"""The desk's chat pages for every reader: both languages and themes, wide and at 320 px, also without scripts."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from helpdesk.accounts import actions as accounts
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from tests.browser.test_desk_pages import faults, look
from tests.support.chats import answer, chat
from tickets.actions import canned, inboxes, replies, routing
from tickets.models import Conversation, Inbox

pytestmark = pytest.mark.browser
SitDown = Callable[..., Page]
# Where to keep pictures of the pages, for who wants to look at them.
PICTURES = os.environ.get("CHAT_PICTURES", "")


@pytest.fixture
def door(transactional_db: None, team: Team) -> Inbox:
    """A widget whose chats go to the team."""
    return inboxes.create_inbox(by=SYSTEM, kind="chat", name="Shop", settings={}, team=team)


@pytest.fixture
def busy(door: Inbox, agent: User, lead: User) -> list[Conversation]:
    """The lead has two chats and is offered a third; one waits, one is the agent's."""
    accounts.set_availability(by=actor_of(lead), state="available")
    accounts.set_capacity(by=SYSTEM, user=lead, capacity=3)
    known = {"identity": "verified", "external_id": "8", "page_url": "https://shop.example/pay", "page_title": "Pay"}
    first = chat(door, "Where is my parcel? It should have come on Sunday.", agent=lead, name="Narges Karimi", **known)
    second = chat(door, "سلام، دو بار پول پرداخت کرده‌ام. چه کار کنم؟", agent=lead, name="حسن رضایی", identity="claimed",
                  email="hassan@example.com", language="fa")  # fmt: skip
    answer(first, lead, "I look it up for you, one moment.")
    replies.note(by=actor_of(lead), ticket=second.ticket, body="Paid twice on Sunday, see the bank's list.")
    canned.save(
        by=actor_of(lead), shortcut="refund", title="Refund", text_en="Three days.", text_fa="سه روز.", scope="all"
    )
    others = [
        chat(door, "My first question", name="Reza"),
        chat(door, "Can I change my order?"),
    ]
    routing.route()
    return [first, second, *others, chat(door, "Invoice missing", agent=agent, name="Mina")]


def keep(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "light", 1440), ("fa", "dark", 320)])
def test_the_chat_pages_have_no_fault(
    busy: list[Conversation], lead: User, sit_down: SitDown, language: str, theme: str, width: int
) -> None:
    page = sit_down(lead)
    look(page, language, theme, width)
    live, theirs = busy[0].ticket.number, busy[-1].ticket.number
    paths = {
        "board": "/desk/chats/", "other": f"/desk/chats/{theirs}/", "floor": "/lead/chats/", "canned": "/desk/canned/",
        "ticket": f"/desk/t/{live}/",
    }  # fmt: skip
    found = []
    for name, path in paths.items():
        found += faults(page, path)
        keep(page, f"{name}-{language}-{width}")
    page.goto("/desk/chats/")
    page.locator(".room:not([hidden]) .room-about > summary").first.click()
    page.locator(".room:not([hidden]) .room-foot .menu > summary").first.click()
    keep(page, f"open-{language}-{width}")
    wide = width > 800
    page.click("#availability-menu > summary" if wide else "#person-menu > summary")
    if not wide:
        page.click("#person-menu details > summary")
    panel = page.locator(f"#{'availability' if wide else 'person'}-menu > .menu-panel").bounding_box()
    assert panel is not None and panel["x"] >= 0 and panel["x"] + panel["width"] <= width
    keep(page, f"menu-{language}-{width}")
    assert found == []


def test_without_javascript_all_rooms_are_read_and_answered(
    busy: list[Conversation], lead: User, sit_down: SitDown
) -> None:
    page = sit_down(lead, java_script_enabled=False)
    page.goto("/desk/chats/")
    number = busy[1].ticket.number
    expect(page.locator(".room")).to_have_count(2)
    page.fill(f"#body-{number}", "پول شما فردا برمی‌گردد.")
    page.click(f"#say-{number} button.primary")
    expect(page.locator(f"#lines-{number}")).to_contain_text("پول شما فردا برمی‌گردد.")
    page.locator(".chat-offer button").first.click()
    expect(page.locator(".room")).to_have_count(3)
    keep(page, "noscript")
