"""What an answer of ours means in a live chat: it is there at once, and whoever wrote it has the chat."""

from django.db import transaction

from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock, timers
from helpdesk.core.events import emit
from helpdesk.core.realtime import DESK, chat_group, hint, user_group
from tickets.models import Conversation, Message, Ticket
from tickets.rules.lifecycle import ENDED


def goes_by_mail(ticket: Ticket) -> bool:
    """Whether the customer of this chat wrote by mail last; the page is told too, if it is still there."""
    theirs = ticket.messages.filter(kind="in", is_automatic=False, held_at__isnull=True).order_by("-seq")
    return theirs.values_list("channel", flat=True).first() == "email"


def answered(by: Actor, ticket: Ticket, message: Message) -> None:
    """After an answer in a ticket that the caller has locked: a waiting chat is taken by its writer."""
    row = Conversation.objects.select_for_update().filter(ticket=ticket).first()
    if row is None:
        return
    if row.state == "queued" and by.user_id and message.channel == "chat":
        row.state, row.agent_id, row.taken_at = "live", by.user_id, clock.now()
        row.save(update_fields=["state", "agent", "taken_at"])
        emit("chat.taken", {"conversation": row.pk})
        hint([chat_group(row.pk)], "state")
    if ticket.status in ENDED:
        _end(row)
    if message.channel == "chat":
        emit("message.sent_chat", {"message": message.pk})
    hint([chat_group(row.pk)], "seq", seq=message.seq)
    if by.user_id:
        hint([user_group(by.user_id)], "calling")


def left(message_id: int) -> None:
    """A mail of a chat's ticket can no longer be undone: its visitor's page may show it, and what came after it."""
    found = Conversation.objects.filter(ticket__messages=message_id).values_list("pk", flat=True).first()
    if found is not None:
        hint([chat_group(found)], "state")


def moved(ticket: Ticket) -> None:
    """The ticket, which the caller has locked, has another person or team: its open chat goes where the ticket went.

    A live one goes to the ticket's person at once; without one it waits again, in its old place. One that waits is
    offered anew, to those who may have it now.
    """
    if ticket.channel != "chat":
        return
    row = Conversation.objects.select_for_update().filter(ticket=ticket, ended_at__isnull=True).first()
    if row is None or (row.state == "live" and row.agent_id == ticket.assignee_id):
        return
    if row.state == "live" and ticket.assignee_id:
        row.agent_id = ticket.assignee_id
    else:
        row.state, row.agent_id, row.taken_at = "queued", None, None
        _ask_anew(row, ticket.assignee_id)
    row.save(update_fields=["state", "agent", "taken_at"])
    emit("chat.taken" if row.agent_id else "chat.queued", {"conversation": row.pk})
    hint([chat_group(row.pk)], "state")
    hint([DESK], "chats")


def _ask_anew(row: Conversation, to: int | None) -> None:
    """An offer that was made before is over at once, unless it was made to the ticket's person."""
    now = clock.now()
    for offer in row.offers.select_for_update().filter(outcome="").exclude(user_id=to or 0):
        offer.until = now
        offer.save(update_fields=["until"])
        timers.schedule("tickets.handlers.offer_missed", str(offer.pk), now, {"offer": offer.pk})


@transaction.atomic
def over(ticket_id: int) -> None:
    """A ticket was resolved: its chat is over too, unless it was opened again meanwhile. A repeat changes nothing."""
    ticket = Ticket.objects.select_for_update().filter(pk=ticket_id, status__in=ENDED).first()
    row = Conversation.objects.select_for_update().filter(ticket=ticket).first() if ticket else None
    if row is not None:
        _end(row)


def _end(row: Conversation) -> None:
    if row.ended_at is None:
        row.state, row.ended_at = Conversation.State.ENDED, clock.now()
        row.save(update_fields=["state", "ended_at"])
        emit("chat.ended", {"conversation": row.pk})
        hint([chat_group(row.pk)], "state")
