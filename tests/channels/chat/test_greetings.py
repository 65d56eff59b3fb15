"""First words of ours: once a day to a person on all their devices, never over a dismissal or against their will."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from customers.actions import contact
from customers.models import Consent, Contact, Customer, NoContact
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.channels.chat.conftest import Page
from tests.channels.chat.test_identity import SECRET, _jwt
from tickets.actions import inboxes, widgets
from tickets.models import Inbox, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
Visit = Callable[..., Page]
SHOP = "https://shop.example"
WHENEVER = {day: [["00:00", "24:00"]] for day in ("sat", "sun", "mon", "tue", "wed", "thu", "fri")}


@pytest.fixture
def greeting(widget: Inbox) -> Inbox:
    """A widget with a first word at any hour, whose host vouches for people."""
    open_during(WHENEVER)
    told = {"identity": "optional", "identity_secret": SECRET, "origins": [SHOP]}
    inboxes.change_inbox(by=SYSTEM, inbox=widget, team=widget.team, settings=told)
    widgets.save_rule(
        by=SYSTEM, inbox=widget, pattern="*", after_seconds=5, only_returning=False, text_en="May we help?", text_fa=""
    )
    widget.refresh_from_db()
    return widget


def open_during(hours: dict[str, Any]) -> None:
    """When this workspace comes to people unasked."""
    contact.change_policy(by=SYSTEM, most=3, days=30, hours=hours, purposes={}, shows_names=True)


def may(page: Page, **given: Any) -> bool:
    """Whether a first word may be shown on this page now."""
    status, told = page.call("POST", "greet", given)
    assert status == 200
    return bool(told["may"])


def ended(page: Page) -> Page:
    """They have spoken, and it is over."""
    page.say("Hello")
    page.call("POST", "solved", {"conversation": page.chat["id"], "solved": True})
    return page


def test_once_a_day_on_all_devices_of_a_person(visit: Visit, greeting: Inbox) -> None:
    phone = ended(visit(identity={"jwt": _jwt(greeting.key)}))
    desk = visit(identity={"jwt": _jwt(greeting.key)})
    silent = visit(identity={"jwt": _jwt(greeting.key, sub="43")})
    assert desk.boot()["proactive"]
    assert (may(phone), may(phone), may(desk)) == (True, False, False)
    assert may(silent), "somebody else"
    assert desk.boot()["proactive"] == []
    assert Contact.objects.filter(purpose="chat").count() == 1
    with clock.frozen(clock.now() + timedelta(hours=24, seconds=1)):
        assert (may(desk), may(phone)) == (True, False)
    assert Contact.objects.filter(purpose="chat").count() == 2


def test_who_waved_it_off_is_left_alone_everywhere(visit: Visit, greeting: Inbox) -> None:
    phone = ended(visit(identity={"jwt": _jwt(greeting.key)}))
    desk = visit(identity={"jwt": _jwt(greeting.key)})
    assert not may(phone, waved=True)
    with clock.frozen(clock.now() + timedelta(days=29)):
        assert not may(visit(identity={"jwt": _jwt(greeting.key, exp=int(clock.now().timestamp()) + 600)}))
    assert not may(desk)
    assert not Contact.objects.exists()


def _refused(customer: Customer) -> None:
    Consent.objects.create(
        customer=customer, purpose="chat", state="refused", how="portal", by="customer", words="No", at=clock.now()
    )


def _silence(customer: Customer) -> None:
    NoContact.objects.create(customer=customer, reason="Asked us to", by="customer", at=clock.now())


def _spent(customer: Customer) -> None:
    for number in range(3):
        Contact.objects.create(customer=customer, purpose="survey", channel="email", key=f"{number}", at=clock.now())


@pytest.mark.parametrize("wish", [_refused, _silence, _spent])
def test_their_consent_and_the_one_budget_are_asked(
    visit: Visit, greeting: Inbox, wish: Callable[[Customer], None]
) -> None:
    page, other = ended(visit()), ended(visit())
    wish(page.row().visitor.customer)
    before = Contact.objects.count()
    assert not may(page)
    assert (Contact.objects.count(), Visitor.objects.get(pk=page.row().visitor_id).greeted_at) == (before, None)
    assert may(other), "somebody else"


def test_outside_the_hours_nobody_is_spoken_to_first(visit: Visit, greeting: Inbox) -> None:
    page, another_day = ended(visit()), clock.now() + timedelta(days=3)
    open_during({another_day.strftime("%a").lower(): [["00:00", "00:01"]]})
    assert not may(page)
    assert not Contact.objects.exists()
    open_during(WHENEVER)
    assert may(page)


def test_of_who_has_not_spoken_only_a_count_is_kept(visit: Visit, greeting: Inbox) -> None:
    page = visit()
    assert (may(page), may(page)) == (True, False)
    assert may(visit()), "another browser"
    assert not may(page, waved=True)
    assert not Visitor.objects.exists() and not Contact.objects.exists()


def test_only_a_named_host_page_may_read_the_answer(visit: Visit, greeting: Inbox) -> None:
    page, where = ended(visit()), f"/w/{greeting.key}/api/greet"
    for origin, wanted in ((SHOP, SHOP), ("https://evil.example", None), ("null", None)):
        asked = Client().options(where, headers={"Origin": origin})
        told = Client().post(
            where, "{}", "application/json", headers={"Origin": origin, "Authorization": f"Bearer {page.token}"}
        )
        assert [one.headers.get("Access-Control-Allow-Origin") for one in (asked, told)] == [wanted, wanted]
        assert [one.headers.get("Access-Control-Allow-Credentials") for one in (asked, told)] == [None, None]
        assert "Origin" in told["Vary"]
