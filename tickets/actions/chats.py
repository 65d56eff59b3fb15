"""A live chat's own steps: taken, handed over, back in the queue, ended."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.models import TimelineEntry
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.events import emit
from helpdesk.core.realtime import DESK, chat_group, hint
from tickets.access import lock
from tickets.actions import _shape, replies
from tickets.models import Conversation, Ticket


@transaction.atomic
def take(*, by: Actor, conversation: Conversation) -> Conversation:
    """`by` answers from now on; the ticket is theirs."""
    ticket, row = _locked(by, "ticket.reply", conversation)
    if row.state == "live" and row.agent_id == by.user_id:
        return row
    row.state, row.agent_id, row.taken_at = "live", by.user_id, row.taken_at or clock.now()
    row.save(update_fields=["state", "agent", "taken_at"])
    ticket.assignee_id = by.user_id
    ticket.status = "open" if ticket.status == "new" else ticket.status
    _shape.save(ticket, "assignee", "status")
    _tell(by, ticket, row, "chat.taken")
    return row


@transaction.atomic
def hand_over(
    *, by: Actor, conversation: Conversation, to: User | None = None, team: Team | None = None, context: str = ""
) -> Conversation:
    """Gives an open chat to a person, who has it at once, or to a team, whose people are asked. `context` is a note."""
    ticket, row = _locked(by, "ticket.assign", conversation)
    if (to is None) == (team is None):
        raise Invalid({"to": _("Choose a person or a team.")})
    if row.state == "ended":
        raise Conflict("chat_ended", _("This chat is over."))
    if to is not None and not to.is_active:
        raise Invalid({"to": _("This person no longer works here. Choose somebody else.")})
    if context.strip():
        replies.note(by=by, ticket=ticket, body=context)
        ticket.refresh_from_db()
    if to is not None:
        row.state, row.agent_id, row.taken_at = "live", to.pk, row.taken_at or clock.now()
        ticket.assignee_id = to.pk
    else:
        row.state, row.agent_id, row.taken_at, row.queued_at = "queued", None, None, clock.now()
        ticket.assignee, ticket.team = None, team
        TimelineEntry.objects.filter(ticket=ticket.number).update(team_id=ticket.team_id)
    row.save(update_fields=["state", "agent", "taken_at", "queued_at"])
    _shape.save(ticket, "assignee", "team")
    if to is not None and context.strip():
        # Only now may they see it, if they are of another team.
        replies.mention(by, ticket, [to])
    facts: dict[str, Any] = {"to": to.pk if to else None, "team": team.pk if team else None}
    _tell(by, ticket, row, "chat.taken" if to else "chat.queued", "chat.handed_over", **facts)
    return row


@transaction.atomic
def requeue(
    *, conversation: Conversation, by: Actor = SYSTEM, to: int | None = None, keeps_place: bool = False
) -> Conversation:
    """Its agent has it no longer: it waits for somebody else, first of all for `to`, who gets the ticket.

    `keeps_place`: before all who came later.
    """
    ticket, row = _locked(by, "ticket.assign", conversation)
    if row.state != "live":
        return row
    if ticket.assignee_id in (None, row.agent_id):
        ticket.assignee_id = to
    row.state, row.agent_id, row.taken_at = "queued", None, None
    row.queued_at = row.queued_at if keeps_place else clock.now()
    row.save(update_fields=["state", "agent", "taken_at", "queued_at"])
    _shape.save(ticket, "assignee")
    _tell(by, ticket, row, "chat.queued", "chat.requeued")
    return row


@transaction.atomic
def end(*, by: Actor, conversation: Conversation) -> Conversation:
    """The chat is over; the ticket goes on by itself. A repeat changes nothing."""
    ticket, row = _locked(by, "ticket.reply", conversation)
    if row.state == "ended":
        return row
    row.state, row.ended_at = "ended", clock.now()
    row.save(update_fields=["state", "ended_at"])
    _shape.save(ticket)
    _tell(by, ticket, row, "chat.ended")
    return row


def _locked(by: Actor, verb: str, conversation: Conversation) -> tuple[Ticket, Conversation]:
    ticket = lock(by, verb, Ticket(pk=conversation.ticket_id))
    return ticket, Conversation.objects.select_for_update().get(pk=conversation.pk)


def _tell(by: Actor, ticket: Ticket, row: Conversation, event: str, verb: str = "", **facts: Any) -> None:
    _shape.announce(by, ticket, verb or event, **facts)
    emit(event, {"conversation": row.pk})
    hint([chat_group(row.pk)], "state")
    hint([DESK], "chats")
