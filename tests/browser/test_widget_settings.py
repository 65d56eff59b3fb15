"""A live chat's settings in Chromium: no fault for any reader, wide and narrow, right to left and dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from tests.browser.test_desk_pages import faults, look
from tickets.actions import inboxes, widgets
from tickets.models import Inbox

pytestmark = pytest.mark.browser
SitDown = Callable[..., Page]
PATIENCE = 20_000
LOOKS = [("en", "light", 1440), ("fa", "dark", 320)]


@pytest.fixture
def widget(team: Team) -> Inbox:
    """A chat with a first word and with two secrets."""
    made = inboxes.create_inbox(by=SYSTEM, kind="chat", name="Shop", team=team)
    words = {"text_en": "Help?", "text_fa": "کمک؟"}
    widgets.save_rule(by=SYSTEM, inbox=made, pattern="/prices*", after_seconds=20, only_returning=True, **words)
    widgets.new_secret(by=SYSTEM, inbox=made)
    return made


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_the_pages_of_a_live_chat_have_no_fault(
    widget: Inbox, admin: User, sit_down: SitDown, language: str, theme: str, width: int
) -> None:
    page = sit_down(admin)
    look(page, language, theme, width)
    paths = (f"/settings/inboxes/{widget.pk}/", "/settings/inboxes/chat/", "/developers/widget/")
    assert [fault for path in paths for fault in faults(page, path)] == []


def test_both_previews_follow_what_is_typed_before_it_is_saved(widget: Inbox, admin: User, sit_down: SitDown) -> None:
    page = sit_down(admin)
    page.goto(f"/settings/inboxes/{widget.pk}/")
    english = page.frame_locator("[data-preview=en]").locator("button.go")
    persian = page.frame_locator("[data-preview=fa]").locator("button.go")
    page.locator("[data-preview=en]").scroll_into_view_if_needed()
    expect(english).to_have_text("Chat with us", timeout=PATIENCE)
    expect(persian).to_be_visible(timeout=PATIENCE)
    page.fill("#id_label_en", "Ask Nina")
    page.fill("#id_label_fa", "از نینا بپرسید")
    page.fill("#id_colour", "#7a1f5c")
    expect(english).to_have_text("Ask Nina", timeout=PATIENCE)
    expect(persian).to_have_text("از نینا بپرسید", timeout=PATIENCE)
    expect(english).to_have_css("background-color", "rgb(122, 31, 92)", timeout=PATIENCE)
    widget.refresh_from_db()
    assert widget.settings == {}
