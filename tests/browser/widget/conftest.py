"""A shop's chat, visitors with browsers of their own, and pages of other hosts that hold the widget."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Error, FrameLocator, Page, Route, expect

from helpdesk.accounts import actions as accounts
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from tests.browser.conftest import SWITCHES
from tickets.actions import inboxes, replies
from tickets.models import Conversation, Inbox, Message

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALWAYS = {day: [["00:00", "24:00"]] for day in ("sat", "sun", "mon", "tue", "wed", "thu", "fri")}
PATIENCE = 15_000
SMALL = """() => [...document.querySelectorAll("a, button, input, textarea")]
  .filter((e) => e.checkVisibility() && !e.closest(".words, .off, p") && e.type !== "radio")
  .filter((e) => { const r = e.getBoundingClientRect(); return r.width < 43.9 || r.height < 43.9; })
  .map((e) => e.outerHTML.slice(0, 90))"""
Open = Callable[..., Page]


HOST = """<!doctype html><html lang="en"><title>Host</title><meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src {ours} 'self'; frame-src {ours}"><body><h1>A host</h1><p id="below">Text</p>
 <script src="/host.js"></script><script src="{ours}/w.js?key={key}" data-helpdesk data-key="{key}" async></script>"""
WATCH = """window.moved = 0; window.told = [];
const seen = (list) => list.getEntries().forEach((one) => { window.moved += one.value; });
new PerformanceObserver(seen).observe({type: "layout-shift", buffered: true});
window.Helpdesk = function () { (Helpdesk.q = Helpdesk.q || []).push(arguments); };
const names = "ready open close unread message:sent message:received agent:joined csat error";
for (const name of names.split(" "))
  Helpdesk("on", name, (detail) => window.told.push([name, JSON.stringify(detail)]));"""


class Held:
    """Requests that get no answer until they are let go."""

    def __init__(self, page: Page, address: str, kind: str = "") -> None:
        self.routes: list[Route] = []
        self.page, self.address, self.kind = page, address, kind
        page.route(address, self._come)

    def _come(self, route: Route) -> None:
        if self.kind in route.request.headers.get("content-type", ""):
            self.routes.append(route)
        else:
            route.continue_()

    def wait(self, count: int = 1) -> None:
        """Until so many have come."""
        for _ in range(PATIENCE // 100):
            if len(self.routes) >= count:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{len(self.routes)} of {count} came")

    def release(self) -> None:
        """Those that wait go on, and whatever comes after them."""
        self.page.unroute(self.address)
        for route in self.routes:
            with suppress(Error):  # given up meanwhile
                route.continue_()


@pytest.fixture(scope="module")
def switches() -> list[str]:
    """A host's page is made up by the test, so Chromium cannot know that it lies on this machine as well."""
    return [*SWITCHES, "--disable-features=LocalNetworkAccessChecks"]


@pytest.fixture
def shop(team: Team, agent: User) -> Inbox:
    """A chat that is open day and night, with Sara there."""
    accounts.change_team(by=SYSTEM, team=team, hours=ALWAYS)
    accounts.set_availability(by=actor_of(agent), state="available")
    return inboxes.create_inbox(by=SYSTEM, kind="chat", name="Shop", team=team)


@pytest.fixture
def visit(chromium: Browser, address: str) -> Iterator[Open]:
    """A visitor's browser of their own, on a page of ours or of a host."""
    opened: list[BrowserContext] = []

    def go(path: str, **options: Any) -> Page:
        context = chromium.new_context(
            **{"viewport": {"width": 1000, "height": 800}, "base_url": address, "reduced_motion": "reduce"} | options
        )
        context.set_default_timeout(15_000)
        opened.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield go
    for context in opened:
        context.close()


def state(page: Page | FrameLocator, name: str) -> None:
    expect(page.locator("#app")).to_have_attribute("data-state", name, timeout=15_000)


def chat() -> Conversation:
    return Conversation.objects.select_related("ticket").latest("id")


def answers(agent: User, words: str) -> Message:
    return replies.reply(by=actor_of(agent), ticket=chat().ticket, body=words)


def faults(page: Page, only: list[str] | None = None) -> list[Any]:
    """What is wrong with a page: by axe's rules (all, or `only` some), by its width, by what is too small to hit."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    assert page.evaluate(SMALL) == []
    return broken(Axe().run(page, options={"runOnly": only or STANDARDS}).response)


def broken(found: Any) -> list[Any]:
    """axe's violations in short."""
    return [(fault["id"], [node["html"][:200] for node in fault["nodes"]]) for fault in found["violations"]]


@pytest.fixture
def host(visit: Open, shop: Inbox, address: str) -> Callable[..., Page]:
    """A page of another origin, with a strict policy of its own, that holds the widget."""
    there = address.replace("127.0.0.1", "localhost")
    inboxes.change_inbox(by=SYSTEM, inbox=shop, team=shop.team, settings={"origins": [there]})

    def go(script: str = "", at: str = there, **options: Any) -> Page:
        page = visit("about:blank", **options)
        page.route("**/host.js", lambda r: r.fulfill(body=WATCH + script, content_type="text/javascript"))
        markup = HOST.format(ours=address, key=shop.key)
        page.route(f"{at}/host/**", lambda r: r.fulfill(body=markup, content_type="text/html"))
        page.goto(f"{at}/host/")
        expect(page.locator(".go")).to_be_visible()
        return page

    return go


def frame(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def faults_of_host(page: Page) -> list[Any]:
    """The same for the button on a host's page."""
    return broken(Axe().run(page, "[data-helpdesk-widget]", options={"runOnly": STANDARDS}).response)
