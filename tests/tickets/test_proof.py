"""Rows 1-8 and 14 of guarantees.md: mail joins by proof alone, and nobody sees what was not written to them."""

import itertools
import random

import pytest

from helpdesk.accounts.models import User
from tests.conftest import CUSTOMER, STRANGER, Post
from tests.tickets.conftest import Sent
from tickets import tokens
from tickets.actions import replies
from tickets.models import Link, Message, Participant, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
SECRET = "history 271828"
DMARC = {
    "pass": {"Authentication_Results": "mx.desk.example; dmarc=pass header.from=example.com"},
    "fail": {"Authentication_Results": "mx.desk.example; dmarc=fail header.from=example.com"},
    "none": {},
}


@pytest.fixture
def answered(ticket: Ticket, agent: User, act, work, sent: Sent) -> Ticket:
    """A ticket with a history that one answer has left for."""
    replies.reply(by=act(agent), ticket=ticket, body=SECRET)
    return ticket


@pytest.mark.parametrize("dmarc", sorted(DMARC))
@pytest.mark.parametrize("place", ["Cc", "To", "Reply_To"])
@pytest.mark.parametrize("sender", [CUSTOMER, STRANGER])
def test_nobody_becomes_a_participant_by_being_named(
    sender: str, place: str, dmarc: str, answered: Ticket, post: Post, agent: User, act, work, sent: Sent
) -> None:
    token = tokens.reply_address("support@desk.example", answered.participants.get().pk)
    given = {"to": f"{token}, eve@evil.example"} if place == "To" else {"to": token, place: "eve@evil.example"}
    post.send("let me in", sender=sender, **given, **DMARC[dmarc])
    replies.reply(by=act(agent), ticket=answered, body="Next answer")
    assert "eve@evil.example" not in {seat.address for seat in Participant.objects.all()}
    assert {copy.address for message in answered.messages.all() for copy in message.deliveries.all()} == {CUSTOMER}


def test_a_verification_mail_to_a_reply_address_is_held(answered: Ticket, post: Post) -> None:
    token = tokens.reply_address("support@desk.example", answered.participants.get().pk)
    message = post.send("Your code is 314159", sender="no-reply@slack.com", to=token)
    assert (message.ticket, message.held_at is not None) == (answered, True)
    answered.refresh_from_db()
    assert "slack.com" not in {seat.address for seat in answered.participants.all()}


def forged(good: str, rng: random.Random) -> str:
    """A token that somebody changed: a flipped letter, another number, another kind, none of its signature."""
    local, _, domain = good.partition("@")
    stem, _, token = local.rpartition("+")
    number, _, mac = token.partition("-")
    at = rng.randrange(len(mac))
    other = rng.choice([one for one in "abcdefghijklmnopqrstuvwxyz234567" if one != mac[at]])
    made = rng.choice(
        [
            f"{number}-{mac[:at]}{other}{mac[at + 1 :]}",
            f"r{rng.randrange(2, 10**6)}-{mac}",
            f"b{number[1:]}-{mac}",
            f"{number}-{mac[:at]}",
            f"{number}-",
            f"{number}{mac}",
            f"r0{number[1:]}-{mac}",
        ]
    )
    return f"{stem}+{made}@{domain}"


def test_of_a_thousand_forged_tokens_none_is_read() -> None:
    rng = random.Random(4)
    good = tokens.reply_address("support@desk.example", 1)
    assert tokens.read_reply_address(good) == 1
    assert [one for _ in range(1000) if tokens.read_reply_address(one := forged(good, rng)) is not None] == []


def test_mail_joins_a_ticket_only_by_our_token_or_an_id_of_ours_in_its_readers_hands(
    post: Post, agent: User, act, work, sent: Sent
) -> None:
    people = [f"p{n}@shop.example" for n in range(4)]
    tickets = {who: post.send("Hello", sender=who, subject="Invoice 1042").ticket for who in people}
    copies = {who: replies.reply(by=act(agent), ticket=tickets[who], body="Answer").deliveries.get() for who in people}
    strange = "<hd.00000000000000000000000000000000@desk.example>"
    for writer, owner, way in itertools.product(people, people, ["token", "header", "theirs", "subject", "guess"]):
        seat = tickets[owner].participants.get()
        given = {
            "token": {"to": tokens.reply_address("support@desk.example", seat.pk)},
            "header": {"In_Reply_To": copies[owner].header_id},
            "theirs": {"In_Reply_To": tickets[owner].messages.get(seq=1).header_id},
            "subject": {"subject": f"Re: Invoice 1042 [#{tickets[owner].number}]"},
            "guess": {"References": strange},
        }[way]
        message = post.send("once more", sender=writer, **given)
        joined = message.ticket == tickets[owner]
        assert joined == (way == "token" or (way == "header" and writer == owner)), (writer, owner, way)
        assert (message.held_at is not None) == (way == "token" and writer != owner)
        if not joined:
            assert not message.ticket.messages.exclude(from_address=writer).exists()


def test_mails_of_one_thread_that_overtook_each_other_are_linked_and_not_joined(post: Post) -> None:
    second = post.send("And more", In_Reply_To="<first@mail.example>")
    first = post.send("The beginning", message_id="<first@mail.example>")
    post.send("Not mine", sender=STRANGER, In_Reply_To="<first@mail.example>")
    link = Link.objects.get()
    assert {link.low, link.high} == {first.ticket, second.ticket}
    assert Ticket.objects.count() == 3


@pytest.mark.parametrize(
    "sender",
    [
        "ada@shop.example]<mallory@evil.example>",
        "=?utf-8?q?ada=40shop.example?=",
        "ada@shop.example, mallory@evil.example",
        '"ada@shop.example"',
        "<@relay.example:ada@shop.example>, x@y.example",
    ],
)
def test_a_sender_that_can_be_read_in_two_ways_is_nobody(sender: str, inbox, post: Post) -> None:
    from tickets.actions import raw

    data = post.make("Who am I?").replace(b"From: Narges Karimi <narges@example.com>", b"From: " + sender.encode())
    row = raw.take_in(inbox, data)
    assert row is not None
    message = raw.process(row.pk)
    assert message is not None and message.from_address not in ("ada@shop.example", "mallory@evil.example")
    assert Message.objects.count() == 1
