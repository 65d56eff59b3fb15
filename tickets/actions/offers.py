"""A waiting chat offered to one agent, for thirty seconds: taken, declined or missed; then the next one is asked."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import audit, clock, timers
from helpdesk.core.errors import Conflict
from helpdesk.core.events import emit
from helpdesk.core.realtime import hint, user_group
from tickets.access import lock, require
from tickets.actions import chats
from tickets.models import Conversation, Offer, Ticket
from tickets.rules.routing import OFFERED_FOR, Choice

OVER = _("This chat is over. Write to the customer on the ticket’s page.")
MISS = "tickets.handlers.offer_missed"


@transaction.atomic
def offer(choice: Choice) -> Offer | None:
    """Asks the chosen person, unless the chat was taken, ended or offered meanwhile."""
    row = Conversation.objects.select_for_update().filter(pk=choice.chat, state="queued").first()
    if row is None or row.offers.filter(outcome="").exists():
        return None
    now = clock.now()
    made = Offer.objects.create(conversation=row, user_id=choice.agent, at=now, until=now + OFFERED_FOR)
    timers.schedule(MISS, str(made.pk), made.until, {"offer": made.pk})
    _told(SYSTEM, made, "chat.offered", why=choice.why)
    return made


@transaction.atomic
def take(*, by: Actor, conversation: Conversation) -> Conversation:
    """`by` answers this chat from now on, whether it was offered to them or they chose it from the queue.

    A repeat changes nothing. Raises Conflict(chat_taken) when somebody else has it, Conflict(chat_ended) after its end.
    """
    lock(by, "chat.take", Ticket(pk=conversation.ticket_id))
    row = Conversation.objects.select_for_update(of=("self",)).select_related("agent").get(pk=conversation.pk)
    if row.state == "live" and row.agent_id == by.user_id:
        return row
    if row.state == "live":
        raise Conflict("chat_taken", _("A colleague already answers this chat:"), who=str(row.agent))
    if row.state == "ended":
        raise Conflict("chat_ended", OVER)
    settle(row, taker=by.pk)
    return chats.take(by=by, conversation=row)


def settle(conversation: Conversation, taker: int = 0) -> None:
    """Closes the open offer of a chat that is taken or over: the taker's counts as taken, another's as never made."""
    for open_one in Offer.objects.select_for_update().filter(conversation=conversation, outcome=""):
        timers.cancel(MISS, str(open_one.pk))
        if open_one.user_id == taker:
            open_one.outcome = Offer.Outcome.TAKEN
            open_one.save(update_fields=["outcome"])
        else:
            open_one.delete()
        hint([user_group(open_one.user_id)], "offer")


@transaction.atomic
def decline(*, by: Actor, conversation: Conversation) -> None:
    """`by` cannot take the chat that is offered to them now; somebody else is asked. Without such an offer: nothing."""
    require(by, "chat.take", conversation.ticket)
    Conversation.objects.select_for_update().get(pk=conversation.pk)
    row = Offer.objects.select_for_update().filter(conversation=conversation, user_id=by.pk, outcome="").first()
    if row is not None:
        row.until = clock.now()
        _pass(by, row, Offer.Outcome.DECLINED)


@transaction.atomic
def miss(pk: int) -> None:
    """Timer: thirty seconds are over. An offer that was answered stays as it is."""
    found = Offer.objects.filter(pk=pk).values_list("conversation_id", flat=True).first()
    if found is None:
        return
    Conversation.objects.select_for_update().get(pk=found)
    row = Offer.objects.select_for_update().filter(pk=pk, outcome="").first()
    if row is not None and row.until <= clock.now():
        _pass(SYSTEM, row, Offer.Outcome.MISSED)


def _pass(by: Actor, row: Offer, outcome: str) -> None:
    row.outcome = outcome
    row.save(update_fields=["outcome", "until"])
    timers.cancel(MISS, str(row.pk))
    _told(by, row, f"chat.{outcome}")
    emit("chat.passed", {"conversation": row.conversation_id})


def _told(by: Actor, row: Offer, verb: str, **facts: Any) -> None:
    audit.record(by, verb, f"ticket:{row.conversation.ticket_id}", {"user": row.user_id, **facts})
    hint([user_group(row.user_id)], "offer")
