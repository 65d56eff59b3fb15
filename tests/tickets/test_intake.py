"""A mail becomes a ticket under one customer's history; answers thread by proof only."""

import pytest

from customers.models import Customer, TimelineEntry
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core.models import AuditEntry
from tests.conftest import CUSTOMER, STRANGER, Post
from tickets import tokens
from tickets.actions import inboxes, raw, replies
from tickets.models import Inbox, Message, RawInbound, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


def test_a_mail_becomes_a_ticket_of_its_sender(post: Post) -> None:
    message = post.send("My line is dead.", subject="No internet")
    assert (message.ticket.subject, message.ticket.status, message.kind) == ("No internet", "new", "in")
    assert message.ticket.customer.identities.get().value == CUSTOMER
    assert message.ticket.waiting_since is not None
    assert "My line is dead." in message.text


def test_the_same_bytes_are_one_delivery(inbox: Inbox, post: Post) -> None:
    data = post.make("once")
    first = raw.take_in(inbox, data)
    assert first and raw.process(first.pk)
    assert raw.take_in(inbox, data) is None
    assert Message.objects.count() == 1


def test_two_mails_that_share_a_message_id_both_survive(post: Post) -> None:
    post.send("one", message_id="<same@mail.example>")
    post.send("two", message_id="<same@mail.example>")
    assert Message.objects.count() == 2


def test_the_history_gets_a_line_and_the_audit_an_entry(post: Post) -> None:
    ticket = post.send().ticket
    assert TimelineEntry.objects.get(ticket=ticket.number).kind == "message"
    assert AuditEntry.objects.filter(subject=f"ticket:{ticket.pk}", verb="message.received").count() == 1


def test_subject_alone_joins_nothing(ticket: Ticket, post: Post) -> None:
    assert post.send(subject=f"Re: {ticket.subject}").ticket != ticket


@pytest.mark.parametrize("known", [True, False])
def test_an_answer_to_a_message_id_joins_only_for_whom_it_was_sent_to(
    ticket: Ticket, post: Post, agent: User, act, known: bool
) -> None:
    out = replies.reply(by=act(agent), ticket=ticket, body="We are on it.")
    sender = CUSTOMER if known else STRANGER
    answer = post.send("thanks", sender=sender, In_Reply_To=out.deliveries.get().header_id)
    assert (answer.ticket == ticket) is known


def test_a_token_of_the_sender_joins(ticket: Ticket, post: Post, inbox: Inbox) -> None:
    seat = ticket.participants.get()
    assert post.send("again", to=tokens.reply_address(inbox.address, seat.pk)).ticket == ticket


def test_a_token_in_a_strangers_hands_is_held_and_reopens_nothing(ticket: Ticket, post: Post, inbox: Inbox) -> None:
    seat = ticket.participants.get()
    before = ticket.waiting_since
    message = post.send("code 314159", sender=STRANGER, to=tokens.reply_address(inbox.address, seat.pk))
    ticket.refresh_from_db()
    assert message.ticket == ticket and message.held_at is not None
    assert ticket.waiting_since == before
    assert ticket.participants.count() == 1


def test_a_forged_token_is_worth_nothing(ticket: Ticket, post: Post, inbox: Inbox) -> None:
    good = tokens.reply_address(inbox.address, ticket.participants.get().pk)
    forged = good.replace("-", "-a", 1).replace("@", "@", 1)[: len(good) + 1]
    assert tokens.read_reply_address(forged) is None
    assert post.send("hm", to=forged).ticket != ticket


def test_an_unreadable_mail_is_set_aside_with_its_bytes(inbox: Inbox) -> None:
    row = raw.take_in(inbox, b"")
    assert row is not None
    for _ in range(4):
        RawInbound.objects.update(due_at=row.received_at)
        raw.process(row.pk)
    row.refresh_from_db()
    assert row.state == "quarantined" and row.error
    assert Message.objects.count() == 0


def test_a_mail_from_nobody_is_seen_all_the_same(post: Post) -> None:
    message = post.send("hello", sender="not an address")
    assert message.ticket.customer.identities.count() == 0
    assert Customer.objects.count() == 1


@pytest.fixture
def sales(team: Team) -> Inbox:
    """A second inbox of the same team."""
    return inboxes.create_inbox(
        by=SYSTEM, kind="email", name="Sales", settings={"address": "sales@desk.example"}, team=team
    )


def both(inbox: Inbox, sales: Inbox, data: bytes) -> list[Message | None]:
    rows = [raw.take_in(inbox, b"Delivered-To: a\r\n" + data), raw.take_in(sales, b"Delivered-To: b\r\n" + data)]
    return [raw.process(row.pk) for row in rows if row is not None]


def test_one_mail_to_two_inboxes_is_one_message_with_a_delivery_by_each(post: Post, inbox: Inbox, sales: Inbox) -> None:
    first, second = both(inbox, sales, post.make("Hello both", to="support@desk.example, sales@desk.example"))
    assert first == second
    assert (Message.objects.count(), RawInbound.objects.filter(state="accepted", message=first).count()) == (1, 2)


def test_another_mail_with_the_same_id_is_a_message_of_its_own(post: Post, inbox: Inbox, sales: Inbox) -> None:
    for target in (inbox, sales, sales):
        row = raw.take_in(target, post.make(f"Parcel {post.count}", message_id="<dhl@parcel.example>"))
        assert row is not None and raw.process(row.pk) is not None
    assert Message.objects.count() == 3


def test_teams_that_do_not_see_each_other_each_get_their_own(
    post: Post, inbox: Inbox, sales: Inbox, other_team: Team
) -> None:
    inboxes.change_inbox(by=SYSTEM, inbox=sales, team=other_team)
    both(inbox, sales, post.make("Hello both"))
    assert set(Message.objects.values_list("ticket__team", flat=True)) == {inbox.team_id, other_team.pk}


def test_everything_set_aside_is_read_again_after_a_mend(inbox: Inbox, post: Post, agent: User, act, work) -> None:
    for at in range(3):
        row = raw.take_in(inbox, post.make(f"Mail {at}"))
        assert row is not None
        raw.quarantine(row, "could not be read (KeyError)")
    assert raw.retry_all(by=act(agent)) == 3
    work()
    assert (Message.objects.count(), RawInbound.objects.filter(state="accepted").count()) == (3, 3)
    assert raw.retry_all(by=act(agent)) == 0
