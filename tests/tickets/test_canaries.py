"""Row 16: notes, drafts, hidden recipients and other tickets' words are in no mail that leaves, whatever made it."""

import email
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.accounts import actions as people
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from tests.conftest import CUSTOMER, Post
from tests.tickets.conftest import UNKNOWN, Sent
from tickets import tokens
from tickets.actions import copies, desk, forwards, joining, linking, opening, participants, removal, replies, splitting
from tickets.channels.email.compose import compose
from tickets.models import Delivery, Message, Ticket
from tickets.rules.recipients import Person, Recipients

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
HIDDEN = "hidden.canary@boss.example"
CC = "cc@shop.example"


def words_of(data: bytes) -> str:
    """All that a mail says: its headers, and every part decoded."""
    mail = email.message_from_bytes(data)
    parts = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    heads = [f"{name}: {value}" for part in mail.walk() for name, value in part.items()]
    return "\n".join([*heads, *(part.decode("utf-8", "replace") for part in parts if isinstance(part, bytes))])


def whispers(by: Any, ticket: Ticket) -> None:
    """Everything internal that a ticket can hold."""
    replies.note(by=by, ticket=ticket, body=f"CANARY-NOTE {ticket.number}")
    desk.save_draft(by=by, ticket=ticket, mode="reply", body="CANARY-DRAFT")
    desk.save_draft(by=by, ticket=ticket, mode="note", body="CANARY-DRAFT-NOTE")


@pytest.fixture
def later(work: Callable[[], object]) -> Callable[[float], None]:
    def run(minutes: float = 1) -> None:
        with clock.frozen(clock.now() + timedelta(minutes=minutes)):
            work()

    return run


def answered(by: Any, ticket: Ticket, body: str) -> Message:
    """An answer with a newcomer and a hidden recipient."""
    return replies.reply(
        by=by,
        ticket=ticket,
        body=body,
        recipients=Recipients(join=(Person(CC, "Hassan"),), hidden=(HIDDEN,), insist=True),
    )


def every_way_out(by: Any, lead: Any, post: Post, later: Callable[..., None], sent: Sent, secret: Ticket) -> None:
    """All that the desk can send of a ticket, one after the other."""
    ticket = post.send("Where is my parcel?").ticket  # acknowledged
    whispers(by, ticket)
    removed = post.send("CANARY-ERASED", to=tokens.reply_address("support@desk.example", ticket.participants.get().pk))
    removal.remove(by=lead, message=removed)
    answered(by, ticket, "The first answer")
    later()
    linking.link(by=SYSTEM, ticket=ticket, other=secret)
    sent.answer = UNKNOWN
    failed = replies.reply(by=by, ticket=ticket, body="The second answer").deliveries.get(role="to")
    later(2)
    sent.answer = type(UNKNOWN)(ok=True)
    copies.send_elsewhere(by=by, delivery=Delivery.objects.get(pk=failed.pk), address="narges.new@example.com")
    forwards.forward(by=by, message=ticket.messages.get(seq=1), to=["desk@courier.example"], body="Please look")
    later(4)
    part = post.send("My bill is wrong", subject="Bill").ticket
    whispers(by, part)
    joining.merge(by=SYSTEM, ticket=Ticket.objects.get(pk=ticket.pk), other=Ticket.objects.get(pk=part.pk))
    joining.merge(by=SYSTEM, ticket=Ticket.objects.get(pk=ticket.pk), other=secret, other_customer=True)
    answered(by, Ticket.objects.get(pk=ticket.pk), "An answer to both")
    second = ticket.messages.filter(kind="in").order_by("-seq").first()
    assert second is not None
    split = splitting.split(by=by, ticket=ticket, messages=[second.pk], subject="Apart")
    participants.add(by=by, ticket=split.made, address=CC)
    replies.reply(by=by, ticket=split.made, body="An answer to the part")
    later(6)


def test_nothing_internal_is_in_any_mail_that_leaves(
    post: Post, agent: User, lead: User, other_team: Team, act: Any, later: Callable[..., None], sent: Sent
) -> None:
    post.inbox.settings = post.inbox.settings | {"ack": True, "signature_en": "Blue Shop"}
    post.inbox.save()
    secret = post.send("CANARY-FOREIGN", sender="else@example.com", subject="CANARY-FOREIGN").ticket
    Ticket.objects.filter(pk=secret.pk).update(team=other_team)
    later()
    sent.clear()
    every_way_out(act(agent), act(lead), post, later, sent, Ticket.objects.get(pk=secret.pk))
    typed = {"contact": "new@shop.example", "subject": "Hello", "body": "We write first", "direction": "out"}
    made = opening.open_for(by=act(agent), typed=typed, recipients=Recipients(hidden=(HIDDEN,)))
    whispers(act(agent), made)
    people.invite(by=SYSTEM, email="joiner@desk.example", role="agent")
    later(8)
    mails = [(one.recipient, words_of(compose(one))) for one in sent]
    bodies = "\n".join(text for _to, text in mails)
    ways = ("first answer", "second answer", "Please look", "answer to both", "answer to the part", "We write first")
    assert [way for way in ways if way not in bodies] == []
    assert {CUSTOMER, CC, HIDDEN, "desk@courier.example", "new@shop.example"} <= {to for to, _text in mails}
    assert [(to, text) for to, text in mails if "CANARY" in text or HIDDEN in text] == []
