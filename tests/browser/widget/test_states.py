"""Every state of the widget for every reader: both languages and themes, at 320 px and wider, one way to a human."""

import os
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import FilePayload, Page, ViewportSize, expect

from helpdesk.accounts import actions as accounts
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.browser.widget.conftest import Held, Open, answers, chat, faults, state
from tickets.actions import chats, inboxes
from tickets.actions.visitors import SAME_MATTER
from tickets.models import Conversation, Inbox

pytestmark = pytest.mark.browser
# Where to keep pictures of the states, for who wants to look at them.
PICTURES = os.environ.get("CHAT_PICTURES", "")
PROGRAM = FilePayload(name="setup.exe", mimeType="application/x-dosexec", buffer=b"MZ\x00\x01")
NARROW, WIDE = ViewportSize(width=320, height=680), ViewportSize(width=400, height=680)
THEMES: tuple[tuple[Literal["light", "dark"], list[str] | None], ...] = (("light", None), ("dark", ["color-contrast"]))


class Walk:
    """One visitor's walk; at each state both themes and two widths are looked at."""

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.language = page, language
        self.places: set[tuple[float, float]] = set()
        self.seen = 0

    def look(self, name: str) -> None:
        """The state is there, has no fault, and a person is where a person always is."""
        page = self.page
        state(page, name)
        self.seen += 1
        for theme, only in THEMES:
            page.emulate_media(color_scheme=theme)
            assert faults(page, only) == [], (name, theme)
            self.keep(f"{self.seen:02}-{name}-{self.language}-{theme}")
        box = page.locator("#human").bounding_box()
        assert box is not None and page.locator("#human").is_enabled()
        self.places.add((box["x"], box["y"]))
        page.set_viewport_size(WIDE)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
        page.set_viewport_size(NARROW)

    def keep(self, name: str) -> None:
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png")


@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_state_can_be_used_by_everybody_and_has_the_human_in_one_place(
    visit: Open, shop: Inbox, team: Team, agent: User, language: str
) -> None:
    page = visit("about:blank", viewport=NARROW)
    walk = Walk(page, language)
    boots = Held(page, "**/api/boot")
    page.goto(f"/w/{shop.key}/?lang={language}")
    walk.look("connecting")
    boots.release()
    talks(walk, agent)
    comes_back(walk, agent)
    stands_before_a_closed_door(walk, shop, team)
    assert len(walk.places) == 1


def talks(walk: Walk, agent: User) -> None:
    """From the first word to the mark; a file is refused, the line breaks."""
    page = walk.page
    walk.look("home")
    page.fill("#text", "Where is my order? سفارش من کجاست؟ https://shop.example/orders/1042")
    page.press("#text", "Enter")
    expect(page.locator(".msg.visitor time")).to_be_visible()
    page.click("#leave-open")
    walk.look("queue")
    page.click("#leave-cancel")
    expect(page.locator("#leave")).to_be_hidden()
    expect(page.locator("#leave-open")).to_be_focused()
    answers(agent, "It is on its way.")
    expect(page.locator(".msg.agent")).to_contain_text("Sara")
    page.click("#more")
    walk.look("live")
    page.keyboard.press("Escape")
    expect(page.locator("#more")).to_be_focused()
    uploads = Held(page, "**/api/messages", "multipart/")
    page.set_input_files("#files", PROGRAM)
    page.click("#send")
    expect(page.locator(".msg.visitor .how")).to_be_visible()
    walk.look("live")
    uploads.release()
    expect(page.locator(".msg.failed")).to_contain_text("setup.exe")
    page.click("#more")
    page.click("[data-do=mail]")
    page.click("#mail .btn:not(.second)")
    expect(page.locator("#mail .wrong")).to_be_visible()
    page.context.set_offline(True)
    expect(page.locator("#bar")).to_be_visible(timeout=15_000)
    walk.look("live")
    page.context.set_offline(False)
    expect(page.locator("#bar")).to_be_hidden(timeout=20_000)
    page.press("#mail-email", "Escape")
    expect(page.locator("#mail")).to_be_hidden()
    page.locator(".msg.failed button").last.click()
    chats.end(by=actor_of(agent), conversation=chat())
    page.click("#solved-yes")
    state(page, "rate")
    page.check("input[name=rating][value='5']", force=True)
    expect(page.locator("#rate-more")).to_be_visible()
    walk.look("rate")
    page.fill("#rate-text", "Quick and kind")
    page.click("#rate-more button")
    walk.look("done")
    assert (chat().rating, chat().rating_text, chat().solved) == (5, "Quick and kind", True)


def comes_back(walk: Walk, agent: User) -> None:
    """Another question, days later; the first conversation is found among the earlier ones, read and left."""
    page, first = walk.page, chat()
    Conversation.objects.update(ended_at=clock.now() - 2 * SAME_MATTER)
    page.fill("#text", "And the other order?")
    page.press("#text", "Enter")
    state(page, "queue")
    expect(page.locator(".msg.visitor time")).to_have_count(1)
    assert chat() != first
    chats.end(by=actor_of(agent), conversation=chat())
    expect(page.locator("#past-rows button")).to_have_count(1)
    walk.look("ended")
    page.dblclick("#past-rows button")
    expect(page.locator(".msg.agent")).to_contain_text("It is on its way.")
    walk.look("past")
    page.click("#back")
    state(page, "ended")
    expect(page.locator(".msg.visitor .words")).to_have_text("And the other order?")


def stands_before_a_closed_door(walk: Walk, shop: Inbox, team: Team) -> None:
    """Outside hours, unknown where one must be known, too much from one place, and a chat that is no more."""
    page = walk.page
    accounts.change_team(by=SYSTEM, team=team, hours={"sat": [["09:00", "09:01"]]})
    page.evaluate("localStorage.clear()")
    page.reload()
    state(page, "closed")
    page.click("#contact button")
    expect(page.locator("#contact .wrong")).to_be_visible()
    walk.look("closed")
    page.fill("#contact-text", "Please call me back.")
    page.fill("#contact-email", "narges@example.com")
    page.click("#contact button")
    walk.look("queue")
    inboxes.change_inbox(by=SYSTEM, inbox=shop, team=team, settings={"identity": "required"})
    page.evaluate("localStorage.clear()")
    page.reload()
    walk.look("required")
    page.route("**/api/boot", lambda route: route.fulfill(status=429, headers={"Retry-After": "600"}, body="{}"))
    page.reload()
    walk.look("blocked")
    page.unroute("**/api/boot")
    inboxes.change_inbox(by=SYSTEM, inbox=shop, team=team, settings={}, is_active=False)
    page.click("#again")
    walk.look("maintenance")
    page.click("#human")
    expect(page.locator("#fault a")).to_be_focused()
