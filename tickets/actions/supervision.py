"""A lead beside a live chat: a word to the agent that no visitor sees, taking over, and what a leaver had."""

from django.db import transaction

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock
from helpdesk.core.errors import Conflict
from helpdesk.core.realtime import hint, user_group
from tickets.access import lock
from tickets.actions import _shape, chats, offers, replies
from tickets.models import Conversation, Message, Notice, Ticket


@transaction.atomic
def whisper(*, by: Actor, conversation: Conversation, body: str, client_id: str = "") -> Message:
    """A note that stands in the agent's chat at once; no path leads from it to the visitor."""
    ticket = lock(by, "chat.supervise", Ticket(pk=conversation.ticket_id))
    agent = User.objects.filter(pk=conversation.agent_id or 0).first()
    message = replies.note(
        by=by, ticket=ticket, body=body, client_id=client_id, mentions=[agent] if agent is not None else []
    )
    if agent is not None:
        hint([user_group(agent.pk)], "whisper", number=ticket.number)
    return message


@transaction.atomic
def take_over(*, by: Actor, conversation: Conversation) -> Conversation:
    """The lead answers from now on, whoever did before. Raises Conflict(chat_ended) after its end."""
    ticket = lock(by, "chat.supervise", Ticket(pk=conversation.ticket_id))
    row = Conversation.objects.select_for_update().get(pk=conversation.pk)
    before = row.agent_id
    if row.state == "ended":
        raise Conflict("chat_ended", offers.OVER)
    if row.state == "queued":
        return offers.take(by=by, conversation=row)
    if before == by.user_id:
        return row
    taken = chats.hand_over(by=by, conversation=row, to=User.objects.get(pk=by.pk))
    _shape.announce(by, ticket, "chat.taken_over", before=before)
    if before:
        hint([user_group(before)], "chats")
    return taken


def let_go(user_id: int, to: int | None = None) -> int:
    """The live chats of somebody who left wait for the next one, first of all for `to`. Returns how many."""
    rows = Conversation.objects.filter(agent_id=user_id, state="live").order_by("id")
    for row in rows:
        chats.requeue(conversation=row, to=to)
    return len(rows)


@transaction.atomic
def take_back(conversation: Conversation) -> None:
    """Its agent has no page open any more: it waits for the next one in its old place, and the agent is told."""
    agent = conversation.agent_id
    row = chats.requeue(conversation=conversation, keeps_place=True)
    if row.state == "queued" and agent:
        Notice.objects.create(user_id=agent, kind="chat_back", ticket_id=row.ticket_id, created_at=clock.now())
        hint([user_group(agent)], "notice")
