"""Answering the customer, noting for colleagues, and taking a reply back within the ten seconds."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import clock, failpoints, sql
from helpdesk.core.errors import Conflict, Invalid, NotAllowed
from helpdesk.core.events import emit
from helpdesk.core.realtime import hint, user_group
from tickets.access import lock
from tickets.actions import _shape, chatanswers, messages, participants, voicing
from tickets.actions.lifecycle import resolve_row
from tickets.actions.tickets import SEAT_SQL
from tickets.envelopes import InboundAttachment
from tickets.happenings import TemplateUse
from tickets.models import Delivery, Draft, Message, Notice, Ticket
from tickets.queries import presence
from tickets.queries.mentions import blind
from tickets.queries.turn import waiting_since
from tickets.rules import lifecycle
from tickets.rules.recipients import Recipients

MOST_TEXT = 200_000
IN_PUBLIC = _("Everybody who sees the post, the comment or the review will read this answer. Send it in public?")
FORWARD = "forward"


def _words(body: str) -> str:
    body = body.replace("\x00", "").replace("\r\n", "\n").strip()
    if not body:
        raise Invalid({"body": _("Write something first.")})
    if len(body) > MOST_TEXT:
        raise Invalid({"body": _("This is too long. Keep it under 200,000 characters, or attach a file.")})
    return body


def _opened(
    by: Actor, verb: str, ticket: Ticket, client_id: str, created_at: datetime | None
) -> tuple[Ticket, Message | None]:
    """The locked ticket, and the message that this one repeats, if any. Past times are for importers."""
    row = lock(by, verb, ticket)
    if created_at is not None and not can(by, "import.use"):
        raise NotAllowed
    return row, _repeat(row, client_id)


def _our_turn(ticket: Ticket, message: Message) -> None:
    """The customer has spoken: the ticket is open again where it was not, and waits for us."""
    ticket.status = lifecycle.after_customer_message(ticket.status, automatic=message.is_automatic)
    ticket.resolved_at = None if ticket.status not in lifecycle.ENDED else ticket.resolved_at
    ticket.waiting_since = ticket.waiting_since or message.created_at
    ticket.snoozed_until = None


def answered_by(ticket: Ticket) -> str:
    """How an answer leaves: what was asked on our own pages is answered by mail, and stands there too; so is a chat
    whose customer has gone on by mail."""
    by_mail = ticket.channel == "portal" or (ticket.channel == "chat" and chatanswers.goes_by_mail(ticket))
    return "email" if by_mail else ticket.channel


def _way(ticket: Ticket, channel: str) -> str:
    """By which way this answer leaves. Whoever has spoken elsewhere gets a seat for the mail that we write to them."""
    way = channel or answered_by(ticket)
    if way == "email" and (voicing.is_voice(ticket.channel) or ticket.channel == "phone"):
        sql.run(SEAT_SQL, [ticket.pk, ticket.customer.name[:200], ticket.customer_id])
    return way


def _repeat(ticket: Ticket, client_id: str) -> Message | None:
    return ticket.messages.filter(client_id=client_id).first() if client_id else None


def _no_collision(ticket: Ticket, seen_seq: int | None, by: Actor) -> None:
    if seen_seq is None:
        return
    newer = ticket.messages.filter(seq__gt=seen_seq, kind__in=["in", "out"], withdrawn_at__isnull=True)
    count = newer.exclude(author_id=by.user_id).count()
    if count:
        raise Conflict("newer_messages", _("Something new came in while you wrote. Look, then send."), count=count)
    colleague = presence.replying(ticket, by)
    if colleague is not None:
        raise Conflict("colleague_replying", _("A colleague is answering this right now:"), who=colleague.user.name)


@transaction.atomic
def reply(
    *,
    by: Actor,
    ticket: Ticket,
    body: str,
    client_id: str = "",
    seen_seq: int | None = None,
    resolve: bool = False,
    attachments: Sequence[InboundAttachment] = (),
    created_at: datetime | None = None,
    recipients: Recipients | None = None,
    channel: str = "",
    template: TemplateUse | None = None,
    public: bool = False,
    sure: bool = False,
) -> Message:
    """Queues an answer to every participant; it leaves after UNDO_SECONDS unless undone. `recipients` changes who gets
    it; then a suspended address, or one on another domain, must be confirmed.

    `channel`: by which way, else by the ticket's own. By a messenger it goes to whoever wrote there; raises
    Conflict(window_closed) when the network takes no words now, unless they are an approved `template`. `public`: all
    the world will read it, so it must be confirmed (`sure`).

    A repeat with the same `client_id` answers the first message. With `seen_seq`, raises Conflict when someone else's
    message is newer than that (newer_messages) or a colleague is writing an answer now (colleague_replying). With
    `created_at` (scope import) nothing is sent.
    """
    row, first = _opened(by, "ticket.reply", ticket, client_id, created_at)
    if first is not None:
        return first
    text = _words(body)
    _no_collision(row, seen_seq, by)
    if public and not sure:
        raise Conflict("public_answer", IN_PUBLIC)
    way = _way(row, channel)
    settled = participants.settle(by, row, recipients) if recipients else None
    at = created_at or clock.now()
    about: dict[str, Any] = {"author_id": by.user_id, "client_id": client_id, "channel": way}
    about |= {"is_public": True} if public else {}
    message = messages.append(row, "out", text, at=at, undoes=_turned(by, row, at, resolve), **about)
    messages.attach(message, attachments)
    _shape.save(row, "seq", "last_at", "status", "waiting_since", "assignee", "resolved_at", "snoozed_until")
    failpoints.reach("reply.written")
    if created_at is None:
        _leave(by, row, message, settled, template)
    Draft.objects.filter(ticket=row, user_id=by.pk, mode="reply").delete()
    _shape.announce(by, row, "message.queued", message=message.pk, said=message.seq)
    failpoints.reach("reply.announced")
    return message


def _turned(by: Actor, row: Ticket, at: datetime, resolve: bool) -> dict[str, list[Any]]:
    """It is the customer's turn, or dealt with. Returns what undo gives back: fields with before and after."""
    before = _undoable(row)
    row.status = "open" if row.status in ("new", "spam") else row.status
    row.status = lifecycle.after_reply(row.status)
    row.waiting_since = None
    row.assignee_id = row.assignee_id or by.user_id
    if resolve:
        resolve_row(row, at)
    return {name: [before[name], value] for name, value in _undoable(row).items() if value != before[name]}


def _undoable(row: Ticket) -> dict[str, Any]:
    ended, asleep = row.resolved_at, row.snoozed_until
    return {
        "status": row.status,
        "assignee_id": row.assignee_id,
        "resolved_at": ended and ended.isoformat(),
        "snoozed_until": asleep and asleep.isoformat(),
    }


def _leave(by: Actor, row: Ticket, message: Message, settled: Recipients | None, template: TemplateUse | None) -> None:
    """What is said in a chat is there at once; all else leaves when it can no longer be undone."""
    if voicing.is_voice(message.channel):
        voicing.queue(row, message, template)
    elif message.channel != "chat":
        messages.queue(row, message, settled)
    if row.channel == "chat":
        chatanswers.answered(by, row, message)


@transaction.atomic
def undo(*, by: Actor, message: Message) -> Message:
    """Takes back an answer that has not left yet; its text returns as the draft. Raises Conflict(too_late)."""
    ticket = lock(by, "ticket.reply", message.ticket)
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.author_id != by.user_id:
        raise NotAllowed
    if row.withdrawn_at:
        return row
    copies = list(row.deliveries.select_for_update().order_by("id"))
    expired = clock.now() >= row.created_at + timedelta(seconds=settings.UNDO_SECONDS)
    if (
        row.kind != "out"
        or row.channel == "chat"
        or expired
        or any(c.state != Delivery.State.QUEUED or c.attempts for c in copies)
    ):
        raise Conflict("too_late", _("This has already left. Write a correction instead."))
    row.withdrawn_at = clock.now()
    row.save(update_fields=["withdrawn_at"])
    row.deliveries.update(state=Delivery.State.CANCELLED)
    if row.mail_kind == FORWARD:
        _shape.save(ticket)
    else:
        _take_back(ticket, row)
        Draft.objects.update_or_create(
            ticket=ticket, user_id=by.pk, mode="reply", defaults={"body": row.text, "updated_at": clock.now()}
        )
    _shape.announce(by, ticket, "message.undone", message=row.pk)
    return row


def _take_back(ticket: Ticket, message: Message) -> None:
    """Who had it and how it stood before the answer, where nothing else changed that meanwhile. What the answer ended
    is open again in any case; what had ended before it stays so."""
    _give_back(ticket, message)
    if ticket.resolved_at is not None and ticket.resolved_at >= message.created_at:
        ticket.status, ticket.resolved_at = "open", None
    if ticket.status not in lifecycle.ENDED:
        ticket.waiting_since = waiting_since(ticket)
        ticket.status = "open" if ticket.status == "waiting" and ticket.waiting_since else ticket.status
    _shape.save(ticket, "waiting_since", "status", "resolved_at", "snoozed_until", "assignee")


def _give_back(ticket: Ticket, message: Message) -> None:
    answers = ticket.messages.filter(seq__gt=message.seq, kind="out", is_automatic=False, withdrawn_at__isnull=True)
    if answers.exclude(mail_kind=FORWARD).exists():
        return
    undoes, present = dict(message.undoes or {}), _undoable(ticket)
    was, became = undoes.pop("assignee_id", (0, 0))
    if became and present["assignee_id"] == became:
        ticket.assignee_id = was
    if all(present[name] == after for name, (_before, after) in undoes.items()):
        for name, (before, _after) in undoes.items():
            is_time = name in ("resolved_at", "snoozed_until") and before
            setattr(ticket, name, datetime.fromisoformat(before) if is_time else before)


@transaction.atomic
def note(
    *,
    by: Actor,
    ticket: Ticket,
    body: str,
    client_id: str = "",
    mentions: Sequence[User] = (),
    created_at: datetime | None = None,
) -> Message:
    """Writes for colleagues only; no path leads from a note to a customer. Tells those mentioned who may see it."""
    row, first = _opened(by, "ticket.note", ticket, client_id, created_at)
    if first is not None:
        return first
    text = _words(body)
    message = messages.append(row, "note", text, at=created_at, author_id=by.user_id, client_id=client_id)
    _shape.save(row, "seq", "last_at")
    Draft.objects.filter(ticket=row, user_id=by.pk, mode="note").delete()
    if created_at is None:
        mention(by, row, mentions)
    _shape.announce(by, row, "note.written", message=message.pk)
    return message


def mention(by: Actor, ticket: Ticket, people: Sequence[User]) -> None:
    """Tells those of `people` who may see the ticket that it concerns them. For other actions, on a locked ticket."""
    now = clock.now()
    unseeing = {person.pk for person in blind(ticket, people)}
    people = [person for person in people if person.pk not in unseeing]
    Notice.objects.bulk_create(
        Notice(user=person, kind="mention", ticket=ticket, actor_id=by.user_id, created_at=now)
        for person in people
        if person.pk != by.user_id
    )
    for person in people:
        hint([user_group(person.pk)], "notice", number=ticket.number)


@transaction.atomic
def customer_message(
    *, by: Actor, ticket: Ticket, body: str, channel: str = "", client_id: str = "", created_at: datetime | None = None
) -> Message:
    """Enters what the customer said elsewhere (a call, an integrator's own form) as their message."""
    row, first = _opened(by, "ticket.reply", ticket, client_id, created_at)
    if first is not None:
        return first
    text = _words(body)
    channel = channel or row.channel
    message = messages.append(
        row,
        "in",
        text,
        at=created_at,
        customer_id=row.customer_id,
        came_by=row.came_by,
        channel=channel,
        client_id=client_id,
    )
    _our_turn(row, message)
    _shape.save(row, "seq", "last_at", "status", "resolved_at", "waiting_since", "snoozed_until")
    if created_at is None:
        emit("message.received", {"ticket": row.pk, "message": message.pk})
    _shape.announce(by, row, "message.received", message=message.pk)
    return message


@transaction.atomic
def release(*, by: Actor, message: Message) -> Message:
    """Lets a held message count as part of the ticket."""
    ticket = lock(by, "message.release", message.ticket)
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.held_at is not None:
        row.held_at = None
        row.save(update_fields=["held_at"])
        _our_turn(ticket, row)
        _shape.save(ticket, "status", "resolved_at", "waiting_since", "snoozed_until")
        _shape.announce(by, ticket, "message.released", message=row.pk)
    return row
