"""A widget, and people before it who speak to its real API."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts.models import Team
from helpdesk.accounts.rules.policy import SYSTEM
from tickets.actions import inboxes
from tickets.models import Conversation, Inbox

_numbers = itertools.count(1)


@dataclass
class Page:
    """One visitor's page: it keeps its token as a browser would."""

    key: str
    token: str = ""
    chat: dict[str, Any] = field(default_factory=dict)
    booted: dict[str, Any] = field(default_factory=dict)
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    def call(self, method: str, path: str, data: Any = None, **more: Any) -> tuple[int, Any]:
        """Status and answer of one call."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if data is not None and "content_type" not in more:
            more |= {"data": json.dumps(data), "content_type": "application/json"}
        elif data is not None:
            more |= {"data": data}
        answer = self.client.generic(method, f"/w/{self.key}/api/{path}", headers=headers, **more)
        assert not answer.cookies
        is_json = "json" in answer.headers.get("Content-Type", "")
        return answer.status_code, answer.json() if is_json else answer

    def boot(self, **given: Any) -> dict[str, Any]:
        """Opens the widget."""
        status, told = self.call("POST", "boot", {"token": self.token} | given)
        assert status == 200, told
        self.token, self.booted = told["token"], told
        self.chat = told["conversation"] or {}
        return self.booted

    def say(self, text: str = "Hello?", *, client_id: str = "", **more: Any) -> dict[str, Any]:
        """Says something; the message as it was taken."""
        sent = {"client_id": client_id or f"c{next(_numbers)}", "text": text} | more
        status, told = self.call("POST", "messages", sent)
        assert status in (200, 201), told
        self.token, self.chat = told["token"], told["conversation"]
        return dict(told["message"])

    def read(self, after: int = 0) -> dict[str, Any]:
        """What came after that."""
        status, told = self.call("GET", f"messages?conversation={self.chat.get('id', '')}&after={after}")
        assert status == 200, told
        return dict(told)

    def texts(self, after: int = 0) -> list[str]:
        """The words of what came after that."""
        return [message["text"] for message in self.read(after)["messages"]]

    def row(self) -> Conversation:
        """The conversation as the database has it."""
        return Conversation.objects.select_related("ticket", "visitor__customer").get(
            ticket__number=self.chat["number"]
        )


@pytest.fixture
def widget(team: Team) -> Inbox:
    """The chat of a shop."""
    return inboxes.create_inbox(by=SYSTEM, kind="chat", name="Shop", team=team)


@pytest.fixture
def visit(widget: Inbox) -> Callable[..., Page]:
    """Somebody opens the widget."""

    def enter(inbox: Inbox = widget, **given: Any) -> Page:
        page = Page(inbox.key)
        page.boot(**given)
        return page

    return enter
