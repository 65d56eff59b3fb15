"""Who may be one person: found by themselves, asked of a human, and learnt from the answer."""

from datetime import timedelta
from typing import cast

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers import actions
from customers.actions import duplicates, erasing, merging
from customers.models import Customer, Duplicate, MatchKey, MatchProgress, NotSame
from customers.queries import duplicates as queries
from customers.rules.identity import Handle
from customers.rules.matching import MOST_WITH_A_KEY
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from helpdesk.core.errors import NotAllowed
from helpdesk.core.management.commands.drain import drain
from helpdesk.core.models import AuditEntry
from tests.conftest import Post

pytestmark = pytest.mark.django_db
NUMBER = "+989121234567"


def search() -> None:
    """The search looks half an hour later, when everybody has rested."""
    with clock.frozen(clock.now() + timedelta(minutes=30)):
        while duplicates.look():
            pass


def person(name: str, *handles: Handle) -> Customer:
    return actions.create(by=SYSTEM, name=name, handles=handles)


@pytest.fixture
def two() -> tuple[Customer, Customer]:
    """Narges by telephone, and Narges by WhatsApp under the same number."""
    return (
        person("Narges Karimi", Handle("phone", NUMBER)),
        person("Karimi, Narges", Handle("whatsapp", NUMBER)),
    )


def asked() -> list[tuple[int, int]]:
    return [(row.low_id, row.high_id) for row in queries.waiting(SYSTEM, "", 50)]


def test_one_number_in_two_channels_is_asked_about_with_reasons(two: tuple[Customer, Customer]) -> None:
    search()
    (row,) = Duplicate.objects.all()
    assert (row.low_id, row.high_id) == (two[0].pk, two[1].pk)
    assert ["number", NUMBER] in row.reasons and row.score >= 85
    assert Customer.objects.filter(merged_into=None).count() == 2


def test_nobody_is_asked_about_a_family(two: tuple[Customer, Customer]) -> None:
    person("Mehdi Karimi", Handle("sms", NUMBER))
    search()
    assert asked() == [(two[0].pk, two[1].pk)]


def test_whoever_has_just_changed_is_left_to_rest(two: tuple[Customer, Customer]) -> None:
    assert duplicates.look() == 0
    assert not Duplicate.objects.exists()


def test_a_look_goes_on_where_the_last_one_ended(two: tuple[Customer, Customer]) -> None:
    search()
    with clock.frozen(clock.now() + timedelta(minutes=30)):
        assert duplicates.look() == 0
    assert MatchProgress.objects.get().customer == two[1].pk
    actions.add_handle(by=SYSTEM, customer=two[0], handle=Handle("email", "narges@example.com"))
    search()
    assert MatchKey.objects.filter(customer=two[0], key="m:narges@example.com").exists()


def test_two_people_are_never_asked_about_again_until_it_is_taken_back(
    two: tuple[Customer, Customer], agent: User
) -> None:
    search()
    said = duplicates.part(by=actor_of(agent), one=two[1], other=two[0])
    assert duplicates.part(by=actor_of(agent), one=two[0], other=two[1]) == said
    actions.change(by=SYSTEM, customer=two[0], name="Narges  Karimi")
    search()
    assert asked() == [] and AuditEntry.objects.filter(verb="customer.not_same").count() == 2
    duplicates.unpart(by=actor_of(agent), parted=said)
    assert asked() == [(two[0].pk, two[1].pk)]


def test_who_may_not_join_may_not_tell_apart(two: tuple[Customer, Customer]) -> None:
    visitor = Actor(kind="customer", user_id=None, role="", team_ids=frozenset())
    with pytest.raises(NotAllowed):
        duplicates.part(by=visitor, one=two[0], other=two[1])
    assert not NotSame.objects.exists()


def test_a_question_goes_with_joining_and_comes_back_with_undoing(two: tuple[Customer, Customer]) -> None:
    search()
    made = merging.merge(by=SYSTEM, survivor=two[0], other=two[1])
    assert asked() == []
    search()
    assert not Duplicate.objects.exists() and not MatchKey.objects.filter(customer=two[1]).exists()
    merging.undo(by=SYSTEM, merge=made)
    search()
    assert asked() == [(two[0].pk, two[1].pk)]


def test_what_was_said_of_two_holds_after_one_is_joined_with_a_third(two: tuple[Customer, Customer]) -> None:
    third = person("N. Karimi", Handle("email", "nk@example.com"))
    duplicates.part(by=SYSTEM, one=two[0], other=two[1])
    merging.merge(by=SYSTEM, survivor=third, other=two[0])
    actions.change(by=SYSTEM, customer=third, name="Narges Karimi")
    search()
    assert asked() == [] and queries.parted(third.pk) == {two[1].pk} and queries.parted(two[1].pk) == {third.pk}


def test_what_nobody_has_any_more_is_asked_no_more(two: tuple[Customer, Customer]) -> None:
    search()
    actions.remove_handle(by=SYSTEM, customer=two[1], identity_id=two[1].identities.get().pk)
    actions.change(by=SYSTEM, customer=two[1], name="Somebody Else")
    search()
    assert asked() == []


def test_a_key_that_everybody_has_is_not_compared(two: tuple[Customer, Customer]) -> None:
    search()
    key = f"n:{NUMBER}"
    strangers = [person(f"Person {n}") for n in range(MOST_WITH_A_KEY)]
    MatchKey.objects.bulk_create(MatchKey(customer=one, key=key) for one in strangers)
    duplicates.refresh(two[0].pk)
    assert asked() == []


def test_the_erased_are_compared_with_nobody(two: tuple[Customer, Customer], lead: User) -> None:
    search()
    erasing.erase(by=actor_of(lead), customer=two[0], typed=str(two[0].pk))
    drain()
    assert not Duplicate.objects.exists()
    search()
    assert asked() == [] and not MatchKey.objects.filter(customer=two[0]).exists()


def test_the_page_shows_both_sides_and_takes_the_answer(
    two: tuple[Customer, Customer], client: Client, agent: User
) -> None:
    search()
    client.force_login(agent)
    page = client.get("/desk/duplicates/").content.decode()
    assert NUMBER in page and "Narges Karimi" in page and f"?other={two[1].pk}" in page
    row = Duplicate.objects.get()
    answer = client.post(f"/desk/duplicates/{row.pk}/part/", follow=True).content.decode()
    assert "Nobody seems to be here twice" in answer and "/desk/not-same/" in answer
    client.post(f"/desk/not-same/{NotSame.objects.get().pk}/undo/")
    assert asked() == [(two[0].pk, two[1].pk)]
    assert client.post(f"/desk/duplicates/{row.pk}/part/").status_code == 404
    card = client.get(f"/desk/c/{two[0].pk}/merges/").content.decode()
    assert "May be the same person as" in card


def two_who_wrote(post: Post, number: str) -> tuple[Customer, Customer]:
    """Somebody who writes four times from home and once from work, under one number."""
    home, work = f"home{number}@mail.example", f"work{number}@mail.example"
    wrote = [post.send(sender=home, subject=f"From home {n}").customer for n in range(4)]
    wrote += [post.send(sender=work, subject="From work").customer]
    for customer, kind in ((wrote[0], "phone"), (wrote[-1], "whatsapp")):
        assert customer is not None
        actions.add_handle(by=SYSTEM, customer=customer, handle=Handle(kind, number))
        actions.change(by=SYSTEM, customer=customer, name="Narges Karimi")
    search()
    return cast(Customer, wrote[0]), cast(Customer, wrote[-1])


def test_a_card_shows_the_latest_tickets_of_both_in_as_many_queries_however_many_cards_there_are(
    post: Post, client: Client, agent: User, outsider: User
) -> None:
    home, work = two_who_wrote(post, NUMBER)
    counts, by = [], actor_of(agent)
    for more in ("+989121230000", "+989121230001"):
        with CaptureQueriesContext(connection) as asked_for:
            found = queries.pairs(by, queries.waiting(by, "", 20))
        counts.append(len(asked_for))
        two_who_wrote(post, more)
    assert counts == [5, 5] and len(found) == 2
    sides = {side.customer: [each.subject for each in side.tickets] for pair in found for side in pair.sides}
    assert sides[home] == ["From home 3", "From home 2", "From home 1"] and sides[work] == ["From work"]
    client.force_login(agent)
    page = client.get("/desk/duplicates/").content.decode()
    number = home.tickets.latest("id").number
    assert f"/desk/t/{number}/" in page and "From home 3" in page and "still open" in page
    assert "From home 0" not in page
    client.force_login(outsider)
    page = client.get("/desk/duplicates/").content.decode()
    assert NUMBER in page and "From home" not in page and f"/desk/t/{number}/" not in page
