"""The matrix, generated from the URL configuration: every route x method x role x own or foreign ticket.

A route without a verb fails, so nobody adds a page that the policy does not know.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from helpdesk.accounts import actions
from helpdesk.accounts.access import actor_of
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM, VERBS, Actor, can
from helpdesk.core.models import AuditEntry
from tests.conftest import PASSWORD

ROLES = ("anonymous", "agent", "lead", "admin")
NOWHERE = {
    "int": "987654321",
    "str": "nothing",
    "slug": "nothing",
    "uuid": "0" * 8 + "-0000-0000-0000-" + "0" * 12,
    "path": "no",
}
# Pages that are not always there: before anybody exists, with a token in the header, in a demo.
AT_TIMES = {"setup/", "metrics", "demo/mailbox/"}
READING = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Route:
    """One address with what its view says of itself."""

    path: str
    view: Any

    @property
    def is_api(self) -> bool:
        return self.path.startswith("api/")

    def verb(self, method: str) -> str | None:
        """The verb that this method needs; None: no such method, or nobody said."""
        kind = getattr(self.view, "cls", None) or getattr(self.view, "view_class", None)
        if kind is not None:
            found: str | None = getattr(kind, "verbs", {}).get(method)
            return found
        verb = getattr(self.view, "verb", None)
        return verb if method in READING else getattr(self.view, "post_verb", verb)

    def at(self, **values: object) -> str:
        """The address with these parameters; the others name nothing that exists."""

        def fill(match: re.Match[str]) -> str:
            return str(values.get(match[2], NOWHERE[match[1] or "str"]))

        plain = re.sub(r"<(?:(\w+):)?(\w+)>", fill, self.path)
        return "/" + plain.replace("^", "").replace("$", "").replace("\\", "")


def routes(patterns: Any = None, before: str = "") -> Iterator[Route]:
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield Route(path, pattern.callback)


ALL = list(routes())


@pytest.fixture
def people(agent: User, lead: User, admin: User) -> dict[str, User | None]:
    return {"anonymous": None, "agent": agent, "lead": lead, "admin": admin}


# What the API's calls about one ticket need for not being refused by shape alone.
BODY = {"body": "x", "direction": "out"}
BODIES: dict[str, Any] = {
    "messages": BODY,
    "notes": {"body": "x"},
    "assign": {"assignee": None},
    "merge": {"other": 1},
    "PATCH": {"subject": "x"},
}


def body_for(route: Route, method: str) -> str:
    name = "PATCH" if method == "PATCH" else route.path.rstrip("/").rpartition("/")[2]
    return json.dumps(BODIES.get(name, {})) if route.is_api and method != "GET" else ""


class Visitor:
    """Somebody at the door: pages know him by his session, the API by a key with every scope."""

    def __init__(self, person: User | None) -> None:
        self.client, self.headers = Client(raise_request_exception=False), {}
        if person:
            self.client.force_login(person)
            key = actions.create_key(by=actor_of(person), user=person, name="matrix", scopes=["*"])
            self.headers = {"Authorization": f"Bearer {key[1]}"}

    def send(self, route: Route, method: str, path: str) -> Any:
        """The answer to this visitor."""
        kind = "application/json" if route.is_api else "application/x-www-form-urlencoded"
        headers = self.headers if route.is_api else {}
        return self.client.generic(method, path, body_for(route, method), content_type=kind, headers=headers)


def shut(route: Route, answer: Any, person: User | None) -> bool:
    """Whether the answer is the one for somebody who may not."""
    if person is not None:
        return bool(answer.status_code == 403)
    if route.is_api:
        return bool(answer.status_code == 401)
    return bool(answer.status_code == 302 and answer["Location"].startswith("/sign-in/?next="))


def test_there_are_routes() -> None:
    assert len(ALL) > 40


@pytest.mark.parametrize("route", ALL, ids=lambda route: route.path or "/")
def test_every_route_has_a_known_verb(route: Route) -> None:
    kind = getattr(route.view, "cls", None) or getattr(route.view, "view_class", None)
    verbs = list(getattr(kind, "verbs", {}).values()) if kind else [route.verb("GET"), route.verb("POST")]
    assert verbs
    assert set(verbs) <= set(VERBS), f"{route.path}: decorate it with @permit, or give its class `verbs`"


def actor(person: User | None) -> Actor | None:
    return actor_of(person) if person else None


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("role", ROLES)
def test_every_route_is_shut_for_who_may_not(people: dict[str, User | None], role: str, method: str) -> None:
    person, wrong = people[role], []
    visitor, who = Visitor(person), actor(person)
    before = AuditEntry.objects.count()
    for route in ALL:
        verb = route.verb(method)
        if verb is None or can(who, verb):
            continue
        answer = visitor.send(route, method, route.at())
        if not shut(route, answer, person):
            wrong.append((route.path, answer.status_code))
    assert not wrong
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("role", ROLES)
def test_every_route_is_open_for_who_may(people: dict[str, User | None], role: str) -> None:
    person, wrong = people[role], []
    visitor, who = Visitor(person), actor(person)
    for route in ALL:
        verb = route.verb("GET")
        if verb is None or not can(who, verb):
            continue
        answer = visitor.send(route, "GET", route.at())
        whole = "<" not in route.path and "(" not in route.path and not route.path.startswith("^")
        broken = answer.status_code >= 500 and route.path not in {"readyz"}
        if broken or (person and shut(route, answer, None)) or (person and whole and answer.status_code == 404):
            wrong.append((route.path, answer.status_code))
    assert [cell for cell in wrong if cell[0] not in AT_TIMES] == []


# --- one ticket: own or foreign -----------------------------------------------------------------------------------


def about_a_ticket(route: Route) -> bool:
    return "<" in route.path and route.path.startswith(("desk/t/<int:", "api/v1/tickets/<int:"))


@pytest.fixture
def foreign(other_team: Team, customer: Any) -> Any:
    """A ticket of a team that agent and lead do not belong to, assigned to nobody."""
    from tickets.actions import tickets

    return tickets.create(
        by=SYSTEM, subject="Secret subject", body="Secret body", channel="email", customer=customer, team=other_team
    )


def ticket_path(route: Route, ticket: Any) -> str:
    first = re.search(r"<int:(\w+)>", route.path)
    assert first
    return route.at(**{first[1]: ticket.number})


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
@pytest.mark.parametrize("role", ["agent", "lead"])
def test_a_foreign_ticket_looks_as_if_it_did_not_exist(
    people: dict[str, User | None], foreign: Any, role: str, method: str
) -> None:
    visitor, wrong = Visitor(people[role]), []
    version = foreign.version
    for route in filter(about_a_ticket, ALL):
        if route.verb(method) is None or (method == "PATCH" and not route.is_api):
            continue
        answer = visitor.send(route, method, ticket_path(route, foreign))
        nowhere = visitor.send(route, method, route.at())
        same = answer.status_code == nowhere.status_code and answer.headers.get("Location") == nowhere.headers.get(
            "Location"
        )
        if not same or answer.status_code not in {302, 404, 405} or b"Secret" in answer.content:
            wrong.append((route.path, answer.status_code, nowhere.status_code))
    assert not wrong
    foreign.refresh_from_db()
    assert foreign.version == version
    assert foreign.messages.count() == 1


@pytest.mark.parametrize("reach", ["admin", "outsider", "assignee"])
def test_the_same_ticket_opens_for_who_reaches_it(
    people: dict[str, User | None], foreign: Any, outsider: User, reach: str
) -> None:
    from tickets.actions import lifecycle

    if reach == "assignee":
        lifecycle.assign(by=SYSTEM, ticket=foreign, assignee=people["agent"])
    person = {"admin": people["admin"], "outsider": outsider, "assignee": people["agent"]}[reach]
    pages = [route for route in ALL if re.fullmatch(r"(desk/t|api/v1/tickets)/<int:\w+>/", route.path)]
    visitor = Visitor(person)
    assert {visitor.send(route, "GET", ticket_path(route, foreign)).status_code for route in pages} == {200}


def test_signing_in_needs_the_password(agent: User) -> None:
    """The one thing that turns anybody into somebody."""
    assert Client().post("/sign-in/", {"email": agent.email, "password": PASSWORD + "x"}).status_code == 422
