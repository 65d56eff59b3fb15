"""An answer leaves after ten seconds, once, to every participant, unless it is taken back."""

from datetime import timedelta

import pytest

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, NotFound
from tests.conftest import Post
from tickets import tokens
from tickets.actions import lifecycle, replies
from tickets.models import Draft, Message, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


def later(seconds: int) -> object:
    return clock.frozen(clock.now() + timedelta(seconds=seconds))


def test_a_reply_leaves_once_after_ten_seconds(ticket: Ticket, agent: User, act, work, sent) -> None:
    replies.reply(by=act(agent), ticket=ticket, body="Fixed now.")
    work()
    assert sent == []
    with later(11):
        work()
        work()
    assert [m.text for m in sent] == ["Fixed now."]
    assert sent[0].in_reply_to == ticket.messages.get(seq=1).header_id


def test_a_reply_makes_it_the_customers_turn(ticket: Ticket, agent: User, act) -> None:
    replies.reply(by=act(agent), ticket=ticket, body="Fixed now.")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since, ticket.assignee) == ("waiting", None, agent)


def test_an_undone_reply_never_leaves_and_is_a_draft_again(ticket: Ticket, agent: User, act, work, sent) -> None:
    message = replies.reply(by=act(agent), ticket=ticket, body="Oops")
    replies.undo(by=act(agent), message=message)
    with later(60):
        work()
    ticket.refresh_from_db()
    assert sent == [] and ticket.waiting_since is not None
    assert Draft.objects.get(ticket=ticket, user=agent).body == "Oops"


def test_undo_comes_too_late_once_the_ten_seconds_are_over(ticket: Ticket, agent: User, act, work, sent) -> None:
    message = replies.reply(by=act(agent), ticket=ticket, body="Gone")
    with later(11):
        work()
        with pytest.raises(Conflict) as refused:
            replies.undo(by=act(agent), message=message)
    message.refresh_from_db()
    assert refused.value.code == "too_late" and message.withdrawn_at is None


def test_the_same_client_id_sends_one_message(ticket: Ticket, agent: User, act) -> None:
    first = replies.reply(by=act(agent), ticket=ticket, body="Hello", client_id="c1")
    assert replies.reply(by=act(agent), ticket=ticket, body="Hello", client_id="c1") == first
    assert ticket.messages.filter(kind="out").count() == 1


def test_a_colliding_send_is_stopped_and_nothing_changes(ticket: Ticket, agent: User, teammate: User, act) -> None:
    replies.reply(by=act(teammate), ticket=ticket, body="I have it", seen_seq=1)
    with pytest.raises(Conflict) as refused:
        replies.reply(by=act(agent), ticket=ticket, body="Me too", seen_seq=1)
    assert refused.value.code == "newer_messages"
    assert ticket.messages.filter(kind="out").count() == 1


def test_an_agent_of_another_team_cannot_reply(ticket: Ticket, outsider: User, act) -> None:
    with pytest.raises(NotFound):
        replies.reply(by=act(outsider), ticket=ticket, body="hi")
    assert Message.objects.count() == 1


def test_a_note_goes_to_nobody_outside(ticket: Ticket, agent: User, act, work, sent) -> None:
    note = replies.note(by=act(agent), ticket=ticket, body="secret canary")
    with later(60):
        work()
    assert sent == [] and note.deliveries.count() == 0


def test_a_customers_answer_reopens_a_resolved_ticket(ticket: Ticket, agent: User, act, post: Post) -> None:
    out = replies.reply(by=act(agent), ticket=ticket, body="Done", resolve=True)
    post.send("No, still broken", In_Reply_To=out.deliveries.get().header_id)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolved_at) == ("open", None)


def test_a_machines_answer_reopens_nothing(ticket: Ticket, agent: User, act, post: Post) -> None:
    out = replies.reply(by=act(agent), ticket=ticket, body="Done", resolve=True)
    post.send("I am away", In_Reply_To=out.deliveries.get().header_id, Auto_Submitted="auto-replied")
    ticket.refresh_from_db()
    assert ticket.status == "resolved"


def test_a_snoozed_ticket_wakes_when_its_time_has_come(ticket: Ticket, agent: User, act, work) -> None:
    lifecycle.snooze(by=act(agent), ticket=ticket, until=clock.now() + timedelta(hours=1))
    with later(3700):
        work()
    ticket.refresh_from_db()
    assert ticket.snoozed_until is None


def test_who_leaves_hands_over_open_work(ticket: Ticket, agent: User, teammate: User, act) -> None:
    lifecycle.assign(by=act(agent), ticket=ticket, assignee=agent)
    assert lifecycle.hand_over(user_id=agent.pk, to=teammate.pk) == 1
    ticket.refresh_from_db()
    assert ticket.assignee == teammate


def test_undo_leaves_a_ticket_that_was_resolved_before_as_it_was(ticket: Ticket, agent: User, act) -> None:
    lifecycle.resolve(by=act(agent), ticket=ticket)
    message = replies.reply(by=act(agent), ticket=ticket, body="One more thing")
    replies.undo(by=act(agent), message=message)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolved_at is not None, ticket.waiting_since) == ("resolved", True, None)


def test_undo_opens_what_the_answer_itself_resolved(ticket: Ticket, agent: User, act) -> None:
    first = ticket.messages.get()
    message = replies.reply(by=act(agent), ticket=ticket, body="Done", resolve=True)
    replies.undo(by=act(agent), message=message)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolved_at, ticket.waiting_since) == ("new", None, first.created_at)


def test_undo_gives_back_who_had_the_ticket_and_that_it_was_new(ticket: Ticket, agent: User, act) -> None:
    message = replies.reply(by=act(agent), ticket=ticket, body="Oops")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee) == ("waiting", agent)
    replies.undo(by=act(agent), message=message)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee) == ("new", None)


def test_undo_keeps_what_colleagues_changed_meanwhile(ticket: Ticket, agent: User, teammate: User, act) -> None:
    message = replies.reply(by=act(agent), ticket=ticket, body="Oops")
    lifecycle.assign(by=act(teammate), ticket=ticket, assignee=teammate)
    lifecycle.set_status(by=act(teammate), ticket=ticket, status="on_hold")
    replies.undo(by=act(agent), message=message)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee) == ("on_hold", teammate)


def test_undoing_the_first_of_two_answers_leaves_the_ticket_answered(ticket: Ticket, agent: User, act) -> None:
    first = replies.reply(by=act(agent), ticket=ticket, body="Oops")
    replies.reply(by=act(agent), ticket=ticket, body="This one stands.")
    replies.undo(by=act(agent), message=first)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee, ticket.waiting_since) == ("waiting", agent, None)


def test_undo_gives_a_snooze_back(ticket: Ticket, agent: User, act) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    lifecycle.snooze(by=act(agent), ticket=ticket, until=tomorrow)
    message = replies.reply(by=act(agent), ticket=ticket, body="Done", resolve=True)
    replies.undo(by=act(agent), message=message)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.snoozed_until) == ("new", tomorrow)


def test_undo_gives_the_wait_back_from_its_very_beginning(ticket: Ticket, agent: User, act, post: Post) -> None:
    first = ticket.messages.get()
    post.send("Are you there?", to=tokens.reply_address("support@desk.example", ticket.participants.get().pk))
    replies.undo(by=act(agent), message=replies.reply(by=act(agent), ticket=ticket, body="Oops"))
    ticket.refresh_from_db()
    assert ticket.waiting_since == first.created_at


def test_a_snoozed_ticket_wakes_with_what_the_customer_says_and_with_its_end(ticket: Ticket, agent: User, act) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    lifecycle.snooze(by=act(agent), ticket=ticket, until=tomorrow)
    replies.customer_message(by=act(agent), ticket=ticket, body="Hello?")
    ticket.refresh_from_db()
    assert ticket.snoozed_until is None
    lifecycle.snooze(by=act(agent), ticket=ticket, until=tomorrow)
    replies.reply(by=act(agent), ticket=ticket, body="Done", resolve=True)
    ticket.refresh_from_db()
    assert ticket.snoozed_until is None


def test_a_reopened_ticket_waits_since_what_was_not_answered(ticket: Ticket, agent: User, act) -> None:
    first = ticket.messages.get()
    lifecycle.resolve(by=act(agent), ticket=ticket)
    lifecycle.reopen(by=act(agent), ticket=ticket)
    ticket.refresh_from_db()
    assert ticket.waiting_since == first.created_at
