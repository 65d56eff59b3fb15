"""Pages behind a secret address, in real Chromium: their forms must be taken, which a test client cannot tell."""

import pytest
from playwright.sync_api import Browser

from helpdesk.accounts import actions
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM

pytestmark = pytest.mark.browser


def test_an_invitation_is_accepted(chromium: Browser, address: str, admin: User) -> None:
    token = actions.invite(by=SYSTEM, email="new@desk.example", role="agent")
    context = chromium.new_context(base_url=address)
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(f"/join/{token}/")
    page.fill("[name=name]", "Newcomer")
    page.fill("[name=password]", "correct-horse-battery")
    page.click("form.form button.primary")
    page.wait_for_url("**/desk/")
    context.close()
    assert User.objects.get(email="new@desk.example").name == "Newcomer"
