"""Pages around the ticket in real Chromium: no fault for any reader, the queue's keys, what is new, the palette."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from tests.browser.conftest import Outside
from tests.conftest import Post
from tickets.actions import inboxes, lists, raw
from tickets.models import Inbox, Ticket

pytestmark = pytest.mark.browser
SitDown = Callable[..., Page]
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [("en", "light", 1440), ("fa", "dark", 320)]
SETTINGS = (
    "",
    "workspace/",
    "users/",
    "users/invite/",
    "teams/",
    "teams/new/",
    "keys/",
    "audit/",
    "inboxes/",
    "lists/",
    "contact/",
    "retention/",
)


def look(page: Page, language: str, theme: str, width: int) -> None:
    """The page as this reader has it."""
    page.click("#person-menu > summary")
    page.click(f"#person-menu [name=language][value={language}]")
    page.wait_for_selector(f"html[lang={language}]")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")


def faults(page: Page, path: str) -> list[tuple[str, str, list[str]]]:
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
    found = Axe().run(page, options={"runOnly": STANDARDS}).response["violations"]
    return [(path, fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found]


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_settings_have_no_fault(
    inbox: Inbox, agent: User, admin: User, sit_down: SitDown, language: str, theme: str, width: int
) -> None:
    lists.save_tag(by=SYSTEM, name="outage", name_fa="قطعی")
    page = sit_down(admin, has_touch=width < 500)
    look(page, language, theme, width)
    paths = [f"/settings/{name}" for name in SETTINGS]
    paths += [f"/settings/users/{agent.pk}/", f"/settings/teams/{inbox.team_id}/", f"/settings/inboxes/{inbox.pk}/"]
    inboxes.change_inbox(by=SYSTEM, inbox=inbox, team=inbox.team, settings={"receive": "webhook:resend"})
    paths += ["/settings/inboxes/provider/", f"/settings/inboxes/{inbox.pk}/provider/"]
    assert [fault for path in (*paths, "/desk/me/") for fault in faults(page, path)] == []


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_today_queue_and_refusals_have_no_fault(
    ticket: Ticket, lead: User, sit_down: SitDown, language: str, theme: str, width: int
) -> None:
    row = raw.take_in(ticket.inbox, b"From: x@example.com\n\nbroken")
    assert row is not None
    raw.quarantine(row, "This is not a mail")
    page = sit_down(lead, has_touch=width < 500)
    look(page, language, theme, width)
    paths = (
        f"/desk/c/{ticket.customer_id}/data/",
        "/desk/",
        "/desk/q/mine/",
        "/desk/q/all/?channel=phone",
        "/desk/search/?q=help",
        "/desk/nowhere/",
    )
    assert [fault for path in (*paths, f"/desk/quarantine/{row.pk}/") for fault in faults(page, path)] == []


def test_the_views_take_one_line_on_a_narrow_page_and_the_present_one_is_in_sight(
    ticket: Ticket, agent: User, sit_down: SitDown
) -> None:
    page = sit_down(agent)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/desk/q/spam/")
    page.wait_for_selector("html[data-live]")
    assert page.evaluate("document.querySelector('.side-nav').getBoundingClientRect().height") < 70
    place = "document.querySelector('.side-nav [aria-current]').getBoundingClientRect().toJSON()"
    here = page.evaluate(place)
    assert here["left"] >= 0 and here["right"] <= 320


def test_what_comes_meanwhile_is_counted_and_shown_on_asking(
    outside: Outside, post: Post, agent: User, sit_down: SitDown
) -> None:
    outside.arrive(post.make("My line is dead."))
    page = sit_down(agent)
    page.goto("/desk/q/all/")
    page.wait_for_selector("html[data-live=on]")
    outside.arrive(post.make("Mine too.", sender="Omid <omid@example.com>"))
    page.wait_for_selector("#fresh a:has-text('1 new')")
    assert page.locator("#rows > li").count() == 1
    page.keyboard.press(".")
    page.wait_for_selector("#rows > li:nth-child(2)")
    assert page.locator("#fresh a").count() == 0


def test_tickets_are_picked_and_taken_by_keys(outside: Outside, post: Post, agent: User, sit_down: SitDown) -> None:
    for number in range(3):
        outside.arrive(post.make("Please help.", sender=f"Person {number} <p{number}@example.com>"))
    page = sit_down(agent)
    page.goto("/desk/q/all/")
    page.wait_for_selector("html[data-live=on]")
    assert not page.is_visible("#bulk")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    assert page.inner_text("[data-bulk-count]") == "2"
    page.keyboard.press("i")
    page.wait_for_selector(".toast:has-text('2 tickets changed.')")
    assert Ticket.objects.filter(assignee=agent).count() == 2


def test_the_palette_finds_places_in_either_script_and_returns_the_focus(
    ticket: Ticket, teammate: User, sit_down: SitDown
) -> None:
    page = sit_down(teammate)
    page.goto("/desk/")
    page.wait_for_selector("html[data-live]")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette[open] [role=option]")
    assert Axe().run(page, options={"runOnly": STANDARDS}).response["violations"] == []
    page.keyboard.press("Escape")
    assert not page.is_visible("#palette")
    page.keyboard.press("?")
    page.wait_for_selector("#shortcut-sheet[open]")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 320, "height": 640})
    page.keyboard.press("Control+k")
    page.keyboard.type("هرزنامه")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/q/spam/")
    page.keyboard.press("Control+k")
    page.keyboard.type("اینترنت")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/search/?q=*")


def test_enter_starts_with_who_waits_longest_and_the_tab_says_what_is_new(
    ticket: Ticket, agent: User, teammate: User, act: Callable[[User], object], sit_down: SitDown
) -> None:
    from tickets.actions import replies

    replies.note(by=act(teammate), ticket=ticket, body="@Sara", mentions=[agent])  # type: ignore[arg-type]
    page = sit_down(agent)
    page.goto("/desk/")
    page.wait_for_selector("html[data-live]")
    assert page.title().startswith("(1) ")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/t/{ticket.number}/*")


def test_without_javascript_the_queue_filters_and_changes_many(
    outside: Outside, post: Post, agent: User, sit_down: SitDown
) -> None:
    outside.arrive(post.make("My line is dead."))
    page = sit_down(agent, java_script_enabled=False)
    page.goto("/desk/q/all/")
    page.select_option("#f-channel", "phone")
    page.click("form.filter button")
    assert "channel=phone" in page.url
    assert page.is_visible(".empty")
    page.goto("/desk/q/all/")
    page.check("#rows input[name=ticket]")
    page.click("#bulk button[value=take]")
    assert Ticket.objects.get().assignee == agent
