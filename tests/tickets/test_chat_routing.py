"""Waiting chats find people: offered, taken, declined, missed; two at once; who is away gets nothing."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from helpdesk.accounts import actions as accounts
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Availability, Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, Invalid, NotAllowed, NotFound
from helpdesk.core.events import emit
from helpdesk.core.models import AuditEntry
from tests.support.chats import chat
from tickets.actions import chats, inboxes, lifecycle, offers, routing, supervision
from tickets.models import Conversation, Inbox, Notice, Offer, Ticket
from tickets.queries import notices
from tickets.queries import routing as queries

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
Work = Callable[[], object]


@pytest.fixture
def door(team: Team) -> Inbox:
    """A widget whose chats go to the team."""
    return inboxes.create_inbox(by=SYSTEM, kind="chat", name="Shop", settings={}, team=team)


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bell does not ring; work is done by hand."""
    monkeypatch.setattr("helpdesk.core.tasks.ring", lambda delay=0: None)


@pytest.fixture
def later(work: Work) -> Callable[[int], None]:
    """Time passes, and due work is done."""

    def wait(seconds: int) -> None:
        with clock.frozen(clock.now() + timedelta(seconds=seconds)):
            work()

    return wait


def there(*people: User, state: str = "available") -> None:
    for person in people:
        accounts.set_availability(by=actor_of(person), state=state)


def asked(conversation: Conversation) -> list[tuple[str, str]]:
    return [(row.user.name, row.outcome) for row in conversation.offers.select_related("user").order_by("id")]


def test_a_waiting_chat_is_offered_to_who_becomes_available(door: Inbox, agent: User, work: Work) -> None:
    waiting = chat(door)
    work()
    assert asked(waiting) == []
    there(agent)
    work()
    assert asked(waiting) == [("Sara", "")]
    work()
    routing.route()
    assert asked(waiting) == [("Sara", "")]
    assert AuditEntry.objects.get(verb="chat.offered").facts["why"] == "free"


def test_taking_it_makes_it_live_and_closes_the_offer(door: Inbox, agent: User, work: Work) -> None:
    waiting = chat(door)
    there(agent)
    work()
    taken = offers.take(by=actor_of(agent), conversation=waiting)
    assert (taken.state, taken.agent_id, taken.ticket_id) == ("live", agent.pk, waiting.ticket_id)
    assert asked(waiting) == [("Sara", "taken")]
    waiting.ticket.refresh_from_db()
    assert waiting.ticket.assignee_id == agent.pk
    before = AuditEntry.objects.count()
    assert offers.take(by=actor_of(agent), conversation=waiting).pk == taken.pk
    assert AuditEntry.objects.count() == before


def test_after_thirty_seconds_the_next_one_is_asked(
    door: Inbox, agent: User, teammate: User, later: Callable[[int], None], work: Work
) -> None:
    waiting = chat(door)
    there(agent)
    work()
    there(teammate)
    work()
    assert asked(waiting) == [("Sara", "")]
    later(31)
    assert asked(waiting) == [("Sara", "missed"), ("Ali", "")]


def test_who_declines_is_not_asked_again_while_another_is_free(
    door: Inbox, agent: User, teammate: User, work: Work
) -> None:
    waiting = chat(door)
    there(agent)
    work()
    there(teammate)
    work()
    offers.decline(by=actor_of(agent), conversation=waiting)
    work()
    assert asked(waiting) == [("Sara", "declined"), ("Ali", "")]
    offers.decline(by=actor_of(agent), conversation=waiting)
    assert asked(waiting) == [("Sara", "declined"), ("Ali", "")]


def test_alone_they_are_asked_again_after_a_rest(door: Inbox, agent: User, work: Work) -> None:
    waiting, now = chat(door), clock.now()
    there(agent)
    work()
    offers.decline(by=actor_of(agent), conversation=waiting)
    work()
    assert asked(waiting) == [("Sara", "declined")]
    with clock.frozen(now + timedelta(seconds=125)):
        accounts.feel(actor_of(agent))
        work()
    assert asked(waiting) == [("Sara", "declined"), ("Sara", "")]


def test_capacity_holds_and_an_ended_chat_makes_room(door: Inbox, agent: User, lead: User, work: Work) -> None:
    accounts.set_capacity(by=actor_of(lead), user=agent, capacity=1)
    first, second = chat(door), chat(door)
    there(agent)
    work()
    assert (asked(first), asked(second)) == ([("Sara", "")], [])
    offers.take(by=actor_of(agent), conversation=first)
    work()
    assert asked(second) == []
    chats.end(by=actor_of(agent), conversation=first)
    work()
    assert asked(second) == [("Sara", "")]


@pytest.mark.parametrize("state", ["away", "focus"])
def test_who_is_not_available_is_offered_nothing(door: Inbox, agent: User, work: Work, state: str) -> None:
    waiting = chat(door)
    there(agent, state=state)
    work()
    assert asked(waiting) == []


def test_an_absence_ends_by_itself(door: Inbox, agent: User, work: Work) -> None:
    waiting, now = chat(door), clock.now()
    accounts.set_availability(by=actor_of(agent), state="away", until=now + timedelta(minutes=30))
    work()
    assert asked(waiting) == []
    with clock.frozen(now + timedelta(minutes=31)):
        accounts.feel(actor_of(agent))
        work()
        assert asked(waiting) == [("Sara", "")]
    row = Availability.objects.get(user=agent)
    assert (row.state, row.until) == ("available", None)


def test_who_was_not_seen_for_a_minute_is_offered_nothing_until_a_page_is_open_again(
    door: Inbox, agent: User, work: Work
) -> None:
    there(agent)
    work()
    with clock.frozen(clock.now() + timedelta(seconds=61)):
        waiting = chat(door)
        emit("chat.queued", {"conversation": waiting.pk})
        work()
        assert asked(waiting) == []
        assert accounts.feel(actor_of(agent))
        assert not accounts.feel(actor_of(agent))
        work()
        assert asked(waiting) == [("Sara", "")]


def test_who_was_deactivated_is_offered_nothing_and_their_chats_wait_again(
    door: Inbox, agent: User, teammate: User, admin: User, work: Work
) -> None:
    live, waiting = chat(door, agent=agent), chat(door)
    there(agent, teammate)
    accounts.deactivate(by=actor_of(admin), user=agent)
    work()
    live.refresh_from_db()
    assert (live.state, live.agent_id) == ("queued", None)
    assert asked(live) == [("Ali", "")]
    assert asked(waiting) == [("Ali", "")]


def test_who_a_leavers_work_goes_to_is_asked_first(
    door: Inbox, agent: User, teammate: User, lead: User, admin: User, work: Work
) -> None:
    live = chat(door, agent=agent)
    there(teammate, lead)
    accounts.deactivate(by=actor_of(admin), user=agent, hand_over_to=lead)
    work()
    assert asked(live) == [("Maryam", "")]
    live.ticket.refresh_from_db()
    assert live.ticket.assignee_id == lead.pk


def test_a_chat_stays_with_its_team(door: Inbox, outsider: User, work: Work) -> None:
    waiting = chat(door)
    there(outsider)
    work()
    assert asked(waiting) == []
    with pytest.raises(NotFound):
        offers.take(by=actor_of(outsider), conversation=waiting)
    waiting.refresh_from_db()
    assert waiting.state == "queued"


def test_a_visitor_who_returns_comes_to_the_same_agent(door: Inbox, agent: User, teammate: User, work: Work) -> None:
    earlier = chat(door, agent=teammate)
    chats.end(by=actor_of(teammate), conversation=earlier)
    there(agent, teammate)
    for _each in range(3):
        new = chat(door)
        Conversation.objects.filter(pk=new.pk).update(visitor=earlier.visitor)
        work()
        assert asked(new) == [("Ali", "")]
        chats.end(by=actor_of(teammate), conversation=new)


def test_a_chat_that_ended_meanwhile_is_offered_to_nobody(door: Inbox, agent: User, work: Work) -> None:
    waiting = chat(door)
    there(agent)
    work()
    chats.end(by=actor_of(agent), conversation=waiting)
    work()
    assert asked(waiting) == []
    with pytest.raises(Conflict, match="chat_ended"):
        offers.take(by=actor_of(agent), conversation=waiting)


def test_a_second_taker_is_told_who_has_it(door: Inbox, agent: User, teammate: User) -> None:
    waiting = chat(door)
    offers.take(by=actor_of(agent), conversation=waiting)
    with pytest.raises(Conflict, match="chat_taken") as refusal:
        offers.take(by=actor_of(teammate), conversation=waiting)
    assert refusal.value.facts["who"] == "Sara"
    waiting.refresh_from_db()
    assert waiting.agent_id == agent.pk


def test_only_a_lead_sets_how_many_chats_somebody_has(agent: User, teammate: User, lead: User) -> None:
    with pytest.raises(NotAllowed):
        accounts.set_capacity(by=actor_of(agent), user=teammate, capacity=9)
    with pytest.raises(Invalid):
        accounts.set_capacity(by=actor_of(lead), user=teammate, capacity=21)
    assert not Availability.objects.exists()


@pytest.mark.parametrize(("state", "hours"), [("asleep", None), ("away", -1), ("away", 24 * 90)])
def test_a_wrong_availability_changes_nothing(agent: User, state: str, hours: int | None) -> None:
    until = clock.now() + timedelta(hours=hours) if hours is not None else None
    with pytest.raises(Invalid):
        accounts.set_availability(by=actor_of(agent), state=state, until=until)
    assert not Availability.objects.exists()


def test_a_whisper_reaches_the_agent_and_nobody_outside(door: Inbox, agent: User, lead: User) -> None:
    live = chat(door, agent=agent)
    said = supervision.whisper(by=actor_of(lead), conversation=live, body="Offer them a week for free")
    assert (said.kind, said.author_id) == ("note", lead.pk)
    assert Notice.objects.get(user=agent).ticket_id == live.ticket_id
    with pytest.raises(NotAllowed):
        supervision.whisper(by=actor_of(agent), conversation=live, body="And me?")
    assert live.ticket.messages.filter(kind="note").count() == 1


def test_a_lead_takes_over_and_an_agent_cannot(door: Inbox, agent: User, teammate: User, lead: User) -> None:
    live = chat(door, agent=agent)
    with pytest.raises(NotAllowed):
        supervision.take_over(by=actor_of(teammate), conversation=live)
    live.refresh_from_db()
    assert live.agent_id == agent.pk
    assert supervision.take_over(by=actor_of(lead), conversation=live).agent_id == lead.pk


@pytest.fixture
def free(transactional_db: None) -> Iterator[None]:
    """Threads see each other's commits, and leave no connection behind."""
    yield
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_who_take_at_once_do_not_both_have_it(free: None, door: Inbox, agent: User, teammate: User) -> None:
    waiting = chat(door)
    start = threading.Barrier(2, timeout=20)

    def grab(person: User) -> str:
        try:
            start.wait()
            offers.take(by=actor_of(person), conversation=waiting)
            return person.name
        except Conflict as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(grab, [agent, teammate]))
    waiting.refresh_from_db()
    assert waiting.agent is not None
    assert sorted(results) == sorted([waiting.agent.name, "chat_taken"])


@pytest.mark.django_db(transaction=True)
def test_routing_at_once_never_asks_anybody_beyond_their_capacity(
    free: None, door: Inbox, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    there(agent)
    accounts.set_capacity(by=SYSTEM, user=agent, capacity=2)
    for _each in range(6):
        chat(door)
    start, every, seen = threading.Barrier(3, timeout=20), queries.waiting, threading.local()
    # As if the chats had come between the looks of the three: each sees two that the others do not.
    monkeypatch.setattr(queries, "waiting", lambda: every()[seen.by :: 3])

    def run(number: int) -> int:
        seen.by = number
        try:
            start.wait()
            return len(routing.route())
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(run, range(3)))
    assert sum(made) == Offer.objects.filter(outcome="").count() == 2


def test_who_gets_a_chat_from_another_team_is_told_of_the_note_that_came_with_it(
    door: Inbox, agent: User, outsider: User
) -> None:
    live = chat(door, agent=agent)
    chats.hand_over(by=actor_of(agent), conversation=live, to=outsider, context="She wants her invoice.")
    assert Notice.objects.filter(user=outsider, kind="mention").count() == 1
    assert notices.badges(actor_of(outsider))["notices"] == 1


def test_a_live_chat_goes_where_its_ticket_goes(door: Inbox, agent: User, teammate: User, work: Work) -> None:
    live = chat(door, agent=agent)
    there(teammate)
    lifecycle.assign(by=actor_of(agent), ticket=live.ticket, assignee=teammate)
    live.refresh_from_db()
    assert (live.state, live.agent_id) == ("live", teammate.pk)
    lifecycle.assign(by=actor_of(teammate), ticket=live.ticket, assignee=None)
    live.refresh_from_db()
    assert (live.state, live.agent_id) == ("queued", None)
    work()
    assert asked(live) == [("Ali", "")]


def test_a_live_chat_moved_to_another_team_waits_for_that_team_in_its_old_place(
    door: Inbox, agent: User, outsider: User, work: Work
) -> None:
    live = chat(door)
    since = live.queued_at
    offers.take(by=actor_of(agent), conversation=live)
    there(agent, outsider)
    other = outsider.memberships.get().team
    lifecycle.transfer(by=actor_of(agent), ticket=live.ticket, team=other)
    work()
    live.refresh_from_db()
    assert (live.state, live.agent_id, live.queued_at, live.ticket.team_id) == ("queued", None, since, other.pk)
    assert [row.user for row in live.offers.filter(outcome="")] == [outsider]


def test_a_chat_that_is_over_stays_over_when_its_ticket_is_assigned(door: Inbox, agent: User, teammate: User) -> None:
    ended = chats.end(by=actor_of(agent), conversation=chat(door, agent=agent))
    lifecycle.assign(by=actor_of(agent), ticket=ended.ticket, assignee=teammate)
    ended.refresh_from_db()
    assert (ended.state, ended.agent_id) == ("ended", agent.pk)


def test_whoever_waits_for_an_agent_who_is_gone_is_served_first_by_the_next_one(
    door: Inbox, agent: User, teammate: User, work: Work, later: Callable[[int], None]
) -> None:
    there(agent)
    live = chat(door, agent=agent)
    Ticket.objects.filter(pk=live.ticket_id).update(waiting_since=clock.now())
    work()
    later(90)
    live.refresh_from_db()
    assert (live.state, live.agent_id) == ("live", agent.pk)
    chat(door)
    with clock.frozen(clock.now() + timedelta(seconds=150)):
        there(teammate)
        accounts.set_capacity(by=SYSTEM, user=teammate, capacity=1)
        work()
    live.refresh_from_db()
    assert (live.state, live.agent_id, asked(live)) == ("queued", None, [("Ali", "")])
    assert list(Notice.objects.values_list("user__name", "kind", "ticket")) == [("Sara", "chat_back", live.ticket_id)]
