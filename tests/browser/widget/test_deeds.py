"""What a visitor does in the widget, and what a page asks of it: on a line that hangs, with files, by other names."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from helpdesk.accounts.models import User
from helpdesk.core.models import OutboxEvent
from tests.browser.widget.conftest import Held, Open, answers, chat, frame, state
from tickets.models import Conversation, Inbox, Message

pytestmark = pytest.mark.browser
PATIENCE = 15_000
GIVE = """([kind, name]) => {
  const given = new DataTransfer(), words = {bubbles: true, cancelable: true};
  given.items.add(new File(["Number 1042"], name, {type: "text/plain"}));
  if (kind === "paste") text.dispatchEvent(new ClipboardEvent(kind, {...words, clipboardData: given}));
  else main.dispatchEvent(new DragEvent(kind, {...words, dataTransfer: given}));
}"""


def unsent(page: Page) -> int:
    """How many written messages lie on the device."""
    count: int = page.evaluate("Object.values(sessionStorage).flatMap((one) => JSON.parse(one)).length")
    return count


def test_on_a_line_that_hangs_all_is_tried_again_and_nothing_is_lost_or_said_twice(visit: Open, shop: Inbox) -> None:
    page = visit("about:blank")
    page.clock.install()
    boots = Held(page, "**/api/boot")
    page.goto(f"/w/{shop.key}/")
    expect(page.locator("#connecting")).to_be_visible()
    page.click("#human")
    expect(page.locator("#notice")).to_contain_text("a person is called")
    page.clock.fast_forward(5_000)
    expect(page.locator("#connecting")).to_contain_text("Trying again")
    state(page, "connecting")
    page.route("**/api/human", lambda route: route.fulfill(status=401, json={"code": "bad_token"}), times=1)
    with page.expect_response("**/api/human", timeout=PATIENCE):
        boots.release()
        page.clock.fast_forward(5_000)
    page.clock.fast_forward(6_000)  # a session that has ended: another is begun, and the person called again
    state(page, "queue")
    expect(page.locator("#notice")).to_be_hidden()
    assert Conversation.objects.count() == 1

    posts = Held(page, "**/api/messages", "json")
    mine = page.locator(".msg.visitor", has_text="Does this arrive?")
    page.fill("#text", "Does this arrive?")
    page.press("#text", "Enter")
    expect(mine.locator(".how")).to_contain_text("Sending")
    posts.wait()
    page.clock.fast_forward(5_000)
    expect(mine.locator(".how")).to_contain_text("Trying again")
    assert unsent(page) == 1
    page.clock.fast_forward(5_000)
    posts.wait(2)
    posts.routes[-1].fetch()  # it arrives, but its answer does not
    expect(mine.locator("time")).to_have_count(1, timeout=PATIENCE)
    posts.release()
    page.clock.fast_forward(10_000)
    page.wait_for_function("Object.values(sessionStorage).every((one) => one === '[]')")
    expect(mine).to_have_count(1)
    assert Message.objects.filter(text="Does this arrive?").count() == 1


def test_files_come_by_drop_and_paste_and_a_transfer_is_cancelled_or_tried_again(visit: Open, shop: Inbox) -> None:
    page = visit("about:blank")
    page.clock.install()
    page.goto(f"/w/{shop.key}/")
    state(page, "home")
    uploads = Held(page, "**/api/messages", "multipart/")
    page.evaluate(GIVE, ["dragenter", "a.txt"])
    expect(page.locator("#drop")).to_be_visible()
    page.evaluate(GIVE, ["drop", "dropped.txt"])
    page.evaluate(GIVE, ["paste", "pasted.txt"])
    expect(page.locator("#tray bdi")).to_have_text(["dropped.txt", "pasted.txt"])
    expect(page.locator("#drop")).to_be_hidden()
    page.click("#send")
    uploads.wait()
    page.reload()
    expect(page.locator("#notice")).to_contain_text("dropped.txt, pasted.txt. Please attach it again.")
    for number in range(7):
        page.evaluate(GIVE, ["drop", f"{number}.txt"])
    expect(page.locator("#tray li")).to_have_count(5)
    expect(page.locator("#composer-wrong")).to_contain_text("“6.txt” was left out")
    page.click("#send")
    uploads.wait(2)
    page.locator(".msg.visitor button").click()
    expect(page.locator(".msg")).to_have_count(0)
    expect(page.locator("#text")).to_be_focused()
    assert not Message.objects.exists()

    page.evaluate(GIVE, ["drop", "note.txt"])
    pick_an_emoji(page)
    page.click("#send")
    uploads.wait(3)
    cancel = page.locator(".msg.visitor button").element_handle()
    page.clock.fast_forward(26_000)
    expect(page.locator(".how")).to_contain_text("Trying again")
    assert cancel.evaluate("(button) => button.isConnected"), "the button was taken from under the finger"
    uploads.release()
    page.clock.fast_forward(5_000)
    expect(page.locator(".msg.visitor a.paper")).to_contain_text("note.txt", timeout=PATIENCE)
    expect(page.locator(".msg.visitor .words")).to_have_text("\N{FACE WITH TEARS OF JOY}")
    assert Message.objects.filter(kind="in").count() == 1


def pick_an_emoji(page: Page) -> None:
    """By keys alone."""
    page.click("#emoji")
    expect(page.locator("#emoji-panel button").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("#emoji")).to_be_focused()
    expect(page.locator("#text")).to_have_value("\N{FACE WITH TEARS OF JOY}")


def test_a_conversation_is_kept_as_a_file_or_sent_to_their_own_address(
    visit: Open, shop: Inbox, inbox: Inbox, agent: User
) -> None:
    page = visit(f"/w/{shop.key}/")
    state(page, "home")
    page.fill("#text", "Red or blue?")
    page.press("#text", "Enter")
    state(page, "queue")
    page.click("#leave-open")
    page.fill("#leave-email", "nina@example.org")
    page.click("#leave .btn:not(.second)")
    expect(page.locator("#notice")).to_contain_text("nina@example.org")
    answers(agent, "Blue.")
    expect(page.locator(".msg.agent")).to_be_visible()
    for form in ("html", "txt"):
        page.click("#more")
        with page.expect_download() as kept:
            page.click(f"[data-do={form}]")
        text = kept.value.path().read_text()
        assert (kept.value.suggested_filename, "Red or blue?" in text, "Blue." in text) == (f"chat.{form}", True, True)
    page.click("#more")
    page.click("[data-do=mail]")
    page.fill("#mail-email", "stranger@example.org")
    page.click("#mail .btn:not(.second)")
    expect(page.locator("#mail .wrong")).to_contain_text("the address you gave us")
    assert not OutboxEvent.objects.filter(name="chat.transcript").exists()
    page.fill("#mail-email", "nina@example.org")
    page.click("#mail .btn:not(.second)")
    expect(page.locator("#notice")).to_contain_text("goes to nina@example.org")
    assert OutboxEvent.objects.get(name="chat.transcript").payload["address"] == "nina@example.org"


OTHERS = """<!doctype html><html lang="en"><title>Host</title><body><h1>A host</h1><script src="/host.js"></script>
 <script src="{ours}/w-shim.js" data-key="{key}"></script><script src="{ours}/w.js?key={key}" async></script>"""
BEFORE = """window.told = [];
window.Intercom = function () { (Intercom.q = Intercom.q || []).push(arguments); };
Intercom("boot", {name: "Nina", email: "nina@example.org", custom_attributes: {plan: "gold"}});
Intercom("onShow", () => told.push("show"));
Intercom("showNewMessage", "About order 1042");"""


def test_pages_that_call_other_products_go_on_calling_them(
    host: Callable[..., Page], address: str, shop: Inbox
) -> None:
    markup = OTHERS.format(ours=address, key=shop.key)
    page = host(BEFORE)
    page.route("**/host/**", lambda route: route.fulfill(body=markup, content_type="text/html"))
    page.reload()
    inside = frame(page)
    state(inside, "home")
    expect(inside.locator("#text")).to_have_value("About order 1042")
    inside.locator("#text").press("Enter")
    state(inside, "queue")
    visitor = chat().visitor
    assert (visitor.name, visitor.email, visitor.attributes) == ("Nina", "nina@example.org", {"plan": "gold"})
    assert visitor.identity == "claimed"
    assert page.evaluate("told.filter((one) => one === 'show').length") == 1
    calls_the_other(page, inside, visitor.epoch)


def calls_the_other(page: Page, inside: FrameLocator, epoch: int) -> None:
    """Chatwoot's names for the same."""
    page.evaluate('$chatwoot.toggle("close")')
    expect(page.locator("iframe")).to_be_hidden()
    page.evaluate('$chatwoot.setLocale("fa"); $chatwoot.toggle("open")')
    expect(inside.locator("html")).to_have_attribute("lang", "fa")
    state(inside, "queue")
    page.evaluate("$chatwoot.reset()")
    expect(page.locator("iframe")).to_be_hidden()
    with page.expect_response("**/api/boot"):
        page.evaluate("$chatwoot.toggle()")
    state(inside, "home")
    assert chat().visitor.epoch == epoch + 1
