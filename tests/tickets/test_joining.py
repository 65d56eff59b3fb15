"""Tickets are joined, split and linked with nothing lost, and taken apart exactly as they were."""

import pytest

from helpdesk.accounts.models import User
from helpdesk.core.errors import Conflict, Invalid, NotFound
from tests.conftest import CUSTOMER, STRANGER, Post
from tests.tickets.conftest import Sent
from tickets.actions import joining, lifecycle, linking, replies, splitting
from tickets.models import Link, Merge, Message, Split, Ticket
from tickets.tokens import reply_address

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
MOVING = ("version", "updated_at")


def as_it_is(ticket: Ticket) -> dict[str, object]:
    rows = Ticket.objects.filter(pk=ticket.pk).values().get()
    kept = {name: value for name, value in rows.items() if name not in MOVING}
    said = list(ticket.messages.order_by("seq").values_list("pk", "seq", "via_id"))
    return kept | {"said": said, "seats": list(ticket.participants.order_by("id").values_list("pk", "address"))}


@pytest.fixture
def other(ticket: Ticket, post: Post) -> Ticket:
    """A second ticket of the same customer."""
    return post.send("My bill is wrong.", subject="Bill").ticket


def test_a_merge_and_its_undo_leave_both_as_they_were(ticket: Ticket, other: Ticket, agent: User, act) -> None:
    before = as_it_is(ticket), as_it_is(other)
    merge = joining.merge(by=act(agent), ticket=ticket, other=other)
    other.refresh_from_db()
    assert (other.merged_into, other.status) == (ticket, "closed")
    joining.undo_merge(by=act(agent), merge=merge)
    joining.undo_merge(by=act(agent), merge=merge)
    assert (as_it_is(ticket), as_it_is(other)) == before


def test_mail_for_the_part_comes_to_the_whole_and_goes_back_with_it(
    ticket: Ticket, other: Ticket, agent: User, act, post: Post
) -> None:
    seat = other.participants.get()
    merge = joining.merge(by=act(agent), ticket=ticket, other=other)
    late = post.send("One more thing about the bill", to=reply_address("support@desk.example", seat.pk))
    assert (late.ticket, late.via) == (ticket, other)
    mine = post.send("About the internet", to=reply_address("support@desk.example", ticket.participants.get().pk))
    joining.undo_merge(by=act(agent), merge=merge)
    late.refresh_from_db()
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (late.ticket, late.seq, mine.ticket) == (other, 2, ticket)
    assert (other.status, other.waiting_since is not None) == ("open", True)


def test_two_customers_are_joined_only_when_confirmed_and_hear_only_what_comes_after(
    ticket: Ticket, agent: User, act, post: Post, work, sent: Sent
) -> None:
    theirs = post.send("Mine too", sender=STRANGER, subject="Same here").ticket
    with pytest.raises(Conflict) as refused:
        joining.merge(by=act(agent), ticket=ticket, other=theirs)
    assert (refused.value.code, Merge.objects.count()) == ("other_customer", 0)
    joining.merge(by=act(agent), ticket=ticket, other=theirs, other_customer=True)
    seat = ticket.participants.get(address=STRANGER)
    ticket.refresh_from_db()
    assert seat.sees_from == ticket.seq + 1


def test_a_ticket_that_one_may_not_see_cannot_be_joined(ticket: Ticket, other: Ticket, outsider: User, act) -> None:
    before = as_it_is(ticket), as_it_is(other)
    with pytest.raises(NotFound):
        joining.merge(by=act(outsider), ticket=ticket, other=other)
    assert (as_it_is(ticket), as_it_is(other), Merge.objects.count()) == (*before, 0)


def test_a_repeat_is_the_same_merge_and_a_part_is_not_joined_elsewhere(
    ticket: Ticket, other: Ticket, agent: User, act, post: Post
) -> None:
    third = post.send("Third", subject="Third").ticket
    merge = joining.merge(by=act(agent), ticket=ticket, other=other)
    assert joining.merge(by=act(agent), ticket=ticket, other=other) == merge
    for pair in ((third, other), (other, third)):
        with pytest.raises(Conflict):
            joining.merge(by=act(agent), ticket=pair[0], other=pair[1])
    with pytest.raises(Invalid):
        joining.merge(by=act(agent), ticket=ticket, other=ticket)
    assert Merge.objects.count() == 1


def test_a_split_and_its_undo_leave_the_source_as_it_was(ticket: Ticket, agent: User, act, post: Post) -> None:
    seat = reply_address("support@desk.example", ticket.participants.get().pk)
    second = post.send("And by the way, my bill is wrong.", to=seat)
    before = as_it_is(ticket)
    split = splitting.split(by=act(agent), ticket=ticket, messages=[second.pk], subject="The bill")
    second.refresh_from_db()
    made = second.ticket
    assert (made.subject, second.seq, made.participants.get().address) == ("The bill", 1, CUSTOMER)
    assert made.waiting_since == second.created_at
    splitting.undo_split(by=act(agent), split=split)
    splitting.undo_split(by=act(agent), split=split)
    made.refresh_from_db()
    assert (as_it_is(ticket), made.status) == (before, "closed")


def test_what_came_into_the_split_ticket_stays_there(ticket: Ticket, agent: User, act, post: Post) -> None:
    seat = reply_address("support@desk.example", ticket.participants.get().pk)
    second = post.send("And my bill is wrong.", to=seat)
    split = splitting.split(by=act(agent), ticket=ticket, messages=[second.pk], subject="")
    note = replies.note(by=act(agent), ticket=split.made, body="Looking into the bill")
    splitting.undo_split(by=act(agent), split=split)
    note.refresh_from_db()
    split.made.refresh_from_db()
    assert (note.ticket, split.made.status) == (split.made, "new")


def test_not_every_message_can_be_split_off(ticket: Ticket, agent: User, act) -> None:
    before = as_it_is(ticket)
    for chosen in ([], [0], [Message.objects.get().pk]):
        with pytest.raises(Invalid):
            splitting.split(by=act(agent), ticket=ticket, messages=chosen, subject="x")
    assert (as_it_is(ticket), Ticket.objects.count(), Split.objects.count()) == (before, 1, 0)


def test_a_link_holds_once_and_goes_away_again(ticket: Ticket, other: Ticket, agent: User, act) -> None:
    assert linking.link(by=act(agent), ticket=ticket, other=other) == linking.link(
        by=act(agent), ticket=other, other=ticket
    )
    linking.unlink(by=act(agent), ticket=ticket, other=other)
    linking.unlink(by=act(agent), ticket=ticket, other=other)
    assert Link.objects.count() == 0


def test_a_link_needs_both_in_sight(ticket: Ticket, other: Ticket, outsider: User, agent: User, act) -> None:
    lifecycle.assign(by=act(agent), ticket=other, assignee=outsider)
    with pytest.raises(NotFound):
        linking.link(by=act(outsider), ticket=other, other=ticket)
    assert Link.objects.count() == 0
