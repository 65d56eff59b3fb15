"""Talking to the API as an integrator does: a key, JSON in, JSON out."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from helpdesk.accounts import actions as account_actions
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import buckets


@dataclass
class Api:
    """One key. Each call answers (status, body); `last` is the whole response."""

    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    last: Any = None

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Sends one request below /api/v1/; names in `headers` are written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in (self.headers | headers).items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        response: HttpResponse = Client().generic(
            method, f"/api/v1/{path}", data, content_type="application/json", headers=sent
        )
        self.last = response
        return response.status_code, json.loads(response.content) if response.content else None

    def get(self, path: str, **headers: str) -> tuple[int, Any]:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        return self.call("PATCH", path, body, **headers)


MakeKey = Callable[..., Api]


@pytest.fixture
def key() -> MakeKey:
    """Makes a key for a person, by default with all that their role may."""

    def make(user: User, *scopes: str) -> Api:
        _row, token = account_actions.create_key(by=SYSTEM, user=user, name="test", scopes=list(scopes or ("*",)))
        return Api(token)

    return make


@pytest.fixture
def api(agent: User, key: MakeKey) -> Api:
    """Sara's key."""
    return key(agent)


@pytest.fixture(autouse=True)
def full_buckets() -> None:
    """Each test starts with nobody having asked anything."""
    buckets._levels.clear()


def codes(body: dict[str, Any]) -> list[tuple[str, str]]:
    """The places and codes of a problem's errors."""
    return [(one["pointer"], one["code"]) for one in body["errors"]]


NEW_TICKET = {
    "subject": "Where is my order?",
    "body": "It should have come on Saturday.",
    "channel": "email",
    "customer": {"email": "narges@example.com"},
}
