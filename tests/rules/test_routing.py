"""Which waiting chat goes to whom."""

from datetime import UTC, datetime, timedelta

import pytest

from tickets.rules.routing import Agent, Choice, Waiting, ask_again, choose, rested

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CARE, BILLING = 1, 2
SARA, ALI, REZA = 11, 12, 13


def chat(pk: int, minutes: int = 5, **given: object) -> Waiting:
    return Waiting(pk, NOW - timedelta(minutes=minutes), **{"team_id": CARE} | given)  # type: ignore[arg-type]


def someone(pk: int, busy: int = 0, capacity: int = 3, team: int = CARE) -> Agent:
    return Agent(pk, frozenset({team}), busy, capacity)


def test_the_longest_waiting_comes_first() -> None:
    choices = choose([chat(1, minutes=2), chat(2, minutes=9)], [someone(SARA, capacity=1)], NOW)
    assert choices == [Choice(2, SARA, "free")]


def test_nobody_gets_more_than_they_can_take() -> None:
    choices = choose([chat(n) for n in range(1, 6)], [someone(SARA, busy=1), someone(ALI, busy=3)], NOW)
    assert [(one.chat, one.agent) for one in choices] == [(1, SARA), (2, SARA)]


def test_who_has_least_to_do_for_what_they_can_take_is_asked() -> None:
    assert choose([chat(1)], [someone(SARA, busy=1, capacity=2), someone(ALI, busy=2, capacity=8)], NOW)[0].agent == ALI


def test_equals_take_turns() -> None:
    agents = [someone(SARA), someone(ALI)]
    assert {choose([chat(n)], agents, NOW)[0].agent for n in (1, 2)} == {SARA, ALI}


def test_a_chat_stays_in_its_team() -> None:
    assert choose([chat(1)], [someone(REZA, team=BILLING)], NOW) == []


def test_a_chat_of_no_team_is_anybodys() -> None:
    assert choose([chat(1, team_id=None)], [someone(REZA, team=BILLING)], NOW) == [Choice(1, REZA, "free")]


def test_the_one_it_is_assigned_to_is_asked_even_from_another_team() -> None:
    agents = [someone(SARA), someone(REZA, busy=2, team=BILLING)]
    assert choose([chat(1, assignee_id=REZA)], agents, NOW) == [Choice(1, REZA, "same_agent")]


def test_a_visitor_who_returns_comes_to_the_same_agent() -> None:
    agents = [someone(SARA, busy=2), someone(ALI)]
    assert choose([chat(1, before=SARA)], agents, NOW) == [Choice(1, SARA, "same_agent")]


@pytest.mark.parametrize(
    "sara", [someone(SARA, busy=3), someone(SARA, team=BILLING)], ids=["no room", "in another team now"]
)
def test_but_not_when_that_one_cannot(sara: Agent) -> None:
    assert choose([chat(1, before=SARA)], [sara, someone(ALI)], NOW) == [Choice(1, ALI, "free")]


def test_nor_when_they_have_just_let_it_pass() -> None:
    passed = {SARA: NOW - timedelta(seconds=1)}
    waiting = chat(1, before=SARA, passed=passed)
    assert choose([waiting], [someone(SARA), someone(ALI, busy=2)], NOW) == [Choice(1, ALI, "free")]


def test_who_let_it_pass_is_asked_again_when_nobody_else_is_free_and_they_have_rested() -> None:
    waiting = chat(1, passed={SARA: NOW + timedelta(seconds=10)})
    agents = [someone(SARA), someone(ALI, busy=3)]
    assert choose([waiting], agents, NOW) == []
    assert ask_again([waiting], agents, NOW) == NOW + timedelta(seconds=10)
    assert choose([waiting], agents, NOW + timedelta(seconds=10)) == [Choice(1, SARA, "again")]


def test_nobody_is_asked_again_who_has_no_room_or_another_team() -> None:
    waiting = chat(1, passed={SARA: NOW + timedelta(seconds=10), REZA: NOW + timedelta(seconds=5)})
    assert ask_again([waiting], [someone(SARA, busy=3), someone(REZA, team=BILLING)], NOW) is None


def test_a_decline_rests_longer_than_a_miss() -> None:
    assert rested("declined", NOW) > rested("missed", NOW) > NOW


def test_nobody_there_means_nobody_is_asked() -> None:
    assert choose([chat(1)], [], NOW) == []
