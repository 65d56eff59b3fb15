"""The one budget: whoever comes to people unasked shares it, also when many ask at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from customers.actions import consent, contact
from customers.models import Contact, Customer, PrivacyPolicy
from customers.rules.contact import Verdict
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock
from helpdesk.core.errors import Invalid, NotAllowed, NotFound, Stale

Acts = Callable[[User], Actor]
EVERY_DAY = {day: [["00:00", "24:00"]] for day in ("sat", "sun", "mon", "tue", "wed", "thu", "fri")}


@pytest.fixture
def open_all_day(db: None) -> PrivacyPolicy:
    """Nobody sleeps."""
    return PrivacyPolicy.objects.create(pk=1, hours=EVERY_DAY)


def reserve(customer: Customer, key: str, purpose: str = "survey") -> Verdict:
    return contact.reserve(customer=customer, purpose=purpose, channel="email", key=key)


@pytest.mark.django_db
def test_a_fourth_contact_in_a_week_waits_whatever_it_is_for(customer: Customer, open_all_day: PrivacyPolicy) -> None:
    now = clock.now()
    with clock.frozen(now):
        for number, purpose in enumerate(["survey", "followup", "survey"]):
            assert reserve(customer, f"k{number}", purpose) == Verdict(now)
        assert reserve(customer, "k3", "followup") == Verdict(now + timedelta(days=7), "budget")
        assert reserve(customer, "k3", "followup") == Verdict(now + timedelta(days=7))
        assert contact.ask(customer=customer, purpose="service", channel="email") == Verdict(now)
        contact.give_back(key="k0")
        assert reserve(customer, "k4") == Verdict(now)
    assert Contact.objects.count() == 4


@pytest.mark.django_db
def test_who_says_no_meanwhile_is_not_contacted_when_the_moment_comes(
    customer: Customer, open_all_day: PrivacyPolicy, agent: User, act: Acts
) -> None:
    reserve(customer, "k")
    assert contact.still_may(key="k").at is not None
    consent.record(by=act(agent), customer=customer, purpose="survey", given=False, how="desk", words="No surveys")
    assert contact.still_may(key="k") == Verdict(None, "no_consent")
    assert not Contact.objects.exists()
    with pytest.raises(NotFound):
        contact.still_may(key="k")


@pytest.mark.django_db
def test_what_nobody_named_is_refused(customer: Customer, open_all_day: PrivacyPolicy) -> None:
    for purpose, channel in (("pestering", "email"), ("survey", "pigeon")):
        with pytest.raises(NotFound):
            contact.reserve(customer=customer, purpose=purpose, channel=channel, key="k")
    assert not Contact.objects.exists()


@pytest.mark.django_db
def test_only_an_admin_sets_the_budget_and_nonsense_changes_nothing(admin: User, lead: User, act: Acts) -> None:
    given = {"most": 2, "days": 14, "hours": EVERY_DAY, "shows_names": True}
    with pytest.raises(NotAllowed):
        contact.change_policy(by=act(lead), purposes={}, **given)
    with pytest.raises(Invalid) as refused:
        contact.change_policy(by=act(admin), purposes={"survey": {"most": 99, "days": 0}}, **(given | {"days": 0}))
    assert set(refused.value.errors) == {"days", "survey.most", "survey.days"}
    assert not PrivacyPolicy.objects.filter(most=2).exists()
    purposes = {"survey": {"ask": "in", "most": 1, "days": 90}, "service": {"ask": "in"}}
    row = contact.change_policy(by=act(admin), purposes=purposes, **given)
    assert (row.most, row.days, row.shows_names) == (2, 14, True)
    assert row.purposes == {"survey": {"ask": "in", "most": 1, "days": 90}}
    with pytest.raises(Stale):
        contact.change_policy(by=act(admin), purposes={}, version=row.version - 1, **given)


@pytest.mark.django_db(transaction=True)
def test_thirty_two_who_ask_at_once_get_no_more_than_the_budget(
    customer: Customer, open_all_day: PrivacyPolicy
) -> None:
    def one(number: int) -> Verdict:
        try:
            return reserve(customer, f"k{number}", ("survey", "followup")[number % 2])
        finally:
            connections.close_all()

    now = clock.now()
    with ThreadPoolExecutor(max_workers=32) as pool:
        found = [each.result(timeout=60) for each in [pool.submit(one, number) for number in range(32)]]
    times = sorted(each.at for each in found if each.at)
    assert sum(at < now + timedelta(days=1) for at in times) == 3
    assert all(later - first >= timedelta(days=7) for first, later in zip(times, times[3:], strict=False))
    assert Contact.objects.count() == len(times)
    assert {each.why for each in found if each.at is None} <= {"far"}
