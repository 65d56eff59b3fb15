"""Pages that somebody visits: in their history only while they allow it, with what they said in the ledger."""

from collections.abc import Callable

import pytest

from customers.actions import consent
from customers.actions.entry import actor_of
from customers.models import Consent, TimelineEntry
from tests.channels.chat.conftest import Page

pytestmark = pytest.mark.django_db


def pages() -> list[str]:
    return list(TimelineEntry.objects.filter(kind="page_view").order_by("id").values_list("summary", flat=True))


def on(page: Page, name: str, **more: bool) -> None:
    page.call("POST", "page", {"url": f"https://shop.example/{name}", "title": name, **more})


def test_a_page_is_kept_after_a_yes_and_no_more_after_a_no_of_their_own(visit: Callable[..., Page]) -> None:
    page = visit()
    page.say()
    on(page, "before")
    assert pages() == [] and not Consent.objects.exists()
    on(page, "cart", consent=True)
    on(page, "checkout", consent=True)
    assert pages() == ["cart", "checkout"]
    said = Consent.objects.get()
    assert (said.purpose, said.channel, said.state, said.how) == ("pages", "website", "given", "widget")
    assert "which of your pages I visit" in said.words
    customer = page.row().visitor.customer
    consent.record(
        by=actor_of(customer), customer=customer, purpose="pages", given=False, how="portal", words="Not any more"
    )
    on(page, "thanks", consent=True)
    assert pages() == ["cart", "checkout"]
    assert Consent.objects.count() == 2
