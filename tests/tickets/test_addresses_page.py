"""Suspended addresses, blocked senders and DNS records in settings."""

import pytest
from django.test import Client

from helpdesk.accounts.models import User
from helpdesk.core import dns
from helpdesk.core.dns import Answer
from tests.conftest import PASSWORD
from tickets.actions import suspensions
from tickets.models import BlockedSender, Inbox, Suspension
from tickets.rules import dnsadvice

pytestmark = pytest.mark.django_db
PAGE = "/settings/addresses/"


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.login(username=admin.email, password=PASSWORD)
    return client


def test_a_suspended_address_is_shown_with_its_reason_and_lifted(page: Client) -> None:
    suspensions.note("gone@example.com", reason="complaint", status_code="5.1.1", detail="User unknown")
    text = page.get(PAGE).content.decode()
    assert "gone@example.com" in text
    assert "User unknown" in text
    assert "They told their provider that our mail is spam." in text
    assert "gone@example.com" not in page.get(PAGE, {"q": "other"}).content.decode()
    page.post(f"{PAGE}lift/", {"address": "gone@example.com"})
    assert not Suspension.objects.exists()


def test_senders_are_blocked_and_unblocked(page: Client) -> None:
    page.post(f"{PAGE}block/", {"address": "@Evil.example"})
    assert "@evil.example" in page.get(PAGE).content.decode()
    page.post(f"{PAGE}unblock/", {"address": "@evil.example"})
    assert not BlockedSender.objects.exists()


@pytest.mark.parametrize("bad", ["", "nobody", "@", "support@desk.example", "a\x00b"])
def test_what_cannot_be_blocked_is_said_and_changes_nothing(page: Client, inbox: Inbox, bad: str) -> None:
    assert page.post(f"{PAGE}block/", {"address": bad}).status_code == 422
    assert not BlockedSender.objects.exists()


def test_leads_and_agents_are_told_that_it_is_not_for_them(client: Client, lead: User) -> None:
    client.login(username=lead.email, password=PASSWORD)
    assert client.post(f"{PAGE}block/", {"address": "@evil.example"}).status_code == 403
    assert not BlockedSender.objects.exists()


def test_the_dns_page_says_what_is_there_and_what_should_be(
    page: Client, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {"desk.example": ("v=spf1 mx -all", "google-site-verification=x")}
    monkeypatch.setattr(dns, "ask", lambda name, kind: Answer(there.get(name, ())))
    text = page.get(f"/settings/inboxes/{inbox.pk}/dns/").content.decode()
    assert "v=spf1 mx -all" in text
    assert "v=DMARC1; p=none; rua=mailto:support@desk.example" in text
    assert "site-verification" not in text


def test_a_dns_that_is_silent_is_said_so(page: Client, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns, "ask", lambda name, kind: Answer((), known=False))
    text = page.get(f"/settings/inboxes/{inbox.pk}/dns/").content.decode()
    assert text.count("The DNS did not answer") == 3


@pytest.mark.parametrize(
    ("records", "state", "wanted"),
    [
        ((), "missing", "v=spf1 include:_spf.google.com ~all"),
        (("v=spf1 include:_spf.google.com ~all",), "good", ""),
        (("v=spf1 ip4:1.2.3.4 -all",), "change", "v=spf1 ip4:1.2.3.4 include:_spf.google.com -all"),
        (("v=spf1 mx",), "change", "v=spf1 mx include:_spf.google.com ~all"),
        (("v=spf1 a -all", "v=spf1 mx -all"), "double", "v=spf1 a include:_spf.google.com -all"),
        (("v=spf10 x",), "missing", "v=spf1 include:_spf.google.com ~all"),
    ],
)
def test_spf_is_completed_and_never_replaced(records: tuple[str, ...], state: str, wanted: str) -> None:
    found = dnsadvice.spf("shop.example", records, known=True, provider="gmail", smtp_host="smtp.gmail.com")
    assert (found.state, found.wanted) == (state, wanted)


@pytest.mark.parametrize(
    ("record", "state"),
    [("v=DKIM1; k=rsa; p=MIGf", "good"), ("v=DKIM1; p=", "missing"), ("v=spf1 -all", "missing")],
)
def test_dkim_wants_a_key(record: str, state: str) -> None:
    assert dnsadvice.dkim("shop.example", {"google": (record,)}, known=True).state == state


@pytest.mark.parametrize(
    ("records", "state"),
    [
        ((), "missing"),
        (("v=DMARC1; p=reject",), "good"),
        (("v=DMARC1;",), "change"),
        (("v=DMARC1; p=none",) * 2, "double"),
    ],
)
def test_dmarc_wants_one_policy(records: tuple[str, ...], state: str) -> None:
    assert dnsadvice.dmarc("shop.example", records, known=True, address="a@shop.example").state == state
