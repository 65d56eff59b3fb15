"""A newcomer connects an inbox and answers the first mail, with nothing but what the pages say."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from helpdesk.accounts.models import User
from helpdesk.core.management.commands.drain import drain
from tests.conftest import Post
from tests.support import fakeimap, fakesmtp
from tickets.channels.email import imap
from tickets.models import Inbox
from tickets.rules import mailproviders
from tickets.rules.mailproviders import Provider, Way

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = {
    "en": ("Connect an inbox", "The account or the password is wrong.", "Shop is connected"),
    "fa": ("وصل کردن صندوق", "حساب یا گذرواژه نادرست است.", "صندوق Shop وصل شد"),
}


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_newcomer_connects_an_inbox_and_answers(
    sit_down: Callable[..., Page], admin: User, settings: Any, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    User.objects.filter(pk=admin.pk).update(language=language)
    link, wrong, connected = WORDS[language]
    with fakeimap.serving() as box, fakesmtp.serving(sign_in="secret") as sink:
        settings.EGRESS_ALLOW = (f"127.0.0.1:{box.port}", f"127.0.0.1:{sink.port}")
        way, out = Way("127.0.0.1", box.port, "none"), Way("127.0.0.1", sink.port, "none")
        monkeypatch.setitem(mailproviders.PROVIDERS, "shop", Provider("shop", "Shop Mail", way, out, way))
        monkeypatch.setitem(mailproviders.DOMAINS, "shop", ("shop.example",))
        page = sit_down(admin)
        page.goto("/settings/inboxes/")
        page.get_by_role("link", name=link).click()
        page.fill("[name=address]", "help@shop.example")
        page.fill("[name=password]", "not it")
        page.fill("[name=name]", "Shop")
        page.keyboard.press("Enter")
        expect(page.get_by_text(wrong)).to_be_visible()
        assert Inbox.objects.count() == 0
        page.fill("[name=password]", "secret")
        page.locator(".form-foot button.primary").click()
        expect(page.get_by_text(re.compile(connected)).first).to_be_visible()
        inbox = Inbox.objects.get()
        box.append(Post(inbox).make("Do you ship to Shiraz?", subject="Shipping"))
        imap.fetch(inbox)
        drain()
        page.goto("/desk/q/all/")
        page.click("a[data-row]")
        page.wait_for_selector("html[data-live=on] #composer [data-key=r][aria-keyshortcuts]")
        page.fill("#reply-body", "Yes, we do.")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(".msg.out:has-text('Yes, we do.')")
