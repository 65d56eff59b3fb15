"""The customer's widget in Chromium: every state in both languages, keys alone, bad lines, and pages that mean ill."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from helpdesk.accounts import actions as accounts
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from tests.browser.conftest import SWITCHES
from tickets.actions import chats, inboxes, replies, widgets
from tickets.models import Conversation, Inbox, Message

pytestmark = pytest.mark.browser
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALWAYS = {day: [["00:00", "24:00"]] for day in ("sat", "sun", "mon", "tue", "wed", "thu", "fri")}
SMALL = """() => [...document.querySelectorAll("a, button, input, textarea")]
  .filter((e) => e.checkVisibility() && !e.closest(".words, .off, p") && e.type !== "radio")
  .filter((e) => { const r = e.getBoundingClientRect(); return r.width < 43.9 || r.height < 43.9; })
  .map((e) => e.outerHTML.slice(0, 90))"""
Open = Callable[..., Page]


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


def faults(page: Page) -> list[Any]:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    assert page.evaluate(SMALL) == []
    found = Axe().run(page, options={"runOnly": STANDARDS}).response["violations"]
    return [(fault["id"], [node["html"][:200] for node in fault["nodes"]]) for fault in found]


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("en", "light", 400), ("fa", "dark", 320), ("en", "dark", 320), ("fa", "light", 400)],
)
def test_every_state_can_be_used_by_everybody_and_has_the_human_in_one_place(
    visit: Open, shop: Inbox, team: Team, agent: User, language: str, theme: str, width: int
) -> None:
    page = visit(f"/w/{shop.key}/?lang={language}", viewport={"width": width, "height": 680}, color_scheme=theme)
    places = set()

    def look(name: str) -> None:
        state(page, name)
        assert faults(page) == [], name
        box = page.locator("#human").bounding_box()
        assert box is not None and page.locator("#human").is_enabled()
        places.add((box["x"], box["y"]))

    look("home")
    page.fill("#text", "Where is my order? سفارش من کجاست؟ https://shop.example/orders/1042")
    page.press("#text", "Enter")
    look("queue")
    expect(page.locator(".msg.visitor time")).to_be_visible()
    answers(agent, "It is on its way.")
    look("live")
    expect(page.locator(".msg.agent")).to_contain_text("Sara")
    page.click("#more")
    look("live")
    page.keyboard.press("Escape")
    expect(page.locator("#more")).to_be_focused()
    chats.end(by=actor_of(agent), conversation=chat())
    look("ended")
    page.click("#solved-yes")
    look("rate")
    page.check("input[name=rating][value='5']", force=True)
    expect(page.locator("#rate-more")).to_be_visible()
    look("rate")
    page.fill("#rate-text", "Quick and kind")
    page.click("#rate-more button")
    look("done")
    assert (chat().rating, chat().rating_text, chat().solved) == (5, "Quick and kind", True)

    accounts.change_team(by=SYSTEM, team=team, hours={"sat": [["09:00", "09:01"]]})
    page.evaluate("localStorage.clear()")
    page.reload()
    look("closed")
    page.click("#contact button")
    expect(page.locator("#contact .wrong")).to_be_visible()
    look("closed")
    page.fill("#contact-text", "Please call me back.")
    page.fill("#contact-email", "narges@example.com")
    page.click("#contact button")
    look("queue")
    inboxes.change_inbox(by=SYSTEM, inbox=shop, team=team, settings={"identity": "required"})
    page.evaluate("localStorage.clear()")
    page.reload()
    look("required")
    page.route("**/api/boot", lambda route: route.fulfill(status=429, headers={"Retry-After": "600"}, body="{}"))
    page.reload()
    look("blocked")
    page.unroute("**/api/boot")
    inboxes.change_inbox(by=SYSTEM, inbox=shop, team=team, settings={}, is_active=False)
    page.click("#again")
    look("maintenance")
    page.click("#human")
    expect(page.locator("#fault a")).to_be_focused()
    assert len(places) == 1


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


def test_a_page_view_costs_one_request_no_cookie_and_no_shift(
    host: Callable[..., Page], address: str, shop: Inbox
) -> None:
    page = host()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(page.locator(".go")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if url.startswith(address)] == [f"{address}/w.js?key={shop.key}"]
    assert page.context.cookies() == []
    assert page.evaluate("document.cookie") == ""
    assert page.evaluate("window.moved") == 0
    asked.clear()
    page.hover(".go")
    state(frame(page), "home")
    loaded = [url for url in asked if "/static/widget/more.js" not in url and "/api/" not in url]
    assert len(loaded) <= 5, loaded
    assert page.context.cookies() == []
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("language", ["en", "fa"])
def test_keys_alone_ask_hear_and_close(host: Callable[..., Page], agent: User, language: str) -> None:
    page = host(f'Helpdesk("update", {{locale: "{language}"}});')
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    inside = frame(page)
    state(inside, "home")
    expect(inside.locator("#text")).to_be_focused()
    page.keyboard.type("Hello?")
    page.keyboard.press("Enter")
    state(inside, "queue")
    answers(agent, "Good day.")
    expect(inside.locator(".msg.agent")).to_contain_text("Good day.")
    expect(inside.locator("#status")).to_contain_text("Good day.", timeout=12_000)
    page.keyboard.press("Escape")
    expect(page.locator("iframe")).to_be_hidden()
    expect(page.locator(".go")).to_be_focused()
    answers(agent, "Are you there?")
    badge = {"en": ("1", "1 unread message"), "fa": ("۱", "۱ پیام خوانده‌نشده")}[language]
    expect(page.locator(".n")).to_have_text(badge[0])
    expect(page.locator(".go")).to_contain_text(badge[1])
    expect(page.locator(".card")).to_be_visible()
    assert page.locator("iframe").is_hidden()
    assert not faults_of_host(page)
    page.keyboard.press("Enter")
    expect(inside.locator(".msg.agent")).to_have_count(2)
    expect(page.locator(".n")).to_be_hidden()
    for _press in range(30):
        page.keyboard.press("Tab")
    told = [name for name, _detail in page.evaluate("window.told")]
    assert {"ready", "open", "close", "message:sent", "message:received", "agent:joined", "unread"} <= set(told)
    assert "Good day" not in str(page.evaluate("window.told"))


def faults_of_host(page: Page) -> list[Any]:
    found = Axe().run(page, "[data-helpdesk-widget]", options={"runOnly": STANDARDS}).response["violations"]
    return [(fault["id"], [node["html"][:200] for node in fault["nodes"]]) for fault in found]


def test_what_was_not_sent_survives_a_reload_and_arrives_once_and_in_order(visit: Open, shop: Inbox) -> None:
    page = visit(f"/w/{shop.key}/")
    state(page, "home")
    page.route("**/api/messages", lambda route: route.abort())
    for words in ("One", "Two"):
        page.fill("#text", words)
        page.press("#text", "Enter")
    expect(page.locator("#bar")).to_be_visible(timeout=10_000)
    page.reload()
    expect(page.locator(".msg.visitor")).to_have_text([re.compile("One"), re.compile("Two")])
    page.unroute("**/api/messages")
    expect(page.locator(".msg.visitor time")).to_have_count(2, timeout=20_000)
    expect(page.locator("#bar")).to_be_hidden()
    assert list(Message.objects.order_by("seq").values_list("text", flat=True)) == ["One", "Two"]
    assert page.evaluate("sessionStorage.length === 0 || Object.values(sessionStorage).every((one) => one === '[]')")


def test_where_no_socket_holds_answers_come_by_the_long_poll(visit: Open, shop: Inbox, agent: User) -> None:
    page = visit("about:blank")
    page.route_web_socket(re.compile("/ws/chat/"), lambda socket: socket.close())
    page.goto(f"/w/{shop.key}/")
    state(page, "home")
    page.fill("#text", "Hello?")
    with page.expect_request("**/api/wait?**", timeout=20_000):
        page.press("#text", "Enter")
    answers(agent, "By the other way.")
    expect(page.locator(".msg.agent")).to_contain_text("By the other way.", timeout=20_000)
    expect(page.locator("#bar")).to_be_hidden()


def test_files_are_sent_shown_and_refused_in_words(visit: Open, shop: Inbox) -> None:
    page = visit(f"/w/{shop.key}/")
    state(page, "home")
    page.set_input_files("#files", {"name": "note.txt", "mimeType": "text/plain", "buffer": b"Number 1042"})
    expect(page.locator("#tray li")).to_have_count(1)
    page.click("#send")
    expect(page.locator(".msg.visitor a.paper")).to_contain_text("note.txt")
    page.set_input_files("#files", {"name": "a.exe", "mimeType": "application/x-dosexec", "buffer": b"MZ\x00\x01"})
    page.click("#send")
    expect(page.locator(".msg.failed")).to_contain_text("a.exe")
    page.locator(".msg.failed button").last.click()
    expect(page.locator(".msg.failed")).to_have_count(0)


def test_one_tap_leads_to_a_person_and_leaving_keeps_the_place(visit: Open, shop: Inbox) -> None:
    page = visit(f"/w/{shop.key}/?lang=fa")
    state(page, "home")
    page.click("#human")
    state(page, "queue")
    page.click("#leave-open")
    page.fill("#leave-email", "nobody")
    page.click("#leave button")
    expect(page.locator("#leave .wrong")).to_be_visible()
    assert not chat().wants_mail
    page.fill("#leave-email", "narges@example.com")
    page.click("#leave button")
    expect(page.locator("#notice")).to_contain_text("narges@example.com")
    assert (chat().wants_mail, chat().state) == (True, "queued")


def test_a_visitors_words_and_names_are_never_markup(visit: Open, shop: Inbox, agent: User) -> None:
    bad = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script> javascript:alert(1)"
    page = visit(f"/w/{shop.key}/")
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    state(page, "home")
    page.fill("#text", bad)
    page.press("#text", "Enter")
    state(page, "queue")
    answers(agent, bad)
    expect(page.locator(".msg.agent .words")).to_have_text(bad)
    expect(page.locator(".msg.visitor .words")).to_have_text(bad)
    assert page.locator(".words :is(img, script, a)").count() == 0
    assert (page.title() != "ran", said) == (True, [])


FORGE = """
window.forge = () => {
  const own = document.querySelector("[data-helpdesk-widget]").shadowRoot.querySelector("iframe").contentWindow;
  const token = {helpdesk: 1, type: "token", token: "forged"};
  window.postMessage(token, "*");
  window.postMessage({helpdesk: 1, type: "unread", count: 99, shown: "99", words: "x", fresh: "x"}, "*");
  window.dispatchEvent(new MessageEvent("message", {data: token, origin: "https://evil.example", source: own}));
  for (const type of ["constructor", "__proto__", "toString", "valueOf"]) own.postMessage({helpdesk: 1, type}, "*");
};"""


def test_forged_messages_change_nothing_on_either_side(host: Callable[..., Page], address: str, shop: Inbox) -> None:
    page = host(FORGE)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.click(".go")
    inside = frame(page)
    state(inside, "home")
    kept = page.evaluate(f"localStorage.getItem('helpdesk:{shop.key}')")
    page.evaluate("window.forge()")
    inside.locator("#text").fill("mine")
    assert page.evaluate(f"localStorage.getItem('helpdesk:{shop.key}')") == kept
    assert page.locator(".n").is_hidden()
    state(inside, "home")
    assert broken == []


def test_a_site_that_was_not_named_gets_an_empty_frame(host: Callable[..., Page], shop: Inbox, address: str) -> None:
    inboxes.change_inbox(by=SYSTEM, inbox=shop, team=shop.team, settings={"origins": ["https://other.example"]})
    page = host()
    booted: list[str] = []
    page.on("request", lambda request: booted.append(request.url) if "/api/" in request.url else None)
    with page.expect_event("console", lambda said: "frame-ancestors" in said.text):
        page.click(".go")
    assert booted == []


def test_a_first_word_comes_once_a_day_opens_nothing_and_never_returns_after_it_was_waved_off(
    host: Callable[..., Page], shop: Inbox
) -> None:
    given = {"pattern": "/host/*", "after_seconds": 0, "only_returning": False}
    widgets.save_rule(by=SYSTEM, inbox=shop, text_en="May we help?", text_fa="", **given)  # type: ignore[arg-type]
    page = host()
    expect(page.locator(".card")).to_contain_text("May we help?")
    assert page.locator("iframe").count() == 0
    page.reload()
    expect(page.locator(".go")).to_be_visible()
    day = f"const k = 'helpdesk:{shop.key}'; const was = JSON.parse(localStorage.getItem(k));"
    page.evaluate(f"() => {{ {day} localStorage.setItem(k, JSON.stringify({{...was, greeted: 0}})); }}")
    page.reload()
    expect(page.locator(".card")).to_be_visible()
    page.click(".card .x")
    expect(page.locator(".go")).to_be_focused()
    page.evaluate(f"() => {{ {day} localStorage.setItem(k, JSON.stringify({{...was, greeted: 0}})); }}")
    page.reload()
    page.hover(".go")
    state(frame(page), "home")
    assert page.locator(".card").count() == 0


def test_before_consent_nothing_is_loaded_or_kept_and_shutdown_forgets(host: Callable[..., Page], shop: Inbox) -> None:
    page = host('Helpdesk("update", {consent: "pending"});')
    page.click(".go")
    assert page.locator("iframe").count() == 0
    assert ["error", '{"code":"consent_pending"}'] in page.evaluate("window.told")
    assert page.evaluate("localStorage.length") == 0
    page.evaluate('Helpdesk("update", {consent: "granted"})')
    inside = frame(page)
    state(inside, "home")
    inside.locator("#text").fill("Hello?")
    inside.locator("#text").press("Enter")
    state(inside, "queue")
    before = chat()
    token = page.evaluate(f"JSON.parse(localStorage.getItem('helpdesk:{shop.key}')).token")
    page.evaluate('Helpdesk("shutdown")')
    page.click(".go")
    state(frame(page), "home")
    after = page.evaluate(f"JSON.parse(localStorage.getItem('helpdesk:{shop.key}')).token")
    before.visitor.refresh_from_db()
    assert before.visitor.epoch == 2
    assert after not in (None, token)
