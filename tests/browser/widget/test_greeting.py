"""First words on a host's page to somebody whom the server knows: it is asked, and its word goes before the page's."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from helpdesk.accounts.rules.policy import SYSTEM
from tests.browser.widget.conftest import HOST
from tests.channels.chat.conftest import Page as Visitor
from tickets.actions import widgets
from tickets.models import Inbox
from tickets.models import Visitor as Row

pytestmark = pytest.mark.browser


def test_of_whom_the_server_knows_it_keeps_count_over_all_devices(
    host: Callable[..., Page], shop: Inbox, address: str
) -> None:
    given: dict[str, Any] = {"pattern": "/host/*", "after_seconds": 0, "only_returning": False}
    widgets.save_rule(by=SYSTEM, inbox=shop, text_en="May we help?", text_fa="", **given)
    known = Visitor(shop.key)
    known.boot()
    known.say("Hello")
    known.call("POST", "solved", {"conversation": known.chat["id"], "solved": True})
    markup = HOST.format(ours=address, key=shop.key).replace("; frame-src", f"; connect-src {address}; frame-src")
    keep = f"localStorage.setItem('helpdesk:{shop.key}', JSON.stringify({{token: '{known.token}'}}))"

    def device() -> Page:
        page = host(f"{keep};")
        page.route("**/host/**", lambda r: r.fulfill(body=markup, content_type="text/html"))
        return page

    first, second = device(), device()
    first.reload()
    expect(first.locator(".card")).to_contain_text("May we help?")
    with second.expect_response("**/api/greet") as told:
        second.reload()
    assert told.value.json() == {"may": False}
    expect(second.locator(".go")).to_be_visible()
    assert second.locator(".card").count() == 0
    with first.expect_response("**/api/greet") as told:
        first.click(".card .x")
    assert told.value.json() == {"may": False}
    assert Row.objects.get(uid=known.row().visitor.uid).waved_at is not None
