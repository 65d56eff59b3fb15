"""The policy, as a table: who reaches which ticket, and what a key may."""

import pytest

from helpdesk.accounts.rules.policy import SCOPE_OF, SCOPES, SYSTEM, VERBS, Actor, Facts, can

MINE, THEIRS = 1, 2
AGENT = Actor("user", 10, "agent", frozenset({MINE}))
LEAD = Actor("user", 11, "lead", frozenset({MINE}))
ADMIN = Actor("user", 12, "admin")


@pytest.mark.parametrize("actor", [AGENT, LEAD])
@pytest.mark.parametrize(
    ("facts", "allowed"),
    [
        (Facts(MINE, None), True),
        (Facts(None, None), True),
        (Facts(THEIRS, None), False),
        (Facts(THEIRS, 99), False),
        (Facts(None, 99), True),
    ],
)
def test_a_ticket_is_reached_through_its_team(actor: Actor, facts: Facts, allowed: bool) -> None:
    assert can(actor, "ticket.view", facts) is allowed
    assert can(actor, "ticket.reply", facts) is allowed
    assert can(actor, "file.view", facts) is allowed


def test_an_assigned_ticket_is_reached_whatever_its_team() -> None:
    assert can(AGENT, "ticket.reply", Facts(THEIRS, AGENT.user_id))


def test_admins_and_the_system_reach_every_ticket() -> None:
    assert can(ADMIN, "ticket.change", Facts(THEIRS, 99))
    assert can(SYSTEM, "ticket.change", Facts(THEIRS, 99))


def test_an_unknown_verb_is_nobodys() -> None:
    assert not any(can(actor, "ticket.destroy") for actor in (None, AGENT, ADMIN, SYSTEM))


def test_nobody_may_only_what_is_public() -> None:
    assert [verb for verb in VERBS if can(None, verb)] == ["public"]


def test_an_unknown_role_may_nothing() -> None:
    assert [verb for verb in VERBS if can(Actor("user", 1, "owner"), verb)] == ["public"]


@pytest.mark.parametrize("verb", [verb for verb, role in VERBS.items() if role == "admin"])
def test_what_admins_manage_is_not_for_others(verb: str) -> None:
    assert can(ADMIN, verb)
    assert not can(LEAD, verb)
    assert not can(AGENT, verb)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_may_exactly_what_its_scope_names(scope: str) -> None:
    key = Actor("key", 12, "admin", scopes=frozenset({scope}))
    allowed = {verb for verb in VERBS if verb != "public" and can(key, verb)}
    assert allowed == {verb for verb in VERBS if verb != "public" and SCOPE_OF.get(verb, "admin") == scope}


def test_a_key_never_exceeds_the_role_of_its_person() -> None:
    key = Actor("key", 10, "agent", frozenset({MINE}), scopes=frozenset({"*"}))
    assert [verb for verb in VERBS if can(key, verb)] == [verb for verb in VERBS if can(AGENT, verb)]
    assert not can(key, "ticket.view", Facts(THEIRS, None))


def test_a_key_without_scopes_may_nothing() -> None:
    assert not any(can(Actor("key", 12, "admin"), verb) for verb in VERBS if verb != "public")
