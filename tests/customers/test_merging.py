"""Joining customers, and taking it back after life went on."""

from datetime import timedelta

import pytest
from django.db.models import UniqueConstraint

from customers import access, actions, queries
from customers.actions import gathering, merging, splitting
from customers.models import Customer, CustomerMerge, Identity, Membership, Organisation, TimelineEntry
from customers.models.relations import pointers
from customers.queries.merging import preview
from customers.rules.identity import Handle
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, NotAllowed
from tests.conftest import Post
from tickets.actions import replies
from tickets.models import Message, Participant, Ticket

pytestmark = pytest.mark.django_db
OTHER = "n.karimi@work.example"


@pytest.fixture
def two(customer: Customer, post: Post) -> Customer:
    """Narges's second self, who has written once."""
    post.send("From my other address", sender=f"Narges <{OTHER}>")
    return Customer.objects.get(identities__value=OTHER)


def lines(customer: Customer) -> list[str]:
    kinds = ("message", "note")
    return [row.summary for row in queries.timeline(customer.pk, SYSTEM) if row.kind in kinds]


def test_what_came_in_meanwhile_goes_with_its_sender(
    customer: Customer, two: Customer, post: Post, agent: User
) -> None:
    made = merging.merge(by=SYSTEM, survivor=customer, other=two)
    theirs = post.send("Again from work", sender=OTHER).ticket
    mine = post.send("Again from home").ticket
    replies.reply(by=actor_of(agent), ticket=theirs, body="We look.")
    replies.note(by=actor_of(agent), ticket=theirs, body="Look.")
    assert lines(customer)[:2] == ["Look.", "We look."]
    merging.undo(by=SYSTEM, merge=made)
    assert lines(two) == ["Look.", "We look.", "Again from work", "From my other address"]
    assert lines(customer) == ["Again from home"]
    whose = dict(Ticket.objects.values_list("pk", "customer_id"))
    assert (whose[theirs.pk], whose[mine.pk]) == (two.pk, customer.pk)
    assert Participant.objects.get(ticket=theirs, role="requester").customer == two


def test_a_mail_to_a_merged_handle_finds_the_survivor_and_search_finds_nobody_else(
    customer: Customer, two: Customer, post: Post
) -> None:
    made = merging.merge(by=SYSTEM, survivor=customer, other=two)
    assert post.send("Hello", sender=OTHER).customer == customer
    found = queries.search(access.visible(SYSTEM), "karimi")
    assert [one.pk for one in found] == [customer.pk]
    assert access.get(SYSTEM, two.pk) == access.live(two.pk) == customer
    merging.undo(by=SYSTEM, merge=made)
    assert {one.pk for one in queries.search(access.visible(SYSTEM), "karimi")} == {customer.pk, two.pk}


def test_the_survivor_gets_back_what_nobody_has_changed_since(customer: Customer, two: Customer) -> None:
    actions.change(by=SYSTEM, customer=two, tags=["vip"], language="fa")
    made = merging.merge(by=SYSTEM, survivor=customer, other=two, fields={"name": "other"})
    customer.refresh_from_db()
    assert (customer.name, customer.language, customer.tags) == ("Narges", "fa", ["vip"])
    actions.change(by=SYSTEM, customer=customer, tags=["vip", "late"], language="en")
    merging.undo(by=SYSTEM, merge=made)
    customer.refresh_from_db()
    assert (customer.name, customer.language, customer.tags) == ("Narges Karimi", "en", ["late"])


def test_undone_twice_or_merged_twice_is_done_once(customer: Customer, two: Customer, stranger: Customer) -> None:
    made = merging.merge(by=SYSTEM, survivor=customer, other=two)
    assert merging.merge(by=SYSTEM, survivor=customer, other=two) == made
    with pytest.raises(Conflict, match="merged_away"):
        merging.merge(by=SYSTEM, survivor=stranger, other=two)
    assert CustomerMerge.objects.get() == made
    once = merging.undo(by=SYSTEM, merge=made).undone_at
    assert merging.undo(by=SYSTEM, merge=made).undone_at == once
    assert TimelineEntry.objects.filter(kind="merge_undone").count() == 2


def test_a_ticket_that_was_passed_on_meanwhile_stays_there(
    customer: Customer, two: Customer, stranger: Customer
) -> None:
    made = merging.merge(by=SYSTEM, survivor=customer, other=two)
    row = Ticket.objects.get()
    splitting.given(by=SYSTEM, giver=customer.pk, taker=stranger.pk, rows={"tickets.ticket": [row.pk]})
    Ticket.objects.update(customer=stranger)
    merging.undo(by=SYSTEM, merge=made)
    assert Ticket.objects.get().customer == stranger
    assert Message.objects.get().customer == two


def test_where_only_one_is_allowed_the_second_stays_and_is_there_again(customer: Customer, two: Customer) -> None:
    now = clock.now()
    shop = Organisation.objects.create(name="Shop", created_at=now, updated_at=now)
    for one in (customer, two):
        Membership.objects.create(customer=one, organisation=shop, created_at=now)
    counts = {one.kind: (one.moves, one.stays) for one in preview(customer, two).counts}
    assert counts["customers.membership"] == (0, 1)
    made = merging.merge(by=SYSTEM, survivor=customer, other=two)
    assert Membership.objects.filter(customer=two).exists()
    merging.undo(by=SYSTEM, merge=made)
    assert set(Membership.objects.values_list("customer_id", flat=True)) == {customer.pk, two.pk}


def test_a_recycled_number_is_handed_over_and_given_back_with_its_proof(customer: Customer, two: Customer) -> None:
    now = clock.now()
    Identity.objects.filter(value=OTHER).update(verified_at=now, verified_how="code")
    made = splitting.hand_over(by=SYSTEM, identity=Identity.objects.get(value=OTHER), to=customer)
    handle = Identity.objects.get(value=OTHER)
    assert (handle.customer, handle.verified_at, Message.objects.get().customer) == (customer, None, two)
    merging.undo(by=SYSTEM, merge=made)
    handle.refresh_from_db()
    assert (handle.customer, handle.verified_at, handle.verified_how) == (two, now, "code")


def test_what_a_writer_left_with_a_sign_is_brought_after_them(customer: Customer, two: Customer) -> None:
    made = merging.merge(by=SYSTEM, survivor=customer, other=two)
    late = actions.note_event(
        customer_id=two.pk, kind="page_view", channel="", occurred_at=clock.now(), summary="A page"
    )
    assert (gathering.gather(), gathering.gather()) == (1, 0)
    late.refresh_from_db()
    assert late.customer == customer
    merging.undo(by=SYSTEM, merge=made)
    late.refresh_from_db()
    assert late.customer == two
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert gathering.gather() == 0


def test_who_may_not_join_customers_changes_nothing(customer: Customer, two: Customer) -> None:
    nobody = Actor(kind="customer", user_id=None, role="", customer_id=customer.pk)
    made = merging.merge(by=SYSTEM, survivor=customer, other=two)
    for refused in (
        lambda: merging.undo(by=nobody, merge=made),
        lambda: splitting.split(by=nobody, customer=customer, identities=[1]),
        lambda: merging.merge(by=nobody, survivor=customer, other=two),
    ):
        with pytest.raises(NotAllowed):
            refused()
    made.refresh_from_db()
    assert made.undone_at is None and Ticket.objects.get().customer == customer


def test_every_pointer_to_a_customer_can_be_moved() -> None:
    """A key that is the customer, or a rule by expressions, would leave rows behind without a word."""
    for one in pointers():
        assert not one.field.primary_key, one.label
        unique = [rule for rule in one.model._meta.constraints if isinstance(rule, UniqueConstraint)]
        assert not [rule for rule in unique if rule.expressions], one.label


def test_the_undoing_of_a_split_leaves_no_empty_customer(customer: Customer, two: Customer) -> None:
    actions.add_handle(by=SYSTEM, customer=two, handle=Handle("phone", "+989121112233"))
    handle = Identity.objects.get(kind="phone")
    made = splitting.split(by=SYSTEM, customer=two, identities=[handle.pk], name="Her son")
    assert (made.other.name, made.other.identities.get()) == ("Her son", handle)
    merging.undo(by=SYSTEM, merge=made)
    assert access.get(SYSTEM, made.other_id) == two
    assert Identity.objects.get(kind="phone").customer == two
