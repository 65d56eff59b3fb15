"""Many merges at the same moment, while people write: no deadlock, no row at a sign, nothing lost."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from customers import actions as customers
from customers.actions import merging
from customers.models import Customer, CustomerMerge, Identity
from customers.models.relations import pointers
from customers.rules.identity import Handle
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from helpdesk.core.errors import DomainError
from tickets.actions import inboxes, intake, replies
from tickets.envelopes import InboundMessage
from tickets.models import Inbox, Message, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, MERGES, MAILS = 50, 32, 40


def said(number: int, mail: int) -> InboundMessage:
    return InboundMessage(
        channel="email",
        handle_kind="email",
        sender=f"p{number}@example.com",
        sender_name="",
        subject="Again",
        text=f"Mail {mail}",
        received_at=clock.now(),
        external_id=f"{mail}.{number}@mail.example",
    )


@pytest.fixture
def door(db: None) -> Inbox:
    return inboxes.create_inbox(
        by=SYSTEM, kind="email", name="Support", settings={"address": "support@desk.example"}, team=None
    )


def people() -> list[Customer]:
    return [
        customers.create(by=SYSTEM, name=f"P{number}", handles=[Handle("email", f"p{number}@example.com")])
        for number in range(PEOPLE)
    ]


def merge(pair: tuple[Customer, Customer]) -> str:
    """One merge; a customer who is a sign by then is a refusal, as the reader of the page would get it."""
    try:
        merging.merge(by=SYSTEM, survivor=pair[0], other=pair[1])
    except DomainError as refused:
        return refused.code
    finally:
        connections.close_all()
    return "merged"


def write(door: Inbox, agent: User, number: int, mail: int) -> str:
    try:
        message = intake.receive(said(number, mail), door)
        replies.note(by=actor_of(agent), ticket=Ticket.objects.get(pk=message.ticket_id), body="Seen.")
    finally:
        connections.close_all()
    return "written"


def test_thirty_two_merges_of_fifty_customers_while_they_write(door: Inbox, agent: User) -> None:
    dice = random.Random(6)  # not for secrets
    everybody = people()
    for number in range(PEOPLE):
        intake.receive(said(number, 1000), door)
    pairs = [tuple(dice.sample(everybody, 2)) for _each in range(MERGES)]
    with ThreadPoolExecutor(MERGES + 4) as pool:
        merges = [pool.submit(merge, (one, two)) for one, two in pairs]
        mails = [pool.submit(write, door, agent, dice.randrange(PEOPLE), mail) for mail in range(MAILS)]
        results = [one.result(timeout=120) for one in merges]
        assert {one.result(timeout=120) for one in mails} == {"written"}
    assert set(results) <= {"merged", "merged_away"}
    assert CustomerMerge.objects.count() == results.count("merged") >= MERGES // 2
    signs = Customer.objects.exclude(merged_into=None)
    assert signs.count() == results.count("merged")
    for pointer in pointers():
        assert not pointer.model._base_manager.filter(**{f"{pointer.name}__in": signs}).exists(), pointer.label
    assert Identity.objects.count() == PEOPLE
    assert Message.objects.filter(kind="in").count() == PEOPLE + MAILS
    for row in CustomerMerge.objects.order_by("?"):
        merging.undo(by=SYSTEM, merge=row)
    for number in range(PEOPLE):
        owner = everybody[number].pk
        theirs = Message.objects.filter(from_address=f"p{number}@example.com")
        assert set(theirs.values_list("customer_id", "ticket__customer_id")) == {(owner, owner)}
    connection.close()
