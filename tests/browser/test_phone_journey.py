"""A call pops where it rings, the agent notes it and promises a call-back, by keyboard, in both languages; and one who
moves from Telegram to mail to the telephone is one history."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from customers import actions as customers
from customers.rules.identity import Handle
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core.management.commands.drain import drain
from tests.browser.test_merge_journey import no_fault
from tests.conftest import Post
from tickets.actions import inboxes, voices
from tickets.happenings import Said
from tickets.models import CallBack, Inbox, Message, Template, Ticket

pytestmark = pytest.mark.browser
SitDown = Callable[..., Page]
NARGES = "+989121234567"


def ring(line: Inbox, event: str = "newCall", **more: str) -> None:
    given = {"event": event, "callId": "c1", "from": NARGES, "to": "02188880000", "direction": "in", "queue": "care"}
    assert Client().post(f"/hooks/phone/{line.key}/", given | more, "application/json").status_code == 200
    drain()


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("fa", "dark")])
def test_a_call_pops_is_noted_and_a_call_back_is_promised(
    sit_down: SitDown, agent: User, teammate: User, team: Team, post: Post, inbox: Inbox, language: str, theme: str
) -> None:
    line = inboxes.create_inbox(by=SYSTEM, kind="phone", name="Line", team=team)
    bot = inboxes.create_inbox(by=SYSTEM, kind="telegram", name="Bot", team=team)
    telegram = voices.take(Said("1:1", "4242", "Narges Karimi", "سلام، مودم کار نمی‌کند"), bot)
    assert telegram is not None and telegram.customer is not None
    person = telegram.customer
    customers.add_handle(by=SYSTEM, customer=person, handle=Handle("email", "narges@example.com"))
    customers.add_handle(by=SYSTEM, customer=person, handle=Handle("phone", NARGES))
    post.send("It is still dark.", subject="The modem, again")
    page = sit_down(agent if language == "en" else teammate, color_scheme=theme)
    page.goto("/desk/q/all/")
    expect(page.locator("html")).to_have_attribute("data-live", "on")
    ring(line)
    pop = page.locator(".call-now")
    expect(pop).to_contain_text("Narges Karimi")
    no_fault(page)
    page.keyboard.press("p")
    ticket = Ticket.objects.get(channel="phone")
    page.wait_for_url(f"**/desk/t/{ticket.number}/")
    ring(line, "hangup", cause="busy")
    beside = page.locator(".calls")
    expect(beside.locator(".banner")).to_be_visible()
    beside.locator("details").first.locator("summary").click()
    page.locator("#call-note").fill("مودم تازه می‌فرستیم")
    page.locator("#call-note").locator("xpath=ancestor::form").locator("button").click()
    expect(page.locator(".timeline, #timeline")).to_contain_text("مودم تازه می‌فرستیم")
    beside.locator("details").nth(1).locator("summary").click()
    page.locator("#call-hours").fill("4" if language == "en" else "۴")
    page.locator("#call-hours").locator("xpath=ancestor::form").locator("button").click()
    expect(beside.locator(".banner")).to_be_visible()
    no_fault(page)
    assert CallBack.objects.filter(done_at=None).count() == 1
    page.goto(f"/desk/c/{person.pk}/")
    for words in ("مودم کار نمی‌کند", "It is still dark.", "مودم تازه می‌فرستیم"):
        expect(page.get_by_text(words).first).to_be_visible()
    assert Message.objects.filter(ticket__customer=person).values("channel").distinct().count() == 3


@pytest.mark.parametrize("language", ["en", "fa"])
def test_where_the_window_has_closed_one_is_stopped_before_typing_and_offered_the_template(
    sit_down: SitDown, agent: User, teammate: User, team: Team, inbox: Inbox, language: str
) -> None:
    shop = inboxes.create_inbox(by=SYSTEM, kind="whatsapp", name="Shop", team=team)
    Template.objects.create(inbox=shop, name="ready", language=language, body="Hello {{1}}, it is ready.")
    told = voices.take(Said("w1", "989121234567", "Narges", "Where is it?"), shop)
    assert told is not None
    told.ticket.peers.update(last_in_at="2026-01-01T00:00:00Z")
    page = sit_down(agent if language == "en" else teammate)
    page.goto(f"/desk/t/{told.ticket.number}/")
    box = page.locator("#reply-body")
    expect(box).to_have_attribute("readonly", "")
    expect(page.locator("#shut")).to_be_visible()
    no_fault(page)
    page.locator("input[name=template]").first.check()
    page.locator(".template .gap input").first.fill("Narges")
    page.locator("[data-compose=reply] button.primary").click()
    expect(page.locator(".msg.out")).to_contain_text("Hello Narges, it is ready.")
    assert Message.objects.get(kind="out").deliveries.get().envelope["template"]["name"] == "ready"
