"""API keys: shown once, kept hashed, within role and scopes, ended at once."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from helpdesk.accounts import actions
from helpdesk.accounts.access import actor_of, key_by_token
from helpdesk.accounts.keys import KeyAuthentication, ScopeAndRole
from helpdesk.accounts.models import ApiKey, Team, User
from helpdesk.core import clock
from helpdesk.core.errors import Invalid, NotAllowed


class View:
    verbs = {"GET": "ticket.view", "POST": "ticket.create"}


def asked(token: str, method: str = "get", scheme: str = "Bearer") -> Request:
    headers = {"Authorization": f"{scheme} {token}"} if token else {}
    return Request(getattr(APIRequestFactory(), method)("/api/v1/tickets/", headers=headers))


def test_the_token_is_shown_once_and_kept_hashed(agent: User) -> None:
    key, token = actions.create_key(by=actor_of(agent), user=agent, name="robot", scopes=["tickets:read"])
    assert len(token) == 46
    assert token.startswith("hd_")
    assert token not in json.dumps(ApiKey.objects.filter(pk=key.pk).values("name", "prefix", "hash", "scopes")[0])


def test_a_key_acts_for_its_person_within_its_scopes(
    agent: User, team: Team, django_assert_max_num_queries: Any
) -> None:
    _key, token = actions.create_key(by=actor_of(agent), user=agent, name="robot", scopes=["tickets:read"])
    with django_assert_max_num_queries(2):
        request = asked(token)
        user, _auth = KeyAuthentication().authenticate(request) or (None, None)
    assert user == agent
    actor = request._request.actor  # type: ignore[attr-defined]  # set by the authentication
    assert (actor.kind, actor.role, actor.team_ids) == ("key", "agent", {team.pk})
    assert ScopeAndRole().has_permission(request, View())  # type: ignore[arg-type]  # looks like a view
    writing = asked(token, "post")
    KeyAuthentication().authenticate(writing)
    assert not ScopeAndRole().has_permission(writing, View())  # type: ignore[arg-type]  # looks like a view


def test_a_method_without_a_verb_does_not_exist(agent: User) -> None:
    _key, token = actions.create_key(by=actor_of(agent), user=agent, name="robot", scopes=["*"])
    request = asked(token, "delete")
    KeyAuthentication().authenticate(request)
    with pytest.raises(MethodNotAllowed):
        ScopeAndRole().has_permission(request, View())  # type: ignore[arg-type]  # looks like a view


@pytest.mark.parametrize("token", ["x", "hd_", "hd_" + "a" * 43, "ی", "null"])
def test_a_wrong_token_is_refused(agent: User, token: str) -> None:
    with pytest.raises(AuthenticationFailed):
        KeyAuthentication().authenticate(asked(token))


def test_only_bearer_counts(agent: User) -> None:
    _key, token = actions.create_key(by=actor_of(agent), user=agent, name="robot", scopes=["*"])
    with pytest.raises(AuthenticationFailed):
        KeyAuthentication().authenticate(asked(token, scheme="Basic"))
    assert KeyAuthentication().authenticate(asked("")) is None


def test_a_revoked_key_and_a_gone_person_are_refused(agent: User, admin: User) -> None:
    key, token = actions.create_key(by=actor_of(agent), user=agent, name="a", scopes=["*"])
    _other, second = actions.create_key(by=actor_of(agent), user=agent, name="b", scopes=["*"])
    actions.revoke_key(by=actor_of(agent), key=key)
    assert key_by_token(token) is None
    assert key_by_token(second) is not None
    actions.deactivate(by=actor_of(admin), user=agent)
    assert key_by_token(second) is None


def test_last_use_is_noted_at_most_once_a_minute(agent: User, django_assert_num_queries: Any) -> None:
    key, _token = actions.create_key(by=actor_of(agent), user=agent, name="a", scopes=["*"])
    now = clock.now()
    for later, queries in ((0, 1), (59, 0), (61, 1)):
        row = ApiKey.objects.get(pk=key.pk)
        with clock.frozen(now + timedelta(seconds=later)), django_assert_num_queries(queries):
            actions.note_use(row)


@pytest.mark.parametrize("scopes", [[], ["everything"], ["tickets:read", "root"]])
def test_unknown_scopes_are_refused(agent: User, scopes: list[str]) -> None:
    with pytest.raises(Invalid):
        actions.create_key(by=actor_of(agent), user=agent, name="a", scopes=scopes)
    assert not ApiKey.objects.exists()


def test_a_key_makes_no_keys(agent: User) -> None:
    _key, token = actions.create_key(by=actor_of(agent), user=agent, name="a", scopes=["*"])
    found = key_by_token(token)
    assert found
    with pytest.raises(NotAllowed):
        actions.create_key(by=found[1], user=agent, name="b", scopes=["*"])
    assert ApiKey.objects.count() == 1


def command(*given: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*given, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_the_commands_make_a_person_and_a_key(db: None) -> None:
    made = command("create_user", "--email", "a@x.example", "--role", "agent", "--password", "pw", "--team", "Billing")
    assert User.objects.get(pk=made["id"]).teams.get().name == "Billing"
    token = command("create_api_key", "--user", "a@x.example", "--scopes", "tickets:read", "customers:read")["token"]
    found = key_by_token(token)
    assert found
    assert found[1].scopes == frozenset({"tickets:read", "customers:read"})


def test_the_commands_refuse_in_one_line(agent: User) -> None:
    for given in (
        ["create_user", "--email", agent.email, "--role", "agent", "--password", "pw"],
        ["create_api_key", "--user", "nobody@x.example", "--scopes", "*"],
        ["create_api_key", "--user", agent.email, "--scopes", "root"],
    ):
        with pytest.raises(CommandError) as refusal:
            call_command(*given)
        assert len(str(refusal.value).splitlines()) == 1
    assert User.objects.count() == 1
