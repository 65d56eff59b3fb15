"""Giving waiting chats to people: run whenever a chat waits, ends or is let pass, and whenever somebody is there."""

from datetime import datetime

from django.db import transaction

from helpdesk.core import clock, sql, timers
from helpdesk.core.realtime import DESK, hint
from tickets.actions import offers, supervision
from tickets.models import Conversation, Offer
from tickets.queries import routing as queries
from tickets.rules import routing as rules

AGAIN = "tickets.handlers.route_chats"
# One routing at a time: two at once would both see the same person free.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(715301)"


@transaction.atomic
def route() -> list[Offer]:
    """Offers every waiting chat to whom the rules choose. Runs any number of times: what is offered stays offered."""
    sql.first(ONE_AT_A_TIME)
    now = clock.now()
    _take_back_from_the_gone(now)
    _close_what_is_over()
    waiting, agents = queries.waiting(), queries.agents(now)
    choices = rules.choose(waiting, agents, now)
    made = [row for choice in choices if (row := offers.offer(choice))]
    chosen = {choice.chat for choice in choices}
    _look_again(rules.ask_again([chat for chat in waiting if chat.pk not in chosen], agents, now))
    hint([DESK], "chats")
    return made


def _take_back_from_the_gone(now: datetime) -> None:
    """A visitor who waits for somebody without an open page waits for the next one, in their old place."""
    serving = queries.serving()
    gone = set(rules.left_alone(serving, now))
    for row in Conversation.objects.filter(pk__in=gone).order_by("pk"):
        supervision.take_back(row)
    again = rules.look_after([chat for chat in serving if chat.pk not in gone], now)
    if again is not None:
        timers.schedule(AGAIN, "gone", again, {})


def _close_what_is_over() -> None:
    """Chats that were taken or ended by another way than their offer (an answer, a hand-over, the visitor)."""
    over = Conversation.objects.filter(offers__outcome="").exclude(state="queued")
    for row in over.order_by("id"):
        locked = Conversation.objects.select_for_update().get(pk=row.pk)
        if locked.state != "queued":
            offers.settle(locked, taker=locked.agent_id or 0)


def _look_again(at: datetime | None) -> None:
    if at is not None:
        timers.schedule(AGAIN, "again", at, {})
