"""One conversation from the widget to mail and back, in Chromium: asked, answered, missed, mailed, returned, rated."""

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from helpdesk.accounts import actions as accounts
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core.management.commands.drain import drain
from tests.browser.conftest import Outside
from tickets.actions import inboxes
from tickets.channels.email.parse import parse
from tickets.models import Conversation, Inbox, Message, Ticket

pytestmark = pytest.mark.browser
SitDown = Callable[..., Page]
NINA = "nina@example.org"
WORDS = {
    "en": ("Is the red one in stock?", "Yes. Shall I keep one for you?", "Please do, until Friday."),
    "fa": ("قرمزش موجود است؟", "بله. یکی برایتان نگه دارم؟", "بله لطفاً، تا جمعه."),
}
DAYS = ("sat", "sun", "mon", "tue", "wed", "thu", "fri")
PATIENCE = 20_000
LOOKS = [("en", 1440), ("fa", 320)]


@pytest.fixture
def door(outside: Outside) -> Inbox:
    """A widget that asks for an address; what is missed leaves by the e-mail inbox. Its team is always there."""
    Team.objects.update(hours={day: [["00:00", "24:00"]] for day in DAYS})
    given = {"ask": "email", "must": "email"}
    return inboxes.create_inbox(by=SYSTEM, kind="chat", name="Shop", settings=given, team=outside.inbox.team)


@pytest.fixture
def visitor(chromium: Browser, address: str) -> Iterator[Callable[..., BrowserContext]]:
    """A browser of somebody outside."""
    opened: list[BrowserContext] = []

    def enter(**options: Any) -> BrowserContext:
        context = chromium.new_context(base_url=address, **options)
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return context

    yield enter
    for context in opened:
        context.close()


def widget(page: Page, door: Inbox, language: str) -> FrameLocator:
    """The chat, opened on our try-out page."""
    page.goto(f"/w/{door.key}/try/?lang={language}")
    page.locator("[data-helpdesk-widget] button.go").click()
    return page.frame_locator("[data-helpdesk-widget] iframe")


def asks(page: Page, door: Inbox, language: str, text: str) -> None:
    frame = widget(page, door, language)
    frame.locator("#email-field").fill(NINA)
    frame.locator("#text").fill(text)
    frame.locator("#send").click()
    expect(frame.locator(".msg.visitor[data-seq]")).to_have_count(1, timeout=PATIENCE)


def answers(page: Page, text: str) -> None:
    """Two actions: the offered chat is taken by one key, the answer typed and sent by another."""
    expect(page.locator(".chat-offer")).to_be_visible(timeout=PATIENCE)
    page.locator("#chats-title").click()
    page.keyboard.press("Enter")
    expect(page.locator(".room textarea[name=body]").first).to_be_focused(timeout=PATIENCE)
    page.keyboard.type(text)
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-lines]")).to_contain_text(text, timeout=PATIENCE)


def mail(body: str, to: str, in_reply_to: str) -> bytes:
    """Nina's answer."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = f"Nina <{NINA}>", to, "Re: chat"
    made["Message-ID"], made["In-Reply-To"] = "<back@mail.example>", f"<{in_reply_to}>"
    made.set_content(body)
    return made.as_bytes()


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_asked_answered_missed_mailed_returned_and_rated(
    outside: Outside,
    door: Inbox,
    agent: User,
    teammate: User,
    sit_down: SitDown,
    visitor: Callable[..., BrowserContext],
    language: str,
    width: int,
) -> None:
    question, ours, theirs = WORDS[language]
    person = agent if language == "en" else teammate
    outside_page = visitor(viewport={"width": width, "height": 800})
    page = outside_page.new_page()
    desk = sit_down(person)
    accounts.set_availability(by=actor_of(person), state="available")
    desk.goto("/desk/chats/")
    expect(desk.locator("html[data-live=on]")).to_be_attached(timeout=PATIENCE)

    asks(page, door, language, question)
    drain()
    page.close()
    answers(desk, ours)

    drain()
    outside.later(240)
    ((_, recipients, data),) = outside.sink.kept
    sent = parse(data)
    assert recipients == [NINA]
    assert ours in sent.text
    outside.arrive(mail(theirs, str(sent.reply_to_email), str(sent.message_id)))
    ticket = Ticket.objects.get()
    desk.goto(f"/desk/t/{ticket.number}/")
    for text in (question, ours, theirs):
        expect(desk.locator(f".msg:has-text('{text}')")).to_have_count(1, timeout=PATIENCE)

    page = outside_page.new_page()
    frame = widget(page, door, language)
    expect(frame.locator(".msg")).to_have_count(3, timeout=PATIENCE)
    expect(frame.locator(".msg .words")).to_have_text([question, ours, theirs], timeout=PATIENCE)

    desk.goto("/desk/chats/")
    desk.locator(".room-foot form button").last.click()
    frame.locator("#solved-yes").click()
    frame.locator("#rate label.face").last.click()
    expect(frame.locator("#rate-thanks")).to_be_visible(timeout=PATIENCE)
    row = Conversation.objects.get()
    assert (row.state, row.solved, row.rating, len(outside.sink.kept)) == ("ended", True, 5, 1)
    assert Message.objects.count() == 3
