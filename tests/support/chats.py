"""A chat in the state that a test begins with: rows as the widget's own messages leave them."""

from typing import Any

from django.db import transaction

from customers import actions as customers
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from helpdesk.core.events import emit
from tickets.actions import _shape, messages
from tickets.actions.tickets import open_row
from tickets.models import Conversation, Inbox, Message, Ticket, Visitor


@transaction.atomic
def chat(inbox: Inbox, text: str = "Is anybody there?", *, agent: User | None = None, **visitor: Any) -> Conversation:
    """A visitor has asked; with `agent`, that person has taken it."""
    now = clock.now()
    customer = customers.create(by=SYSTEM, name=str(visitor.get("name", "")))
    uid = f"visitor{Visitor.objects.count():015}"
    sitter = Visitor.objects.create(
        inbox=inbox, uid=uid, customer=customer, seen_at=now, created_at=now, **{"language": "en"} | visitor
    )
    ticket = open_row(subject=text, channel="chat", customer=customer, inbox=inbox, team_id=inbox.team_id)
    messages.first(ticket, "in", text, at=now, customer=customer, channel="chat", from_name=sitter.name)
    return Conversation.objects.create(
        ticket=ticket,
        inbox=inbox,
        visitor=sitter,
        state="live" if agent else "queued",
        agent=agent,
        taken_at=now if agent else None,
        visitor_seq=1,
        queued_at=now,
        seen_at=now,
        created_at=now,
    )


@transaction.atomic
def answer(conversation: Conversation, agent: User, text: str) -> Message:
    """An agent's answer in the chat, announced as such."""
    ticket = Ticket.objects.select_for_update().get(pk=conversation.ticket_id)
    message = messages.append(ticket, "out", text, author_id=agent.pk, channel="chat")
    _shape.save(ticket, "seq", "last_at")
    emit("message.sent_chat", {"message": message.pk})
    return message
