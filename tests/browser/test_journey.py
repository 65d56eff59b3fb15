"""The main job in real Chromium, in both languages: a mail comes, is answered by keyboard, and the answer threads."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from helpdesk.accounts.models import User
from tests.browser.conftest import Outside
from tests.conftest import Post
from tickets.channels.email.parse import parse
from tickets.models import Draft, Message, Notice, Ticket

pytestmark = pytest.mark.browser
SitDown = Callable[..., Page]
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WORDS = {"en": ("Sorry, repaired now.", "It works, thank you!"), "fa": ("متأسفیم، درست شد.", "وصل شد، سپاس‌گزارم!")}


@pytest.fixture
def opened(outside: Outside, post: Post, sit_down: SitDown) -> Callable[[User], Page]:
    """The page of the ticket that a fetched mail made, live and ready for keys, as this person sees it."""
    outside.arrive(post.make("My line is dead since last night."))

    def enter(person: User) -> Page:
        page = sit_down(person)
        page.goto("/desk/q/all/")
        page.click("a[data-row]")
        page.wait_for_selector("html[data-live=on] #composer [data-key=r][aria-keyshortcuts]")
        return page

    return enter


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_mail_is_answered_by_keyboard_and_the_answer_threads(
    opened: Callable[[User], Page], outside: Outside, agent: User, teammate: User, language: str
) -> None:
    ours, theirs = WORDS[language]
    page = opened(agent if language == "en" else teammate)
    assert page.get_attribute("html", "dir") == ("ltr" if language == "en" else "rtl")
    page.keyboard.press("r")
    page.keyboard.type("Oops, too early")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#s-status")).to_have_value("waiting")
    page.click("[data-undo] button")
    page.wait_for_selector(".msg.out", state="detached")
    assert page.input_value("#reply-body") == "Oops, too early"
    expect(page.locator("#reply-body")).to_be_focused()
    expect(page.locator("#s-status")).to_have_value("new")
    page.fill("#reply-body", ours)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f".msg.out:has-text('{ours}')")
    assert page.input_value("#reply-body") == ""
    outside.later()
    ((_, _, data),) = outside.sink.kept
    sent = parse(data)
    assert (sent.text.strip(), sent.in_reply_to) == (ours, "m1@mail.example")
    outside.arrive(outside.answer(theirs, str(sent.reply_to_email), f"<{sent.message_id}>"))
    page.wait_for_selector(f".msg.in:has-text('{theirs}')", timeout=2_000)
    assert Ticket.objects.count() == 1
    assert Message.objects.filter(withdrawn_at__isnull=True).count() == 3


def test_what_is_typed_survives_and_live_changes_never_take_the_cursor(
    opened: Callable[[User], Page], outside: Outside, agent: User
) -> None:
    page = opened(agent)
    page.keyboard.press("r")
    page.keyboard.type("Half an answ")
    outside.writes_again("One more thing")
    page.wait_for_selector(".msg.in:has-text('One more thing')")
    page.keyboard.type("er")
    assert page.evaluate("document.activeElement.id") == "reply-body"
    assert page.input_value("#reply-body") == "Half an answer"
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-compose=reply] [data-draft-state]:not(:empty)")
    assert Draft.objects.get().body == "Half an answer"
    page.reload()
    assert page.input_value("#reply-body") == "Half an answer"


def test_who_has_not_seen_the_newest_message_is_stopped_once(
    opened: Callable[[User], Page], outside: Outside, agent: User
) -> None:
    page = opened(agent)
    page.keyboard.press("r")
    page.keyboard.type("My answer")
    outside.writes_again("Wait, it is solved")
    page.wait_for_selector(".msg.in:has-text('Wait, it is solved')")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#refusal-reply [name=anyway]")
    assert not Message.objects.filter(kind="out").exists()
    assert page.input_value("#reply-body") == "My answer"
    page.click("#refusal-reply [name=anyway]")
    page.wait_for_selector(".msg.out")
    assert Message.objects.filter(kind="out").count() == 1


def test_a_second_agent_sees_who_is_here_and_is_stopped(
    opened: Callable[[User], Page], agent: User, teammate: User
) -> None:
    first, second = opened(agent), opened(teammate)
    first.keyboard.press("r")
    first.keyboard.type("I am on it")
    second.wait_for_selector("#presence:has-text('Sara')", timeout=5_000)
    second.keyboard.press("r")
    second.keyboard.type("Me too")
    second.keyboard.press("Control+Enter")
    second.wait_for_selector("#refusal-reply:has-text('Sara')")
    assert not Message.objects.filter(kind="out").exists()
    assert second.input_value("#reply-body") == "Me too"


def test_a_note_stays_inside_and_finds_its_colleague_by_a_letter(
    opened: Callable[[User], Page], outside: Outside, agent: User, teammate: User
) -> None:
    page = opened(agent)
    page.keyboard.press("n")
    page.keyboard.type("@a")
    people = page.locator(".canned-list [role=option]")
    expect(people).to_have_text(["Aliali@desk.example"])
    expect(page.locator("#note-body")).to_have_attribute("aria-activedescendant", str(people.get_attribute("id")))
    assert not Axe().run(page, options={"runOnly": STANDARDS}).response["violations"]
    page.keyboard.press("Escape")
    expect(people).to_be_hidden()
    page.keyboard.type("l")
    expect(people).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#note-body")).to_have_value("@Ali ")
    page.keyboard.type("West mast is down")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".msg.note:has-text('West mast is down')")
    assert Notice.objects.get().user == teammate
    outside.later()
    assert outside.sink.kept == []


def test_a_cut_line_loses_nothing_and_the_page_catches_up(
    opened: Callable[[User], Page], outside: Outside, agent: User
) -> None:
    page = opened(agent)
    page.context.set_offline(True)
    outside.writes_again("Are you there?")
    page.wait_for_timeout(500)
    page.context.set_offline(False)
    page.wait_for_selector(".msg.in:has-text('Are you there?')", timeout=15_000)


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "light", 1440), ("fa", "dark", 320)])
def test_the_pages_have_no_fault(
    opened: Callable[[User], Page], agent: User, teammate: User, language: str, theme: str, width: int
) -> None:
    page = opened(agent if language == "en" else teammate)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    number = Ticket.objects.get().number
    customer = Ticket.objects.get().customer_id
    for path in (
        *(f"/desk/t/{number}/", f"/desk/c/{customer}/", "/desk/q/all/", "/desk/t/new/", "/desk/search/?q=line"),
        *("/desk/notifications/", "/desk/quarantine/"),
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        found = Axe().run(page, options={"runOnly": STANDARDS}).response["violations"]
        assert not [(path, fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found]


def test_reading_and_posting_work_without_javascript(
    outside: Outside, post: Post, sit_down: SitDown, agent: User
) -> None:
    outside.arrive(post.make("My line is dead."))
    page = sit_down(agent, java_script_enabled=False)
    page.goto("/desk/q/all/")
    page.click("a[data-row]")
    assert page.is_visible(".msg.in:has-text('My line is dead.')")
    page.fill("#reply-body", "Repaired.")
    page.click("[data-compose=reply] .btn.primary")
    assert page.is_visible(".msg.out:has-text('Repaired.')")
    page.fill("#note-body", "It was the mast.")
    page.click("[data-compose=note] .btn.note")
    assert page.is_visible(".msg.note:has-text('It was the mast.')")


DROP = """(field) => {
  const held = new DataTransfer();
  held.items.add(new File(["dropped"], "dropped.txt", { type: "text/plain" }));
  field.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: held }));
}"""


def test_files_are_named_before_they_leave_and_one_can_be_left_out(opened: Callable[[User], Page], agent: User) -> None:
    page = opened(agent)
    page.keyboard.press("r")
    page.keyboard.type("Both are here")
    files = [{"name": name, "mimeType": "text/plain", "buffer": b"kept"} for name in ("map.txt", "wrong.txt")]
    page.set_input_files("#reply-files", files)
    page.locator("#reply-body").evaluate(DROP)
    chosen = page.locator("[data-compose=reply] .chosen li")
    expect(chosen).to_contain_text(["map.txt", "wrong.txt", "dropped.txt"])
    page.get_by_role("button", name="Leave out wrong.txt").click()
    expect(chosen).to_have_count(2)
    page.press("#reply-body", "Control+Enter")
    expect(page.locator(".msg.out .file")).to_have_count(2)
    assert sorted(Message.objects.get(kind="out").attachments.values_list("name", flat=True)) == [
        "dropped.txt",
        "map.txt",
    ]
    expect(page.locator("[data-compose=reply] .chosen")).to_have_count(0)
