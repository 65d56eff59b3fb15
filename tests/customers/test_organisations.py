"""Organisations: belonging is said by staff or proven by a domain; colleagues read each other only when granted."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from customers import actions as customers
from customers.actions import organisations
from customers.models import Customer, Identity, Membership, Organisation, OrganisationDomain
from customers.queries import organisations as queries
from customers.rules.identity import Handle
from customers.rules.organisations import is_free, tidy
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import dns
from helpdesk.core.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from tests.conftest import CUSTOMER, STRANGER, Post
from tests.portal.conftest import come_in
from tickets.models import Ticket
from tickets.queries import theirs
from tickets.queries.theirs import Reader

Acts = Callable[[User], Actor]
pytestmark = pytest.mark.django_db


@pytest.fixture
def bakery() -> Organisation:
    return organisations.create(by=SYSTEM, name="  Nan   Bakery ")


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What the DNS will say."""

    def say(*records: str, known: bool = True) -> None:
        monkeypatch.setattr(dns, "ask", lambda name, kind: dns.Answer(records, known))

    return say


@pytest.mark.parametrize(
    ("typed", "name", "free"),
    [
        ("Example.COM.", "example.com", False),
        ("me@shop.example", "shop.example", False),
        ("مثال.ایران", "xn--mgbh0fb.xn--mgba3a4f16a", False),
        ("yahoo.co.uk", "yahoo.co.uk", True),
        ("gmail.com", "gmail.com", True),
        ("chmail.ir", "chmail.ir", True),
        ("gmail.shop.example", "gmail.shop.example", True),
        ("outlook-shop.example", "outlook-shop.example", False),
        ("not a domain", "", False),
        ("localhost", "", False),
    ],
)
def test_which_domains_can_stand_for_an_organisation(typed: str, name: str, free: bool) -> None:
    assert tidy(typed) == name
    assert is_free(name) == free


def test_a_name_is_needed_and_two_who_save_do_not_overwrite_each_other(
    bakery: Organisation, agent: User, act: Acts
) -> None:
    assert bakery.name == "Nan Bakery"
    for wrong in (" ", "x" * 201):
        with pytest.raises(Invalid):
            organisations.create(by=act(agent), name=wrong)
    organisations.change(by=act(agent), organisation=bakery, notes="Pays late", version=1)
    with pytest.raises(Stale):
        organisations.change(by=act(agent), organisation=bakery, notes="Pays early", version=1)
    assert Organisation.objects.get().notes == "Pays late"


def test_only_a_lead_decides_about_domains_and_what_colleagues_see(
    bakery: Organisation, customer: Customer, agent: User, lead: User, act: Acts
) -> None:
    row = organisations.join(by=act(agent), organisation=bakery, customer=customer)
    assert organisations.join(by=act(agent), organisation=bakery, customer=customer) == row
    with pytest.raises(NotAllowed):
        organisations.grant(by=act(agent), membership=row, sees_colleagues=True)
    with pytest.raises(NotAllowed):
        organisations.add_domain(by=act(agent), organisation=bakery, domain="nan.example")
    assert not Membership.objects.get().sees_colleagues
    assert not OrganisationDomain.objects.exists()
    organisations.grant(by=act(lead), membership=row, sees_colleagues=True)
    assert Membership.objects.get().sees_colleagues


def test_free_mailers_and_taken_domains_are_refused(bakery: Organisation, lead: User, act: Acts) -> None:
    for wrong in ("gmail.com", "Yahoo.co.uk", "nothing"):
        with pytest.raises(Invalid):
            organisations.add_domain(by=act(lead), organisation=bakery, domain=wrong)
    organisations.add_domain(by=act(lead), organisation=bakery, domain="nan.example")
    other = organisations.create(by=SYSTEM, name="Other")
    with pytest.raises(Conflict):
        organisations.add_domain(by=act(lead), organisation=other, domain="NAN.example")
    assert OrganisationDomain.objects.count() == 1


def test_a_domain_counts_once_its_record_is_seen(
    bakery: Organisation, lead: User, act: Acts, record: Callable[..., None]
) -> None:
    ali = customers.create(by=SYSTEM, name="Ali", handles=[Handle("email", "ali@nan.example")], verified=True)
    customers.create(by=SYSTEM, name="Claims", handles=[Handle("email", "boss@nan.example")])
    customers.create(by=SYSTEM, name="Near", handles=[Handle("email", "x@not-nan.example")], verified=True)
    row = organisations.add_domain(by=act(lead), organisation=bakery, domain="nan.example")
    for said in ((), ("v=spf1 -all",), ("helpdesk-verify=guess",)):
        record(*said)
        with pytest.raises(Invalid):
            organisations.prove_domain(by=act(lead), domain=row)
    record(known=False)
    with pytest.raises(Invalid) as silent:
        organisations.prove_domain(by=act(lead), domain=row)
    assert "did not answer" in str(silent.value.errors["domain"])
    assert not Membership.objects.exists()
    record("v=spf1 -all", f"helpdesk-verify={row.secret}")
    organisations.prove_domain(by=act(lead), domain=row)
    assert [(each.customer_id, each.how) for each in Membership.objects.all()] == [(ali.pk, "domain")]


def test_who_proves_an_address_of_a_proven_domain_belongs_to_it(
    bakery: Organisation, customer: Customer, stranger: Customer, record: Callable[..., None], post: Post
) -> None:
    row = organisations.add_domain(by=SYSTEM, organisation=bakery, domain=CUSTOMER.partition("@")[2])
    record(f"helpdesk-verify={row.secret}")
    organisations.prove_domain(by=SYSTEM, domain=row)
    assert not Membership.objects.exists()
    come_in(CUSTOMER)
    come_in(STRANGER)
    assert Membership.objects.get().customer == customer
    organisations.remove_domain(by=SYSTEM, domain=OrganisationDomain.objects.get())
    assert not Membership.objects.exists()


def test_an_address_alone_brings_nobody_in(bakery: Organisation, post: Post, record: Callable[..., None]) -> None:
    row = organisations.add_domain(by=SYSTEM, organisation=bakery, domain=CUSTOMER.partition("@")[2])
    record(f"helpdesk-verify={row.secret}")
    organisations.prove_domain(by=SYSTEM, domain=row)
    post.send("I say that I work there.")
    assert Identity.objects.filter(value=CUSTOMER, verified_at=None).exists()
    assert not Membership.objects.exists()


@pytest.fixture
def colleagues(bakery: Organisation, customer: Customer, stranger: Customer, post: Post) -> Ticket:
    """Narges has a ticket; Mallory is her colleague."""
    for who in (customer, stranger):
        organisations.join(by=SYSTEM, organisation=bakery, customer=who)
    return post.send("Our oven order is late.").ticket


def _may_read(who: Customer, number: int) -> bool:
    try:
        return theirs.by_number(Reader(who.pk, STRANGER), number).reads_only
    except NotFound:
        return False


def test_colleagues_read_each_other_only_when_granted_and_never_write(
    colleagues: Ticket, stranger: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customers.actions.entry.ANSWER_SECONDS", 0.0)
    mallory = Membership.objects.get(customer=stranger)
    address = f"/en/requests/{colleagues.number}/"
    browser = come_in(STRANGER)
    assert browser.get(address).status_code == 404
    assert "Internet is down" not in browser.get("/en/requests/").content.decode()
    organisations.grant(by=SYSTEM, membership=mallory, sees_colleagues=True)
    assert "Internet is down" in browser.get("/en/requests/").content.decode()
    shown = browser.get(address).content.decode()
    assert "Our oven order is late." in shown
    assert "colleague" in shown
    for step, words in (("reply", {"body": "Me too"}), ("solved", {"solved": "yes"})):
        assert browser.post(f"{address}{step}/", words).status_code in (403, 404)
    assert colleagues.messages.count() == 1
    organisations.leave(by=SYSTEM, membership=mallory)
    assert browser.get(address).status_code == 404


def test_a_former_colleague_and_another_organisation_read_nothing(
    colleagues: Ticket, bakery: Organisation, customer: Customer, stranger: Customer
) -> None:
    mallory = Membership.objects.get(customer=stranger)
    organisations.grant(by=SYSTEM, membership=mallory, sees_colleagues=True)
    assert _may_read(stranger, colleagues.number)
    organisations.leave(by=SYSTEM, membership=Membership.objects.get(customer=customer))
    assert not _may_read(stranger, colleagues.number)
    other = organisations.create(by=SYSTEM, name="Other")
    organisations.join(by=SYSTEM, organisation=other, customer=customer)
    assert not _may_read(stranger, colleagues.number)


def test_notes_and_spam_of_colleagues_stay_hidden(colleagues: Ticket, stranger: Customer) -> None:
    organisations.grant(by=SYSTEM, membership=Membership.objects.get(customer=stranger), sees_colleagues=True)
    Ticket.objects.update(status="spam")
    assert not _may_read(stranger, colleagues.number)
    assert theirs.of_colleagues(Reader(stranger.pk, STRANGER)) == []


@pytest.fixture
def desk(client: Client, lead: User) -> Client:
    client.force_login(lead)
    return client


def test_the_pages_join_grant_and_say_what_is_wrong(desk: Client, colleagues: Ticket, bakery: Organisation) -> None:
    place = f"/desk/o/{bakery.pk}/"
    shown = desk.get(place).content.decode()
    assert "Internet is down" in shown
    assert "Narges Karimi" in shown
    wrong = desk.post(f"{place}join/", {"who": "nobody@else.example"})
    assert (wrong.status_code, "We know nobody by this" in wrong.content.decode()) == (422, True)
    free = desk.post(f"{place}domains/", {"domain": "gmail.com"})
    assert free.status_code == 422
    desk.post(f"{place}domains/", {"domain": "nan.example"})
    assert "helpdesk-verify=" in desk.get(place).content.decode()
    row = Membership.objects.order_by("pk").first()
    assert row is not None
    desk.post(f"/desk/members/{row.pk}/grant/", {"sees": "1"})
    assert "reads colleagues" in desk.get(place).content.decode()
    desk.post(f"/desk/members/{row.pk}/leave/")
    assert Membership.objects.count() == 1
    assert desk.post(place, {"name": " "}).status_code == 422
    assert desk.post("/desk/o/", {"name": ""}).status_code == 422


def test_from_the_customers_page_into_an_organisation_by_name(desk: Client, customer: Customer) -> None:
    for name in ("Nan Bakery", "nan  bakery"):
        desk.post(f"/desk/c/{customer.pk}/organisation/", {"organisation": name})
    assert [row.organisation.name for row in queries.of_customer(customer.pk)] == ["Nan Bakery"]
    desk.post(f"/desk/c/{customer.pk}/organisation/", {"organisation": " "})
    assert Organisation.objects.count() == 1
    assert "Nan Bakery" in desk.get(f"/desk/c/{customer.pk}/").content.decode()
    assert "Nan Bakery" in desk.get("/desk/o/?q=bak").content.decode()
    assert "Nan Bakery" not in desk.get("/desk/o/?q=zzz").content.decode()


def test_another_teams_tickets_are_not_told(client: Client, outsider: User, colleagues: Ticket, bakery: Any) -> None:
    client.force_login(outsider)
    assert "Internet is down" not in client.get(f"/desk/o/{bakery.pk}/").content.decode()
