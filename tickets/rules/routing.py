"""Which waiting chat is offered to whom, and why. Pure.

The chat that waits longest comes first. It goes to whoever answered this visitor before, if they are there; else to
the one of its team with the least to do. Who has let it pass is asked again only while nobody else is free, and not
at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

OFFERED_FOR = timedelta(seconds=30)
SEEN_WITHIN = timedelta(seconds=60)
# An agent without an open page for so long has left whoever waits for their word.
LEFT_AFTER = timedelta(minutes=2)
REST = {"missed": timedelta(seconds=30), "declined": timedelta(minutes=2)}

Why = Literal["same_agent", "free", "again"]


@dataclass(frozen=True)
class Waiting:
    """A chat in the queue. `before`: who answered this visitor last; `passed`: who let it pass, and from when on they
    may be asked again."""

    pk: int
    since: datetime
    team_id: int | None
    assignee_id: int | None = None
    before: int | None = None
    passed: Mapping[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Agent:
    """Somebody who is there. `busy` counts the chats they have and those that are offered to them."""

    pk: int
    team_ids: frozenset[int]
    busy: int
    capacity: int


@dataclass(frozen=True)
class Serving:
    """A live chat. `is_waiting`: the visitor had the last word; `seen`: when its agent was last there."""

    pk: int
    is_waiting: bool
    seen: datetime


@dataclass(frozen=True)
class Choice:
    """One chat goes to one person."""

    chat: int
    agent: int
    why: Why


def rested(outcome: str, at: datetime) -> datetime:
    """From when on somebody who let a chat pass may be asked again."""
    return at + REST[outcome]


def choose(waiting: Iterable[Waiting], agents: Iterable[Agent], now: datetime) -> list[Choice]:
    """Who is offered what, the longest waiting first, nobody beyond their capacity."""
    busy = {agent.pk: agent.busy for agent in agents}
    everybody = sorted(agents, key=lambda agent: agent.pk)
    made: list[Choice] = []
    for chat in in_order(waiting):
        free = [one for one in everybody if busy[one.pk] < one.capacity and _may_have(one, chat)]
        choice = _choose(chat, free, busy, now)
        if choice is not None:
            busy[choice.agent] += 1
            made.append(choice)
    return made


def left_alone(serving: Iterable[Serving], now: datetime) -> list[int]:
    """The chats whose visitors wait for somebody who is gone."""
    return [chat.pk for chat in serving if chat.is_waiting and chat.seen <= now - LEFT_AFTER]


def look_after(serving: Iterable[Serving], now: datetime) -> datetime | None:
    """When to see to the live chats again; None while there are none."""
    soonest = min((chat.seen + LEFT_AFTER for chat in serving), default=None)
    return None if soonest is None else max(soonest, now + OFFERED_FOR)


def in_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """The longest waiting first."""
    return sorted(waiting, key=lambda chat: (chat.since, chat.pk))


def ask_again(waiting: Iterable[Waiting], agents: Sequence[Agent], now: datetime) -> datetime | None:
    """When the first of those who let a chat pass, and have room, may be asked again; None when nobody is left."""
    times = [
        chat.passed[agent.pk]
        for chat in waiting
        for agent in agents
        if agent.pk in chat.passed and _may_have(agent, chat) and agent.busy < agent.capacity
    ]
    return min((at for at in times if at > now), default=None)


def _may_have(agent: Agent, chat: Waiting) -> bool:
    return chat.team_id is None or chat.team_id in agent.team_ids or chat.assignee_id == agent.pk


def _choose(chat: Waiting, free: list[Agent], busy: Mapping[int, int], now: datetime) -> Choice | None:
    fresh = [agent for agent in free if agent.pk not in chat.passed]
    for known in (chat.assignee_id, chat.before):
        if any(agent.pk == known for agent in fresh):
            return Choice(chat.pk, known or 0, "same_agent")
    if fresh:
        return Choice(chat.pk, _least(fresh, chat, busy).pk, "free")
    again = [agent for agent in free if chat.passed[agent.pk] <= now]
    return Choice(chat.pk, _least(again, chat, busy).pk, "again") if again else None


def _least(agents: list[Agent], chat: Waiting, busy: Mapping[int, int]) -> Agent:
    """The one with the smallest part of their capacity in use; among equals another one for each chat."""
    least = min(busy[agent.pk] / agent.capacity for agent in agents)
    equal = [agent for agent in agents if busy[agent.pk] / agent.capacity == least]
    return equal[chat.pk % len(equal)]
