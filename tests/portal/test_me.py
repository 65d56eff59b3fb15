"""What somebody sees of themselves: what we remember, what they allow, who looked; corrected and taken back by them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from customers.actions import consent, looking, memory
from customers.models import Attribute, Consent, ContactWish, Customer, Fact, NoContact, Order
from customers.queries import contact as queries
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock
from tests.conftest import CUSTOMER
from tests.portal.conftest import mails

pytestmark = pytest.mark.django_db
Acts = Callable[[User], Actor]
WEEK = {f"{day}_{end}": time for day in ("sat", "sun") for end, time in (("from", "۰۹:۰۰"), ("to", "21:00"))}


@pytest.fixture
def fact(customer: Customer, agent: User, act: Acts) -> Fact:
    return memory.remember(by=act(agent), customer=customer, text="Lives on the third floor")


def shown(client: Client, path: str = "me/", language: str = "en") -> str:
    answer = client.get(f"/{language}/{path}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_page_shows_all_that_is_theirs_and_nothing_that_is_only_ours(
    narges: Client, customer: Customer, fact: Fact, agent: User, act: Acts
) -> None:
    memory.remember(by=act(agent), customer=customer, text="Argues about invoices", sight="desk")
    Attribute.objects.create(slug="size", kind="text", name="Shoe size", name_fa="اندازهٔ کفش")
    Customer.objects.filter(pk=customer.pk).update(attributes={"size": "forty two"})
    now = clock.now()
    given = {"placed_at": now, "changed_at": now, "received_at": now}
    Order.objects.create(
        customer=customer,
        source="shop:1",
        ref="7",
        number="#1042",
        status="shipped",
        currency="EUR",
        total=900,
        **given,
    )
    page = shown(narges)
    for text in ("Lives on the third floor", "Shoe size", "forty two", "#1042", CUSTOMER, "/en/me/looks/"):
        assert text in page
    assert "Argues" not in page and "Sara" not in page
    assert "اندازهٔ کفش" in shown(narges, language="fa")


def test_they_correct_a_memory_and_take_it_away_and_nobody_elses(narges: Client, mallory: Client, fact: Fact) -> None:
    address = f"/en/me/facts/{fact.pk}/"
    for what in ("correct", "forget"):
        assert mallory.post(f"{address}{what}/", {"text": "Mine"}).status_code == 404
    assert narges.post(f"{address}keep/", {"text": "x"}).status_code == 404
    bad = narges.post(f"{address}correct/", {"text": "  "})
    assert bad.status_code == 422 and "in one sentence" in bad.content.decode()
    fact.refresh_from_db()
    assert (fact.text, fact.theirs, fact.version) == ("Lives on the third floor", False, 1)
    saved = narges.post(f"{address}correct/", {"text": "Lives on the fourth floor"}, follow=True)
    assert "we know it like this" in saved.content.decode()
    fact.refresh_from_db()
    assert (fact.text, fact.theirs) == ("Lives on the fourth floor", True)
    narges.post(f"{address}forget/")
    assert not Fact.objects.exists()


def boxes(page: str) -> set[str]:
    return set(re.findall(r'value="(\w+\.\w+)" checked', page))


def test_they_say_yes_and_no_in_words_that_are_kept_and_what_must_be_confirmed_comes_by_mail(
    narges: Client, customer: Customer
) -> None:
    before = boxes(shown(narges, "me/contact/", "fa"))
    assert "survey.email" in before and "marketing.email" not in before
    chosen = (before - {"survey.email"}) | {"marketing.email", "service.email", "survey.pigeon"}
    answer = narges.post("/fa/me/contact/allow/", {"yes": sorted(chosen)})
    assert answer["Location"].endswith("?done=mailed")
    rows = {(row.purpose, row.channel): row for row in Consent.objects.all()}
    assert set(rows) == {("survey", "email"), ("marketing", "email")}
    no, asked = rows["survey", "email"], rows["marketing", "email"]
    assert (no.state, no.how, no.language, no.address) == ("refused", "portal", "fa", CUSTOMER)
    assert no.words == "گاهی می‌توانید بپرسید که کارتان چطور بود."
    assert asked.state == "asked"
    narges.post("/fa/me/contact/allow/", {"yes": sorted(chosen)})
    assert Consent.objects.count() == 2
    found = re.search(r"https?://[^/\s]+(/fa/consent/\S+/)", mails(CUSTOMER)[-1])
    assert found
    stranger = Client()
    assert asked.words in shown(stranger, found[1][4:], "fa")
    assert not queries.standing(queries.policy(), customer.pk, "marketing", "email").agrees
    assert stranger.post(found[1]).status_code == 200
    assert queries.standing(queries.policy(), customer.pk, "marketing", "email").agrees
    assert stranger.get("/fa/consent/nothing/").status_code == 404
    assert stranger.get(found[1].replace("/consent/", "/consent/x")).status_code == 404


def test_they_say_when_and_that_they_want_to_be_left_alone(narges: Client, customer: Customer) -> None:
    bad = narges.post("/en/me/contact/hours/", {"timezone": "Asia/Tokyo", "sat_from": "21:00", "sat_to": "nine"})
    assert bad.status_code == 422 and "nine" in bad.content.decode()
    assert not ContactWish.objects.exists()
    assert narges.post("/en/me/contact/hours/", {"timezone": "Asia/Tokyo", **WEEK}).status_code == 302
    row = ContactWish.objects.get()
    assert (row.timezone, row.hours["sat"]) == ("Asia/Tokyo", [["09:00", "21:00"]])
    assert "۰۹:۰۰" in shown(narges, "me/contact/", "fa")
    for _ in range(2):
        narges.post("/en/me/contact/alone/")
    assert NoContact.objects.get().by == f"customer:{customer.pk}"
    assert "only to answer you" in shown(narges)
    narges.post("/en/me/contact/again/")
    assert queries.silence(customer.pk) is None
    assert narges.post("/en/me/contact/nonsense/").status_code == 404


def test_they_read_who_looked(narges: Client, customer: Customer, agent: User, act: Acts, team: Any) -> None:
    assert "Nobody has looked yet" in shown(narges, "me/looks/")
    looking.note(act(agent), customer.pk, looking.PAGE)
    page = shown(narges, "me/looks/")
    assert "somebody who answers" in page and "Care" in page and "Sara" not in page
    assert "یکی از پاسخ‌دهندگان" in shown(narges, "me/looks/", "fa")


def test_a_staff_member_who_asks_for_somebody_mails_the_link_in_their_language(
    customer: Customer, agent: User, act: Acts
) -> None:
    Customer.objects.filter(pk=customer.pk).update(language="fa")
    consent.record(
        by=act(agent), customer=customer, purpose="marketing", channel="email", given=True, how="desk", words="بله گفت"
    )
    assert "/fa/consent/" in mails(CUSTOMER)[-1] and "بله گفت" in mails(CUSTOMER)[-1]
