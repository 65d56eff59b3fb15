"""The customers' own pages in real Chromium: no fault for any reader, by keyboard alone, and without scripts."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from customers.actions import looking, memory
from customers.models import Customer
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import User
from helpdesk.core import clock
from tests.browser.test_desk_pages import STANDARDS
from tests.conftest import CUSTOMER, Post
from tests.portal.conftest import code_for, come_in, link_in
from tickets import guestlinks
from tickets.actions import replies
from tickets.models import Inbox, Message, Ticket

pytestmark = pytest.mark.browser
LOOKS = [("en", "light", 1440), ("fa", "dark", 320)]
WORDS = {
    "en": ("Is it repaired?", "We have it. A person will answer you."),
    "fa": ("درست شد؟", "به دست ما رسید. یک نفر به شما پاسخ می‌دهد."),
}
Visit = Callable[..., Page]


@pytest.fixture
def visit(chromium: Browser, address: str) -> Iterator[Visit]:
    """Somebody outside with a browser of their own."""
    opened: list[BrowserContext] = []

    def enter(session: str = "", **options: Any) -> Page:
        context = chromium.new_context(**{"viewport": {"width": 1440, "height": 900}, "base_url": address} | options)
        context.set_default_timeout(10_000)
        opened.append(context)
        if session:
            context.add_cookies([{"name": "portal", "value": session, "url": address}])
        return context.new_page()

    yield enter
    for context in opened:
        context.close()


@pytest.fixture
def session(customer: Customer, address: str) -> str:
    """Narges's cookie."""
    return str(come_in(CUSTOMER).cookies["portal"].value)


def solved(by: User, ticket: Ticket) -> None:
    with clock.frozen(clock.now() - timedelta(minutes=2)):
        replies.reply(by=actor_of(by), ticket=ticket, body="Repaired.\nدرست شد.", resolve=True)


def faults(page: Page, name: str) -> list[Any]:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    found = Axe().run(page, options={"runOnly": STANDARDS}).response["violations"]
    return [(name, fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found]


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_no_page_has_a_fault(
    visit: Visit, session: str, post: Post, agent: User, language: str, theme: str, width: int
) -> None:
    ended, present = (post.send(subject=name).ticket for name in ("A long subject " * 9, "صورت‌حساب"))
    solved(agent, ended)
    look = {"viewport": {"width": width, "height": 900}, "color_scheme": theme}
    page, guest = visit(session, **look), visit(**look)
    memory.remember(by=actor_of(agent), customer=present.customer, text="Lives on the third floor")
    looking.note(actor_of(agent), present.customer_id, looking.PAGE)
    paths = ["", "me/", "me/contact/", "me/looks/", "me/data/", "requests/", "requests/?closed", "requests/new/"]
    wrong: list[Any] = []
    paths.append(f"requests/{present.number}/")
    for path in (*paths, f"requests/{ended.number}/", f"requests/{ended.number}/updates/", "requests/987654/"):
        page.goto(f"/{language}/{path}")
        wrong += faults(page, path)
    for path in ("", "enter/", "accessibility/", "requests/new/", "requests/sent/1042/"):
        guest.goto(f"/{language}/{path}")
        wrong += faults(guest, path)
    seat = present.participants.get().pk
    for moment in (clock.now(), clock.now() - timedelta(days=31)):
        guest.goto(f"/{language}/t/{guestlinks.make(seat, moment)}/")
        wrong += faults(guest, "a link")
    for path in ("enter/", "requests/new/"):
        guest.goto(f"/{language}/{path}")
        guest.click("form.form button.primary")
        expect(guest.locator(".error-summary")).to_be_focused()
        wrong += faults(guest, f"{path} with errors")
    assert wrong == []


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_whole_way_by_keyboard_alone(visit: Visit, ticket: Ticket, agent: User, language: str) -> None:
    words, thanks = WORDS[language]
    solved(agent, ticket)
    page = visit()
    page.goto(f"/{language}/requests/")
    tab_to(page, "#id_address")
    page.keyboard.type(CUSTOMER)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{language}/enter/code/")
    expect(page.locator("#id_code")).to_be_focused()
    page.keyboard.type(code_for(CUSTOMER))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{language}/requests/")
    follow(page, "nav.tabs a:last-child", "?closed")
    follow(page, ".portal-rows a", f"/{ticket.number}/")
    follow(page, "[name=solved][value=no]", "#standing")
    tab_to(page, "#id_body")
    page.keyboard.type(words)
    tab_to(page, "#reply button.primary")
    page.keyboard.press("Enter")
    expect(page.get_by_text(thanks)).to_be_visible()
    expect(page.locator(".msg.in").last).to_contain_text(words)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority) == ("open", "high")


def follow(page: Page, target: str, ending: str) -> None:
    """Walks to `target`, presses Enter and waits for where it leads."""
    tab_to(page, target)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith(ending))
    page.wait_for_selector("html[data-ready]")


def tab_to(page: Page, target: str) -> None:
    """Walks on until `target` has the focus; everything on the way has a name and can be seen to have it."""
    for _ in range(40):
        page.keyboard.press("Tab")
        place = page.evaluate(
            """(target) => { const at = document.activeElement, ring = parseFloat(getComputedStyle(at).outlineWidth);
            return [at.matches(target), at === document.body || ring >= 2, at.outerHTML.slice(0, 200)]; }""",
            target,
        )
        assert place[1], f"no ring: {place[2]}"
        if place[0]:
            return
    raise AssertionError(f"{target} cannot be reached")


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_whole_way_without_scripts(visit: Visit, inbox: Inbox, agent: User, language: str) -> None:
    page = visit(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page.goto(f"/{language}/")
    page.click(".portal-hero .btn.primary")
    page.fill("#id_address", "guest@example.com")
    page.fill("#id_subject", "Shiraz")
    page.click("form.form button.primary")
    assert page.locator(".error-summary a").get_attribute("href") == "#id_body"
    page.fill("#id_body", "Do you ship there?")
    page.set_input_files("#id_files", {"name": "map.txt", "mimeType": "text/plain", "buffer": b"Here"})
    page.click("form.form button.primary")
    page.wait_for_url(f"**/{language}/requests/sent/*/")
    ticket = Ticket.objects.get()
    solved(agent, ticket)
    page.goto(link_in("guest@example.com"))
    assert "Repaired." in page.inner_text("#talk") and page.locator("#talk .file").count() == 1
    page.fill("#id_body", "And to Yazd?")
    page.click("#reply button.primary")
    page.wait_for_url(lambda url: "?sent#m-" in url)
    assert Message.objects.get(text="And to Yazd?").ticket == ticket
    page.click(f"[hreflang={'fa' if language == 'en' else 'en'}].portal-language")
    assert page.get_attribute("html", "lang") != language and "And to Yazd?" in page.inner_text("#talk")
    page.goto(f"/{language}/enter/")
    page.fill("#id_address", "guest@example.com")
    page.click("form.form button.primary")
    page.fill("#id_code", code_for("guest@example.com"))
    page.click("form.form button.primary")
    page.wait_for_url(f"**/{language}/requests/")
    page.click(".portal-foot button")
    page.wait_for_url(lambda url: url.endswith(f"/{language}/?left"))


def test_a_new_answer_shows_by_itself_and_what_is_typed_stays(
    visit: Visit, session: str, ticket: Ticket, agent: User
) -> None:
    page = visit(session)
    page.clock.install()
    page.goto(f"/en/requests/{ticket.number}/")
    page.wait_for_selector("html[data-ready]")
    page.fill("#id_body", "I am just writing")
    solved(agent, ticket)
    page.clock.run_for(13_000)
    expect(page.locator(".msg.out")).to_contain_text("Repaired.")
    expect(page.locator("#standing")).to_contain_text("We think this is solved. Is it?")
    expect(page.locator("#status")).to_have_text("There is something new in this request.")
    assert page.input_value("#id_body") == "I am just writing"
    assert page.evaluate("document.activeElement.id") == "id_body"


def test_what_is_typed_outlives_the_tab_for_a_week_and_is_forgotten_once_sent(visit: Visit, inbox: Inbox) -> None:
    page = visit()
    page.goto("/en/requests/new/")
    page.wait_for_selector("html[data-ready]")
    page.fill("#id_subject", "A long story")
    page.fill("#id_body", "It began in spring.")
    expect(page.locator("[data-draft-state]")).to_contain_text("Kept on this device")
    other = page.context.new_page()
    page.close()
    other.goto("/fa/requests/new/")
    expect(other.locator("#id_body")).to_have_value("It began in spring.")
    other.fill("#id_address", "guest@example.com")
    other.click("form.form button.primary")
    other.wait_for_url("**/requests/sent/*/")
    other.wait_for_selector("html[data-ready]")
    other.goto("/en/requests/new/")
    other.wait_for_selector("html[data-ready]")
    assert other.input_value("#id_body") == ""
    other.fill("#id_body", "Too old")
    other.evaluate(
        """() => { for (const key of Object.keys(localStorage)) { const kept = JSON.parse(localStorage[key]);
        kept.at -= 8 * 24 * 3600 * 1000; localStorage[key] = JSON.stringify(kept); } }"""
    )
    other.reload()
    other.wait_for_selector("html[data-ready]")
    assert other.input_value("#id_body") == ""


def test_asking_for_another_code_waits_a_minute_in_words(visit: Visit, customer: Customer) -> None:
    page = visit()
    page.clock.install()
    page.goto("/fa/enter/")
    page.fill("#id_address", CUSTOMER)
    page.click("form.form button.primary")
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("[data-resend]")).to_contain_text("ثانیهٔ دیگر")
    expect(page.locator("[name=again]")).to_be_disabled()
    page.clock.run_for(61_000)
    expect(page.locator("[name=again]")).to_be_enabled()
    expect(page.locator("[data-resend]")).to_be_hidden()
