"""Answers at one more address: proven first, and never somebody else's."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from customers import actions as customer_actions
from customers.actions import merging
from customers.models import Customer, CustomerMerge, Identity, NotSame
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.conftest import CUSTOMER, STRANGER, Post
from tests.portal.conftest import code_for, come_in, mails
from tickets.actions import replies
from tickets.models import Ticket
from tickets.rules.recipients import Person, Recipients

pytestmark = pytest.mark.django_db
WORK = "narges@work.example"


def give(client: Client, ticket: Ticket, address: str) -> Any:
    return client.post(f"/en/requests/{ticket.number}/updates/", {"address": address})


def prove(client: Client, ticket: Ticket, code: str) -> Any:
    return client.post(f"/en/requests/{ticket.number}/updates/", {"code": code})


def test_a_proven_address_gets_the_answers_too(narges: Client, ticket: Ticket, agent: User) -> None:
    assert give(narges, ticket, " Narges@Work.Example ").status_code == 302
    assert WORK in narges.get(f"/en/requests/{ticket.number}/updates/").content.decode()
    answer = prove(narges, ticket, code_for(WORK))
    assert answer["Location"] == f"/en/requests/{ticket.number}/?also"
    identity = Identity.objects.get(value=WORK)
    assert (identity.customer_id, identity.verified_at is not None) == (ticket.customer_id, True)
    sent = replies.reply(by=actor_of(agent), ticket=ticket, body="To both")
    assert {copy.address for copy in sent.deliveries.all()} == {CUSTOMER, WORK}
    come_in(WORK)


def test_without_the_code_nothing_changes(narges: Client, ticket: Ticket) -> None:
    give(narges, ticket, WORK)
    code = code_for(WORK)
    for wrong in (f"{(int(code) + 1) % 1_000_000:06}", ""):
        assert prove(narges, ticket, wrong).status_code == 422
    assert not Identity.objects.filter(value=WORK).exists() and ticket.participants.count() == 1
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        assert prove(narges, ticket, code).status_code in (302, 422)
    assert ticket.participants.count() == 1


def test_such_a_code_opens_no_door_and_serves_nobody_else(
    narges: Client, mallory: Client, ticket: Ticket, client: Client
) -> None:
    give(narges, ticket, STRANGER)
    code = code_for(STRANGER)
    client.post("/en/enter/", {"address": STRANGER})
    client.post("/en/enter/code/", {"code": code})
    assert client.get("/en/requests/").status_code == 302
    assert give(mallory, ticket, WORK).status_code == 404
    mallory.cookies["portal_adding"] = narges.cookies["portal_adding"].value
    assert prove(mallory, ticket, code).status_code == 404


def test_an_address_that_somebody_only_claimed_goes_to_who_proves_it(
    narges: Client, customer: Customer, stranger: Customer, post: Post, ticket: Ticket
) -> None:
    claimed = post.send(sender=STRANGER).ticket
    give(narges, ticket, STRANGER)
    assert prove(narges, ticket, code_for(STRANGER)).status_code == 302
    assert Identity.objects.get(value=STRANGER).customer == customer
    assert Ticket.objects.get(pk=claimed.pk).customer == stranger, "what they had said before stays theirs"
    merging.undo(by=SYSTEM, merge=CustomerMerge.objects.get(kind="handle"))
    assert Identity.objects.get(value=STRANGER).customer == stranger


def test_who_proves_the_address_of_another_who_had_proven_it_is_the_same_person(
    narges: Client, mallory: Client, customer: Customer, stranger: Customer, ticket: Ticket
) -> None:
    customer_actions.change(by=SYSTEM, customer=stranger, name="Karimi, Narges")
    give(narges, ticket, STRANGER)
    assert prove(narges, ticket, code_for(STRANGER)).status_code == 302
    stranger.refresh_from_db()
    assert stranger.merged_into == customer
    assert str(ticket.number) in mallory.get("/en/requests/").content.decode(), "a session goes on as the survivor's"


def test_two_of_different_names_who_read_one_mailbox_are_not_joined(
    narges: Client, mallory: Client, stranger: Customer, ticket: Ticket
) -> None:
    give(narges, ticket, STRANGER)
    assert prove(narges, ticket, code_for(STRANGER)).status_code == 409
    stranger.refresh_from_db()
    assert stranger.merged_into is None and Identity.objects.get(value=STRANGER).customer == stranger


def test_two_who_are_said_to_be_different_are_never_joined_by_a_proof(
    narges: Client, mallory: Client, customer: Customer, stranger: Customer, ticket: Ticket
) -> None:
    low, high = sorted((customer.pk, stranger.pk))
    NotSame.objects.create(low_id=low, high_id=high, by="user:1", created_at=clock.now())
    give(narges, ticket, STRANGER)
    answer = prove(narges, ticket, code_for(STRANGER))
    assert answer.status_code == 409 and "a person can join" in answer.content.decode()
    assert Identity.objects.get(value=STRANGER).customer == stranger and ticket.participants.count() == 1


def test_who_only_got_a_copy_adds_nobody(ticket: Ticket, agent: User) -> None:
    join = Recipients(join=(Person("hassan@shop.example", "Hassan"),))
    replies.reply(by=actor_of(agent), ticket=ticket, body="Hello both", recipients=join)
    hassan = come_in("hassan@shop.example")
    assert give(hassan, ticket, WORK).status_code == 404
    assert mails(WORK) == []


def test_it_cannot_be_used_to_pester_others(narges: Client, ticket: Ticket) -> None:
    answers = []
    for number in range(8):
        with clock.frozen(clock.now() + timedelta(minutes=2 * number)):
            answers.append(give(narges, ticket, f"victim{number}@example.org").status_code)
    assert answers == [302] * 5 + [429] * 3
    assert give(narges, ticket, "no address").status_code == 422
