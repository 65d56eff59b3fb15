"""Live chats at the desk, in Chromium: taken by key, several at once without losing a word, handed over, heard live."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from helpdesk.accounts import actions as accounts
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Availability, Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core.management.commands.drain import drain
from helpdesk.core.realtime import send, ticket_group
from tests.support.chats import chat
from tickets.actions import canned, inboxes, visitors, visits
from tickets.models import Conversation, Draft, Inbox, Message

pytestmark = pytest.mark.browser
SitDown = Callable[..., Page]


@pytest.fixture
def door(transactional_db: None, team: Team) -> Inbox:
    """A widget whose chats go to the team."""
    return inboxes.create_inbox(by=SYSTEM, kind="chat", name="Shop", settings={"typing_preview": True}, team=team)


def says(row: Conversation, text: str, client_id: str) -> None:
    """The visitor writes again, as their page does."""
    sitter = visits.sitter_of(row.visitor)
    visitors.say(inbox=row.inbox, sitter=sitter, words=visitors.Words(client_id, text))


def until(holds: Callable[[], bool], seconds: float = 15) -> None:
    """Does due work until it holds."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        drain()
        time.sleep(0.05)
    assert holds()


def board(page: Page) -> Page:
    """The chat page, once its socket is open and hears of every room."""
    page.goto("/desk/chats/")
    expect(page.locator("html[data-live=on]")).to_be_attached(timeout=15_000)
    for room in page.locator(".room").all():
        number = room.get_attribute("data-room")
        expect(page.locator(f"html[data-watching~='ticket.{number}']")).to_be_attached(timeout=15_000)
    return page


def box(page: Page, row: Conversation) -> str:
    return f"#body-{row.ticket.number}"


def test_an_offer_is_taken_by_one_key_and_answered(sit_down: SitDown, door: Inbox, agent: User) -> None:
    page = sit_down(agent)
    page.click("#availability-menu > summary")
    page.get_by_role("button", name="Available", exact=True).first.click()
    expect(page.locator(".toast")).to_contain_text("You are available")
    board(page)
    waiting = chat(door, "Where is my parcel?", name="Narges")
    accounts.set_capacity(by=SYSTEM, user=agent, capacity=2)
    drain()
    expect(page.locator(".chat-offer")).to_contain_text("Where is my parcel?")
    expect(page).to_have_title(re.compile(r"^\(1\)"))
    page.locator("#chats-title").click()
    page.keyboard.press("Enter")
    expect(page.locator(box(page, waiting))).to_be_focused()
    page.keyboard.type("I will look at once.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#lines-{waiting.ticket.number}")).to_contain_text("I will look at once.")
    expect(page.locator(box(page, waiting))).to_have_value("")
    expect(page.locator("[data-undo]")).to_have_count(0)
    assert Message.objects.get(kind="out").channel == "chat"


def test_two_chats_at_once_lose_no_word(sit_down: SitDown, door: Inbox, agent: User) -> None:
    first = chat(door, "Mine first", agent=agent, name="Narges")
    second = chat(door, "Mine too", agent=agent, name="Hassan")
    page = board(sit_down(agent))
    page.fill(box(page, first), "half a sentence")
    page.fill(box(page, second), "another half")
    says(first, "Are you still there?", "v1")
    expect(page.locator(f"#lines-{first.ticket.number}")).to_contain_text("Are you still there?")
    expect(page.locator(box(page, first))).to_have_value("half a sentence")
    page.focus(box(page, second))
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#lines-{second.ticket.number}")).to_contain_text("another half")
    expect(page.locator(box(page, first))).to_have_value("half a sentence")
    expect(page.locator(f"#chat-{first.ticket.number} [data-draft-state]")).to_have_text("Draft saved")
    assert Draft.objects.get().body == "half a sentence"
    page.reload()
    expect(page.locator(box(page, first))).to_have_value("half a sentence")
    expect(page.locator(box(page, second))).to_have_value("")
    assert Message.objects.get(kind="out").ticket_id == second.ticket_id


def test_answers_that_cross_show_each_line_once_and_in_order(sit_down: SitDown, door: Inbox, agent: User) -> None:
    row = chat(door, "First", agent=agent, name="Narges")
    page = board(sit_down(agent))
    lines = page.locator(f"#lines-{row.ticket.number} [data-seq]")

    def late(route: Route) -> None:
        answered = route.fetch()
        says(row, "Third", "v3")
        statuses.append(answered.status)
        send([ticket_group(row.ticket.number)], {"type": "hint", "kind": "ticket", "number": row.ticket.number})
        route.fulfill(response=answered)

    statuses: list[int] = []
    page.route("**/say/", late)
    page.fill(box(page, row), "Second")
    page.keyboard.press("Control+Enter")
    expect(lines).to_have_count(3)
    page.unroute("**/say/")
    page.fill(box(page, row), "Fourth")
    page.keyboard.press("Control+Enter")
    expect(lines).to_have_count(4)
    assert statuses == [200]
    assert [line.get_attribute("data-seq") for line in lines.all()] == ["1", "2", "3", "4"]
    expect(page.locator(f"#lines-{row.ticket.number} .msg-foot")).to_have_count(1)


def test_on_a_narrow_page_one_chat_shows_and_the_others_keep_their_words(
    sit_down: SitDown, door: Inbox, agent: User
) -> None:
    first, second = chat(door, "One", agent=agent, name="Narges"), chat(door, "Two", agent=agent, name="Hassan")
    page = board(sit_down(agent, viewport={"width": 320, "height": 800}))
    page.locator(f"[data-open-room='{second.ticket.number}']").click()
    expect(page.locator(box(page, second))).to_be_focused()
    expect(page.locator(box(page, first))).to_be_hidden()
    page.keyboard.type("for the second")
    page.locator(f"[data-open-room='{first.ticket.number}']").click()
    page.keyboard.type("for the first")
    page.locator(f"[data-open-room='{second.ticket.number}']").click()
    expect(page.locator(box(page, second))).to_have_value("for the second")
    expect(page.locator(box(page, first))).to_have_value("for the first")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_hand_over_opens_the_room_at_the_colleagues(
    sit_down: SitDown, door: Inbox, agent: User, teammate: User
) -> None:
    live = chat(door, "I paid twice", agent=agent, name="Narges")
    theirs = board(sit_down(teammate))
    page = board(sit_down(agent))
    page.locator(".room-foot .menu > summary").click()
    page.select_option(f"#to-{live.ticket.number}", f"user.{teammate.pk}")
    page.fill(f"#context-{live.ticket.number}", "She paid twice on Sunday")
    page.locator(".room-foot .menu .btn.primary").click()
    expect(page.locator(".toast")).to_contain_text("Handed over to Ali")
    expect(page.locator(".room")).to_have_count(0)
    expect(theirs.locator(f"#lines-{live.ticket.number}")).to_contain_text("She paid twice on Sunday")
    expect(theirs.locator(box(theirs, live))).to_be_visible()


def test_typing_and_a_whisper_reach_the_agent_at_once(sit_down: SitDown, door: Inbox, agent: User, lead: User) -> None:
    live = chat(door, agent=agent, name="Narges")
    page = board(sit_down(agent))
    line = page.locator(f"#chat-{live.ticket.number} [data-typing]")
    hint = {"type": "hint", "kind": "typing", "number": live.ticket.number, "on": True}
    send([ticket_group(live.ticket.number)], hint | {"text": "My card num"})
    expect(line).to_contain_text("My card num")
    send([ticket_group(live.ticket.number)], hint | {"on": False, "text": ""})
    expect(line).to_be_hidden()
    leads = sit_down(lead)
    leads.goto("/lead/chats/")
    leads.get_by_role("link", name="Read along").click()
    leads.fill(f"#whisper-{live.ticket.number}", "Offer a week for free")
    leads.keyboard.press("Control+Enter")
    expect(page.locator(f"#lines-{live.ticket.number} .msg.note")).to_contain_text("Offer a week for free")


def test_a_canned_answer_comes_by_keyboard_in_the_customers_language(
    sit_down: SitDown, door: Inbox, agent: User
) -> None:
    texts = {"text_en": "It takes three days.", "text_fa": "سه روز طول می‌کشد."}
    canned.save(by=actor_of(agent), shortcut="refund", title="Refund", **texts)
    canned.save(by=actor_of(agent), shortcut="hello", title="Greeting", text_en="Hello!")
    live = chat(door, agent=agent, name="Narges", language="fa")
    page = board(sit_down(agent))
    page.focus(box(page, live))
    page.keyboard.type("سلام /ref")
    options = page.locator(".canned-list [role=option]")
    expect(options).to_have_count(1)
    expect(options).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator(box(page, live))).to_have_value("سلام سه روز طول می‌کشد.")
    expect(page.locator(".canned-list")).to_be_hidden()


def test_an_open_page_is_a_sign_of_life(sit_down: SitDown, door: Inbox, agent: User) -> None:
    accounts.set_availability(by=actor_of(agent), state="available")
    Availability.objects.update(seen_at=None)
    board(sit_down(agent))
    waiting = chat(door, name="Narges")
    until(waiting.offers.exists)
    assert waiting.offers.get().user_id == agent.pk
