"""What the chat measurement stands on: an inbox, signed-in agents, the product's web processes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from bench import pages, product
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.launch import prepare
from tickets.actions import chats, inboxes
from tickets.models import Conversation, Visitor


@dataclass(frozen=True)
class Stage:
    """Where the product listens, the widget's key, each agent's cookies, and how an agent takes a chat."""

    at: pages.Address
    pids: list[int]
    key: str
    cookies: list[str]
    take: Callable[[int, int], None]
    end: Callable[[int], None]
    rows: Callable[[], int]
    database: str


@contextmanager
def set_up(out: Path, agents: int) -> Iterator[Stage]:
    """Makes all that ready; the web processes stop at the end."""
    prepare.messages()
    prepare.static_files()
    inbox = inboxes.create_inbox(by=SYSTEM, kind="chat", name="Bench chat", settings={})
    people = pages.staff(agents)

    def take(which: int, number: int) -> None:
        chat = Conversation.objects.get(ticket__number=number)
        chats.take(by=pages.actor(people[which]), conversation=chat)

    database = connection.get_connection_params()["dbname"]

    def end(number: int) -> None:
        chats.end(by=SYSTEM, conversation=Conversation.objects.get(ticket__number=number))

    with product.running(out.with_suffix(".log")) as (at, pids):
        cookies = [product.sign_in(at, user.email) for user in people]
        yield Stage(at, pids, inbox.key, cookies, take, end, Visitor.objects.count, database)
