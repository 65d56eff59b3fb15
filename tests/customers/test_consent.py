"""What people allow: a ledger with proof, confirmed by mail where that is asked; and the wish to be left alone."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from customers.actions import consent, contact, merging
from customers.actions.entry import actor_of as themselves
from customers.models import Consent, ContactWish, Customer, NoContact
from customers.queries import contact as queries
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from helpdesk.core.errors import Invalid, NotAllowed, NotFound
from tests.conftest import CUSTOMER
from tests.portal.conftest import mails

pytestmark = pytest.mark.django_db
Acts = Callable[[User], Actor]


def agrees(customer: Customer, purpose: str, channel: str = "email") -> bool:
    return queries.standing(queries.policy(), customer.pk, purpose, channel).agrees


def token_in(mail: str) -> str:
    found = re.search(r"/consent/(\S+)/", mail)
    assert found, mail
    return found[1]


def test_nobody_said_anything_surveys_are_allowed_and_offers_are_not(customer: Customer) -> None:
    assert agrees(customer, "survey")
    assert not agrees(customer, "marketing")
    assert not agrees(customer, "pages", "website")


def test_the_ledger_keeps_who_when_how_and_the_words_and_the_newest_line_counts(
    customer: Customer, agent: User, act: Acts
) -> None:
    said = {"purpose": "survey", "how": "desk"}
    consent.record(by=act(agent), customer=customer, given=False, words="No surveys please", **said)
    consent.record(by=act(agent), customer=customer, given=True, channel="sms", words="By SMS it is fine", **said)
    assert not agrees(customer, "survey")
    assert agrees(customer, "survey", "sms")
    first, second = Consent.objects.order_by("id")
    assert (first.state, first.by, first.how, first.words) == ("refused", act(agent).label, "desk", "No surveys please")
    assert second.at >= first.at
    states = {(one.purpose, one.channel): one.state for one in queries.standings(queries.policy(), customer.pk)}
    assert (states["survey", "sms"], states["survey", "email"], states["marketing", "email"]) == (
        "given",
        "refused",
        "",
    )


def test_the_database_itself_refuses_to_rewrite_a_line(customer: Customer, agent: User, act: Acts) -> None:
    row = consent.record(
        by=act(agent), customer=customer, purpose="survey", given=False, how="desk", words="No surveys"
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.filter(pk=row.pk).update(state="given")
    row.refresh_from_db()
    assert row.state == "refused"


def test_what_a_member_of_staff_says_for_somebody_counts_when_that_person_confirms_it_by_mail(
    customer: Customer, agent: User, act: Acts
) -> None:
    consent.record(
        by=act(agent), customer=customer, purpose="marketing", channel="email", given=True, how="desk", words="Said yes"
    )
    assert not agrees(customer, "marketing")
    token = token_in(mails(CUSTOMER)[-1])
    assert [row.words for row in consent.asked_by(token)] == ["Said yes"]
    assert consent.confirm(token=token) == 1
    assert agrees(customer, "marketing")
    assert not agrees(customer, "marketing", "sms")
    proven = Consent.objects.latest("id")
    assert (proven.how, proven.by, proven.address) == ("mail", f"customer:{customer.pk}", CUSTOMER)
    assert len(proven.proof) == 64
    assert consent.confirm(token=token) == 0
    assert Consent.objects.count() == 2


def test_a_link_that_is_old_forged_or_overtaken_by_a_no_gives_nothing(
    customer: Customer, agent: User, act: Acts
) -> None:
    said = {"by": act(agent), "customer": customer, "purpose": "marketing", "channel": "email", "how": "desk"}
    consent.record(given=True, words="Yes", **said)
    token = token_in(mails(CUSTOMER)[-1])
    with pytest.raises(NotFound):
        consent.confirm(token=token[:-2] + "xx")
    consent.record(given=False, words="No after all", **said)
    assert consent.confirm(token=token) == 0
    assert not agrees(customer, "marketing")
    assert Consent.objects.count() == 2


def test_nonsense_is_refused_and_nothing_is_written(
    customer: Customer, stranger: Customer, agent: User, act: Acts
) -> None:
    good = {"customer": customer, "purpose": "survey", "given": True, "how": "desk", "words": "Yes"}
    for wrong, field in (
        ({"purpose": "service"}, "purpose"),
        ({"channel": "pigeon"}, "channel"),
        ({"words": " "}, "words"),
    ):
        with pytest.raises(Invalid) as refused:
            consent.record(by=act(agent), **(good | wrong))
        assert list(refused.value.errors) == [field]
    with pytest.raises(NotFound):
        consent.record(by=themselves(stranger), **good)
    with pytest.raises(NotAllowed):
        consent.record(by=Actor(kind="user", user_id=1, role=""), **good)
    assert not Consent.objects.exists()


def test_who_wants_to_be_left_alone_is_and_what_they_ask_is_answered(
    customer: Customer, agent: User, act: Acts
) -> None:
    first = consent.leave_alone(by=act(agent), customer=customer, reason="Asked on the phone")
    again = consent.leave_alone(by=themselves(customer), customer=customer, reason="Myself")
    assert (first.pk, NoContact.objects.count()) == (again.pk, 1)
    assert contact.ask(customer=customer, purpose="survey", channel="email").why == "no_contact"
    assert contact.ask(customer=customer, purpose="service", channel="email").at is not None
    with pytest.raises(Invalid):
        consent.leave_alone(by=act(agent), customer=customer, reason=" ")
    consent.may_again(by=act(agent), customer=customer)
    assert contact.ask(customer=customer, purpose="survey", channel="email").at is not None
    row = NoContact.objects.get()
    assert (row.reason, row.lifted_by) == ("Asked on the phone", act(agent).label)


def test_their_own_hours_and_zone_go_before_ours(customer: Customer) -> None:
    week = {day: [["۰۹:۰۰", "21:00"]] for day in ("sat", "sun", "mon", "tue", "wed", "thu", "fri")}
    with pytest.raises(Invalid):
        consent.wish(by=themselves(customer), customer=customer, timezone="Mars/Base", hours=week)
    with pytest.raises(Invalid):
        consent.wish(by=themselves(customer), customer=customer, timezone="", hours={"mon": [["21:00", "09:00"]]})
    assert not ContactWish.objects.exists()
    consent.wish(by=themselves(customer), customer=customer, timezone="Asia/Tokyo", hours=week)
    kept = consent.wish(by=themselves(customer), customer=customer, timezone="Asia/Tokyo", hours=week)
    assert ContactWish.objects.get().pk == kept.pk
    assert kept.hours["sat"] == [["09:00", "21:00"]]
    midnight = clock.now().replace(hour=15, minute=0, second=0, microsecond=0)  # 0:00 in Tokyo
    with clock.frozen(midnight):
        found = contact.ask(customer=customer, purpose="survey", channel="email")
    assert (found.at, found.why) == (midnight + timedelta(hours=9), "quiet")


def test_two_who_are_joined_keep_all_their_lines_and_an_undone_join_parts_them(
    customer: Customer, stranger: Customer, agent: User, act: Acts
) -> None:
    said = {"purpose": "survey", "how": "desk", "words": "No"}
    consent.record(by=act(agent), customer=customer, given=False, **said)
    consent.record(by=act(agent), customer=stranger, given=False, **said)
    consent.leave_alone(by=act(agent), customer=stranger, reason="Asked for it")
    made = merging.merge(by=SYSTEM, survivor=customer, other=stranger)
    assert Consent.objects.filter(customer=customer).count() == 2
    assert queries.silence(customer.pk) is not None
    merging.undo(by=SYSTEM, merge=made)
    assert Consent.objects.filter(customer=customer).count() == 1
    assert (queries.silence(customer.pk), queries.silence(stranger.pk) is None) == (None, False)
