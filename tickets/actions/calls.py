"""Telephone calls: what an exchange tells is kept fact by fact, and the call is worked out anew from all of them.

The number that calls only suggests who it is: it chooses the history that the call stands in, and discloses nothing.
"""

import hashlib
import json
import secrets
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from customers import actions as customers
from customers.models import Customer, TimelineEntry
from customers.rules.identity import Handle, shown
from helpdesk.accounts.models import Team, User, Workspace
from helpdesk.accounts.queries import calendar_of
from helpdesk.accounts.rules.policy import SYSTEM, Actor
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.realtime import hint, user_group
from helpdesk.core.rules.hours import NeverOpen, add
from tickets.access import lock
from tickets.actions import _shape, intake, media, messages
from tickets.actions.tickets import open_row
from tickets.happenings import CallNews, Far
from tickets.models import Call, CallBack, CallEvent, Inbox, Message, Ticket
from tickets.queries import callwords
from tickets.rules import calls
from tickets.rules.calls import CallState, Fact
from tickets.rules.lifecycle import ENDED

CHANNEL = "phone"
MISSED = ("missed", "abandoned", "voicemail")
# Within so many business hours we call back.
CALL_BACK = timedelta(hours=2)
SAME_MATTER = timedelta(hours=24)
MOST_MINUTES = 600
MOST_TRANSCRIPT = 100_000
MOST_WORDS = {"number": 254, "our_number": 64, "queue": 120, "answered_by": 120, "cause": 60}


def take(news: CallNews, inbox: Inbox) -> Message | None:
    """Takes in one fact of a call; a repeat changes nothing. Its message, once the number is known.

    Runs within the transaction of voices.take.
    """
    call, _made = Call.objects.get_or_create(inbox=inbox, call_id=news.call[:120])
    call = Call.objects.select_for_update().get(pk=call.pk)
    fact = _kept(news.fact)
    # Somebody may be put on hold again and again: each time is a fact of its own.
    when = news.fact.at.isoformat() if news.fact.held else ""
    uid = hashlib.sha256((json.dumps(fact, sort_keys=True) + when).encode()).hexdigest()
    _event, is_new = CallEvent.objects.get_or_create(call=call, uid=uid, defaults={"fact": fact, "at": news.fact.at})
    if not is_new:
        return call.message
    state = calls.fold(_facts(call))
    was, before = call.outcome, call.agent_id
    _apply(call, state)
    if call.message_id is None and (state.number or news.fact.kind == calls.RING):
        _enter(call, inbox, state)
    call.save()
    if call.message is not None:
        _go_on(call, state, ended=call.outcome if call.outcome != was else "", taken=call.agent_id != before)
    return call.message


def _kept(fact: Fact) -> dict[str, Any]:
    """A fact as it is kept; when it came is beside it, so that a repeat that comes later is known."""
    return {name: value for name, value in asdict(fact).items() if value not in ("", (), None) and name != "at"}


def _facts(call: Call) -> list[Fact]:
    rows = CallEvent.objects.filter(call=call).order_by("at", "id").values_list("fact", "at")
    return [Fact(**{**fact, "users": tuple(fact.get("users", ())), "at": at}) for fact, at in rows]


def _apply(call: Call, state: CallState) -> None:
    for name in ("direction", "number", "our_number", "queue", "answered_by", "outcome", "cause", "transcript"):
        value = getattr(state, name)
        setattr(call, name, value[: MOST_WORDS.get(name, MOST_TRANSCRIPT)])
    for name in ("ring_at", "answered_at", "ended_at", "wait_seconds", "hold_seconds", "talk_seconds"):
        setattr(call, name, getattr(state, name))
    call.agent = _person(call.inbox, [state.answered_by]) or (
        _person(call.inbox, list(state.users)) if state.direction == "out" else None
    )


def _person(inbox: Inbox | None, names: list[str]) -> User | None:
    """Which of us that is: by the inbox's own list of extensions, by address, or by name."""
    wanted = [name.strip().lower() for name in names if name.strip()]
    if not wanted:
        return None
    known = calls.listed(inbox.settings.get("extensions")) if inbox else {}
    wanted += [known[name].lower() for name in wanted if name in known]
    people = User.objects.filter(is_active=True)
    return next((one for one in people if one.email.lower() in wanted or one.name.lower() in wanted), None)


def _enter(call: Call, inbox: Inbox, state: CallState) -> None:
    """The call's place in a thread: of the ticket that it goes on with, or of a new one."""
    customer = _who(inbox, state.number)
    at = call.ring_at or clock.now()
    ticket = _matter(customer, inbox)
    fields: dict[str, Any] = {"channel": CHANNEL, "from_address": state.number[:254], "told": "call"}
    inward = state.direction == "in"
    fields |= {"customer": customer, "came_by": customer.came_by} if inward else {"author": call.agent}
    kind, words = "in" if inward else "out", callwords.line(call)
    if ticket is None:
        ticket = open_row(
            subject=_subject(call),
            channel=CHANNEL,
            customer=customer,
            came_by=customer.came_by,
            inbox=inbox,
            team_id=_team(inbox, state.queue),
            created_at=at,
            waiting_since=None,
        )
        call.message = messages.first(ticket, kind, words, at=at, **fields)
    else:
        call.message = messages.append(ticket, kind, words, **fields)
        _shape.save(ticket, "seq", "last_at")
    if inward and not call.outcome:
        for person in _called(inbox, state, ticket):
            hint([user_group(person)], "call", number=ticket.number)


def _who(inbox: Inbox, number: str) -> Customer:
    if number:
        try:
            name = shown(number, inbox.region)
            return customers.resolve(handle=Handle("phone", number), name=name, how=CHANNEL, region=inbox.region)
        except Invalid:
            pass
    found = customers.create(by=SYSTEM, name=number)
    found.came_by = None
    return found


def _matter(customer: Customer, inbox: Inbox) -> Ticket | None:
    """An open ticket of calls from this customer within the last day: they ring again about the same."""
    rows = Ticket.objects.select_for_update().filter(customer=customer, channel=CHANNEL, inbox=inbox)
    rows = rows.filter(merged_into=None, last_at__gt=clock.now() - SAME_MATTER).exclude(status__in=[*ENDED, "spam"])
    return rows.order_by("-last_at", "-id").first()


def _subject(call: Call) -> str:
    with translation.override(Workspace.objects.values_list("language", flat=True).first() or "en"):
        return str(callwords.subject(call))


def _team(inbox: Inbox, queue: str) -> int | None:
    """The team of a queue, where the inbox names one; else the inbox's own."""
    named = calls.listed(inbox.settings.get("queues")).get(queue.strip().lower())
    found = Team.objects.filter(name__iexact=named).values_list("pk", flat=True).first() if named else None
    return found or inbox.team_id


def _called(inbox: Inbox, state: CallState, ticket: Ticket) -> list[int]:
    """Whose page the call opens on: those the exchange rings, else the people of the queue's team."""
    named = [one.pk for name in state.users if (one := _person(inbox, [name]))]
    if named:
        return named
    people = User.objects.filter(is_active=True, teams=ticket.team_id) if ticket.team_id else User.objects.none()
    return list(people.values_list("pk", flat=True))


def _go_on(call: Call, state: CallState, *, ended: str, taken: bool) -> None:
    """What follows from the news for the ticket: who has it, whose turn it is, what we owe, and its line anew."""
    message = call.message
    if message is None:
        return
    ticket = Ticket.objects.select_for_update().get(pk=message.ticket_id)
    if state.recording and call.outcome and call.inbox is not None and not message.far_files.exists():
        where, _colon, path = state.recording.partition(":")
        place = {"path": path} if where == "file" else {"url": state.recording}
        media.want(message, call.inbox, [Far("audio", "", "", place=place)])
    _retell(call, message)
    if taken and call.agent_id and call.direction == "in":
        ticket.assignee_id = ticket.assignee_id or call.agent_id
        ticket.status = "open" if ticket.status == "new" else ticket.status
        _shape.save(ticket, "assignee", "status")
    if ended in MISSED and call.direction == "in":
        intake.turn(ticket, machine=False)
        _owe(call, ticket)
    if ended == "answered":
        CallBack.objects.filter(ticket=ticket, done_at=None).update(done_at=clock.now())
    _shape.announce(SYSTEM, ticket, f"call.{ended or 'changed'}", call=call.pk)


def _retell(call: Call, message: Message) -> None:
    """The call's line in the thread and in the history says how it stands now."""
    words = callwords.line(call)
    Message.objects.filter(pk=message.pk).update(text=words, author=call.agent if call.direction == "out" else None)
    TimelineEntry.objects.filter(link_id=message.pk, kind="call").update(summary=words[:300])


def _owe(call: Call, ticket: Ticket) -> None:
    """We call back within two business hours; who has the ticket does it, else whoever of the team comes first."""
    if call.number:
        CallBack.objects.get_or_create(
            call=call,
            defaults={
                "ticket": ticket,
                "owner_id": ticket.assignee_id,
                "number": call.number,
                "due_at": _due(ticket, clock.now()),
                "created_at": clock.now(),
            },
        )


def _due(ticket: Ticket, now: datetime) -> datetime:
    team = ticket.team or Team.objects.filter(is_default=True).first()
    if team is None or not team.hours:
        return now + CALL_BACK
    try:
        return add(calendar_of(team), now, CALL_BACK)
    except NeverOpen:
        return now + CALL_BACK


@transaction.atomic
def log(
    *,
    by: Actor,
    ticket: Ticket,
    direction: str,
    minutes: int,
    note: str,
    outcome: str = "answered",
    client_id: str = "",
) -> Message:
    """Writes down a call that no exchange told us of. A repeat with the same `client_id` answers the first."""
    row = lock(by, "ticket.reply", ticket)
    first = row.messages.filter(client_id=client_id).first() if client_id else None
    if first is not None:
        return first
    if direction not in ("in", "out") or outcome not in callwords.OUTCOMES:
        raise Invalid({"direction": _("Choose whether they called or you did.")})
    if not 0 <= minutes <= MOST_MINUTES:
        raise Invalid({"minutes": _("Write the length in minutes, from 0 to 600.")})
    now = clock.now()
    begun = now - timedelta(minutes=minutes)
    call = Call(inbox=row.inbox if row.channel == CHANNEL else None, call_id=f"hand:{secrets.token_hex(8)}")
    call.direction, call.outcome, call.by_hand, call.agent_id = direction, outcome, True, by.user_id
    call.ring_at, call.ended_at, call.talk_seconds = begun, now, minutes * 60 if outcome == "answered" else 0
    call.answered_at = begun if outcome == "answered" else None
    call.transcript = note.replace("\x00", "").strip()[:20_000]
    fields: dict[str, Any] = {"channel": CHANNEL, "client_id": client_id, "author_id": by.user_id, "told": "call"}
    if direction == "in":
        fields |= {"customer_id": row.customer_id, "came_by": row.came_by}
    call.message = messages.append(row, direction, callwords.line(call), **fields)
    call.save()
    if outcome == "answered":
        row.waiting_since = None
        CallBack.objects.filter(ticket=row, done_at=None).update(done_at=now)
    row.status = "open" if row.status == "new" else row.status
    _shape.save(row, "seq", "last_at", "status", "waiting_since")
    _shape.announce(by, row, "call.logged", call=call.pk)
    return call.message


@transaction.atomic
def promise_back(*, by: Actor, ticket: Ticket, hours: int, number: str = "") -> CallBack:
    """We will call them, by then; whoever says so owes it. One at a time: a second one moves the first."""
    row = lock(by, "ticket.reply", ticket)
    if not 1 <= hours <= 240:
        raise Invalid({"hours": _("Write in how many hours, from 1 to 240.")})
    known = row.customer.identities.filter(kind__in=["phone", "sms", "whatsapp"]).order_by("id")
    number = number or known.values_list("value", flat=True).first() or ""
    if not number:
        raise Conflict("no_number", _("We know no number of theirs. Add one on the customer's page."))
    now = clock.now()
    open_one = CallBack.objects.select_for_update().filter(ticket=row, done_at=None).first()
    made = open_one or CallBack(ticket=row, created_at=now)
    made.owner_id, made.number, made.due_at = by.user_id, number, now + timedelta(hours=hours)
    made.save()
    _shape.announce(by, row, "call_back.promised", due=made.due_at.isoformat())
    return made


@transaction.atomic
def done_back(*, by: Actor, back: CallBack) -> CallBack:
    """They were reached, or need no call any more. A repeat changes nothing."""
    ticket = lock(by, "ticket.reply", back.ticket)
    row = CallBack.objects.select_for_update().get(pk=back.pk)
    if row.done_at is None:
        row.done_at = clock.now()
        row.save(update_fields=["done_at"])
        _shape.announce(by, ticket, "call_back.done", call_back=row.pk)
    return row
