"""The customer's widget in Chromium: every state in both languages, keys alone, bad lines, and pages that mean ill."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from tests.browser.widget.conftest import Open, answers, chat, faults_of_host, frame, state
from tickets.actions import inboxes, widgets
from tickets.models import Conversation, Inbox, Message

pytestmark = pytest.mark.browser


def busy(page: Page) -> float:
    """Milliseconds of the processor that scripts and looks of a page view took, whatever else the machine does."""
    told = page.context.new_cdp_session(page)
    told.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.reload()
    expect(page.locator(".go")).to_be_visible()
    spent = {one["name"]: one["value"] for one in told.send("Performance.getMetrics")["metrics"]}
    told.detach()
    return 1000 * float(spent["ScriptDuration"] + spent["RecalcStyleDuration"] + spent["LayoutDuration"])


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
    assert min(busy(page) for _view in range(3)) < 10
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


@pytest.mark.usefixtures("inbox")
@pytest.mark.parametrize("language", ["en", "fa"])
def test_by_keys_alone_they_wish_to_have_it_mailed_when_it_ends(visit: Open, shop: Inbox, language: str) -> None:
    page = visit(f"/w/{shop.key}/?lang={language}")
    state(page, "home")
    page.fill("#text", "Hello?")
    page.press("#text", "Enter")
    state(page, "queue")
    page.focus("#keep-box")
    page.keyboard.press("Space")
    expect(page.locator("#keep-email")).to_be_focused()
    page.keyboard.type("nobody")
    page.keyboard.press("Enter")
    expect(page.locator("#keep .wrong")).to_be_visible()
    assert not chat().wants_transcript
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("narges@example.com")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("narges@example.com")
    assert (chat().wants_transcript, chat().visitor.email) == (True, "narges@example.com")
    page.reload()
    state(page, "queue")
    expect(page.locator("#keep-box")).to_be_checked()
    page.focus("#keep-box")
    with page.expect_response("**/api/transcript") as told:
        page.keyboard.press("Space")
    assert told.value.json()["conversation"]["at_end"] is False
    assert not chat().wants_transcript


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
    given: dict[str, Any] = {"pattern": "/host/*", "after_seconds": 0, "only_returning": False}
    widgets.save_rule(by=SYSTEM, inbox=shop, text_en="May we help?", text_fa="", **given)
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
