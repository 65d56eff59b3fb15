"""A session ends while somebody writes: the text is there again after signing in, for them alone."""

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from helpdesk.accounts.models import User
from tests.conftest import PASSWORD, Post
from tickets.models import Draft, Message

pytestmark = pytest.mark.browser
SitDown = Callable[..., Page]
TEXT = "A long answer\nthat took ten minutes — سلام"


def sign_in(page: Page, person: User) -> None:
    page.fill("[name=email]", person.email)
    page.fill("[name=password]", PASSWORD)
    page.click("form.form button.primary")


@pytest.mark.parametrize("mode", ["reply", "note"])
def test_what_was_typed_outlives_the_session(sit_down: SitDown, agent: User, post: Post, mode: str) -> None:
    number = post.send().ticket.number
    page = sit_down(agent)
    page.goto(f"/desk/t/{number}/")
    page.click(f"[data-mode-switch={mode}]")
    Session.objects.all().delete()
    page.fill(f"#{mode}-body", TEXT)
    page.click(f"[data-compose={mode}] .composer-foot .btn.end")
    page.wait_for_url("**/sign-in/**")
    sign_in(page, agent)
    page.wait_for_url(f"**/desk/t/{number}/**")
    expect(page.locator(f"#{mode}-body")).to_have_value(TEXT)
    expect(page.locator(f"[data-mode-switch={mode}]")).to_have_attribute("aria-pressed", "true")
    assert not Message.objects.filter(kind__in=["out", "note"]).exists()
    page.click(f"[data-compose={mode}] .composer-foot .btn.end")
    expect(page.locator("#timeline")).to_contain_text("that took ten minutes")
    assert Message.objects.filter(kind__in=["out", "note"]).count() == 1
    page.reload()
    expect(page.locator(f"#{mode}-body")).to_have_value("")


def test_a_draft_that_was_not_kept_is_not_called_saved_and_nobody_else_finds_it(
    sit_down: SitDown, agent: User, teammate: User, post: Post
) -> None:
    number = post.send().ticket.number
    page = sit_down(agent)
    page.goto(f"/desk/t/{number}/")
    page.focus("#reply-body")
    Session.objects.all().delete()
    page.fill("#reply-body", TEXT)
    with page.expect_response("**/draft/"):
        page.locator("#reply-body").blur()
    expect(page.locator("[data-compose=reply] [data-draft-state]")).to_have_text("")
    assert not Draft.objects.exists()
    page.goto(f"/desk/t/{number}/")
    sign_in(page, teammate)
    page.wait_for_url(f"**/desk/t/{number}/**")
    expect(page.locator("#reply-body")).to_have_value("")
