"""The pages of imported files and of handles have no fault, in both languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from customers import actions
from customers.actions import importing, importrun, splitting
from customers.rules.identity import Handle
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from tests.browser.test_desk_pages import faults, look
from tests.conftest import Post

pytestmark = pytest.mark.browser
SHEET = "نام;موبایل;ایمیل\nسارا;۰۹۱۲۱۲۳۴۵۶۷;sara@example.com\nNarges;;narges@example.com\nبابک;۱۲;\n"


def test_pages_of_files_and_handles_have_no_fault(sit_down: Callable[..., Page], admin: User, post: Post) -> None:
    """Wide in English and light, narrow in Persian and dark."""
    customer = post.send().ticket.customer
    matching = importing.take(by=SYSTEM, name="مشتری‌ها.csv", data=SHEET.encode())
    done = importing.take(by=SYSTEM, name="people.csv", data=SHEET.encode())
    importing.start(by=SYSTEM, row=done)
    importrun.run({"import": done.pk})
    phone = actions.add_handle(by=SYSTEM, customer=customer, handle=Handle("phone", "+989351112222"))
    actions.add_handle(by=SYSTEM, customer=customer, handle=Handle("email", "info@shop.example"))
    actions.add_handle(by=SYSTEM, customer=customer, handle=Handle("telegram", "@narges"), verified=True)
    splitting.pass_on(by=SYSTEM, identity=phone, to=None, name="Mina", why="سیم‌کارت به کس دیگری داده شد")
    email = customer.identities.get(value="narges@example.com")
    page = sit_down(admin)
    paths = ["/settings/import/", f"/settings/import/{matching.pk}/", f"/settings/import/{done.pk}/"]
    paths += [f"/desk/c/{customer.pk}/handles/{email.pk}/move/"]
    assert [fault for path in paths for fault in faults(page, path)] == []
    look(page, "fa", "dark", 320)
    assert [fault for path in paths for fault in faults(page, path)] == []
