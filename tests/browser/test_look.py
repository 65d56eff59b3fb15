"""The style guide in Chromium: what every page is made of can be read, reached and driven by keys."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from helpdesk.launch.browser import find_or_install

pytestmark = pytest.mark.browser
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [("en", "light", 1440), ("fa", "light", 320), ("en", "dark", 320), ("fa", "dark", 1440), ("fa", "light", 768)]
SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, input, select, summary, textarea")]
  .filter((e) => e.checkVisibility() && !e.closest("p, .off-screen") && !e.matches(".skip, [type=hidden]"))
  .filter((e) => !e.matches("[type=checkbox], .row-what > a"))
  .filter((e) => { const r = e.getBoundingClientRect(); return r.width < 24 || r.height < 24; })
  .map((e) => e.outerHTML.slice(0, 90))"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        switches = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=find_or_install(), args=switches)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(10_000)
    page = context.new_page()
    yield page
    context.close()


@pytest.fixture
def guide(page: Page, live_server: Any) -> Page:
    """The style guide with its scripts running and nothing focused. Nobody is signed in, so nothing is asked for."""
    page.route("**/desk/notifications/**", lambda route: route.fulfill(status=204))
    page.goto(f"{live_server.url}/desk/_styleguide/")
    page.wait_for_selector("[data-key=r][aria-keyshortcuts]")
    page.evaluate("document.activeElement.blur()")
    return page


def press(page: Page, key: str, code: str, **more: bool) -> None:
    """A key as another keyboard layout sends it."""
    event = {"key": key, "code": code, "bubbles": True, "cancelable": True, **more}
    page.evaluate("(e) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', e))", event)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_everybody_can_use_it(page: Page, live_server: Any, language: str, theme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(f"{live_server.url}/desk/_styleguide/?language={language}&theme={theme}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(SMALL_TARGETS) == []
    found = Axe().run(page, options={"runOnly": STANDARDS}).response["violations"]
    assert not [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found]
    assert refused == []


def test_open_menus_and_dialogs_have_no_fault_either(guide: Page) -> None:
    guide.click("#person-menu > summary")
    assert not Axe().run(guide, options={"runOnly": STANDARDS}).response["violations"]
    guide.keyboard.press("Escape")
    guide.keyboard.press("?")
    assert not Axe().run(guide, options={"runOnly": STANDARDS}).response["violations"]


def test_keys_work_under_a_persian_layout_and_never_with_alt(guide: Page) -> None:
    press(guide, "ł", "KeyR", altKey=True)
    assert focused(guide) == ""
    press(guide, "ق", "KeyR")
    assert focused(guide) == "guide-reply"
    press(guide, "Escape", "Escape")
    assert focused(guide) == ""
    press(guide, "؟", "Slash", shiftKey=True)
    assert guide.is_visible("#shortcut-sheet")


def test_keys_are_letters_while_one_types(guide: Page) -> None:
    guide.keyboard.press("/")
    guide.keyboard.type("r?n")
    assert focused(guide) == "global-search"
    assert guide.input_value("#global-search") == "r?n"
    assert not guide.is_visible("#shortcut-sheet")


def test_keys_can_be_switched_off(guide: Page) -> None:
    guide.evaluate("document.documentElement.dataset.shortcuts = 'off'")
    guide.keyboard.press("r")
    assert focused(guide) == ""


def test_a_sequence_leads_to_its_page(guide: Page) -> None:
    guide.keyboard.press("g")
    with guide.expect_navigation():
        guide.keyboard.press("q")
    assert "/desk/_styleguide/" not in guide.url


def test_rows_are_walked_and_ticked_by_keys(guide: Page) -> None:
    for key in ("j", "j", "x"):
        guide.keyboard.press(key)
    assert guide.get_attribute(":focus", "href") == "#row-2"
    assert guide.inner_text("[data-bulk-count]") == "1"


def test_the_focus_comes_back_from_menus_and_dialogs(guide: Page) -> None:
    guide.focus("[data-dialog=guide-dialog]")
    guide.keyboard.press("Enter")
    guide.keyboard.press("Escape")
    assert guide.get_attribute(":focus", "data-dialog") == "guide-dialog"
    guide.focus("#person-menu > summary")
    guide.keyboard.press("Enter")
    guide.keyboard.press("ArrowDown")
    guide.keyboard.press("Escape")
    assert guide.evaluate("document.activeElement.matches('#person-menu > summary')")


def test_without_sockets_the_page_polls_and_says_nothing_while_the_server_answers(guide: Page) -> None:
    # The guide's reader is a pretence, so a real fetch would lead to the sign-in page.
    guide.route("**/desk/notifications/", lambda route: route.fulfill(status=204))
    guide.evaluate("document.body.addEventListener('hint:poll', () => { document.body.dataset.polled = ''; })")
    guide.wait_for_selector("body[data-polled]", timeout=20_000)
    assert not guide.is_visible("#offline")


def test_it_reads_without_javascript(chromium: Browser, live_server: Any) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/desk/_styleguide/")
    page.click("#person-menu > summary")
    assert page.is_visible("#person-menu form[action='/sign-out/'] button")
    assert not page.is_visible("[data-dialog=shortcut-sheet]")
    context.close()
