"""What people outside do by themselves: ask, add to a request, say whether it is solved, and get their link again.

Nobody here acts by a role. `Theirs` (queries/theirs.py) is the proof: it was read for a signed-in customer or for a
guest's link, and the row is locked and looked at again before anything is written.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers import access
from customers import actions as customers
from customers.actions import entry
from customers.models import Customer, Identity
from customers.rules.identity import Handle
from helpdesk.accounts.access import digest
from helpdesk.accounts.actions.common import count_try
from helpdesk.core import clock, throttle
from helpdesk.core.actor import Actor
from helpdesk.core.errors import Invalid, NotAllowed, NotFound, Text
from helpdesk.core.events import emit
from helpdesk.core.rules.digits import number
from tickets import guestlinks
from tickets.actions import _shape, blocks, messages, tickets
from tickets.actions.lifecycle import resolve_row
from tickets.envelopes import InboundAttachment
from tickets.models import Message, Participant, Ticket
from tickets.queries.office import mail_door
from tickets.queries.theirs import Reader, Theirs
from tickets.rules import lifecycle

CHANNEL = "portal"
MOST_TEXT, MOST_SUBJECT = 50_000, 200
HOUR, DAY = 3600, 86_400
WRITES_PER_HOUR, REQUESTS_PER_HOUR, REQUESTS_PER_IP = 60, 10, 20
LINKS_TO_STRANGERS, LINKS_TO_PROVEN, LINKS_AN_HOUR = 1, 5, 500
URGENCY = {"low": "normal", "normal": "high"}


def _by(reader: Reader) -> Actor:
    return Actor(kind="customer", user_id=None, role="", customer_id=reader.customer_id, name=reader.name)


def _words(body: str, files: Sequence[InboundAttachment]) -> str:
    body = body.replace("\x00", "").replace("\r\n", "\n").strip()
    if not body and not files:
        raise Invalid({"body": _("Write something first.")})
    if len(body) > MOST_TEXT:
        raise Invalid({"body": _("This is too long. Keep it under 50,000 characters, or attach a file.")})
    return body


@transaction.atomic
def follow_at(*, theirs: Theirs, identity: Identity) -> Participant:
    """What is answered from now on also goes to another proven address of the customer; a repeat answers the same seat.

    Raises NotAllowed unless the matter and the address are both theirs.
    """
    reader = theirs.reader
    if not theirs.mine or identity.customer_id != reader.owner or identity.verified_at is None:
        raise NotAllowed
    row = _locked(theirs)
    there = row.participants.filter(address=identity.value).first()
    if there is not None:
        return there
    role = "cc" if row.participants.filter(role="requester").exists() else "requester"
    made = Participant.objects.create(
        ticket=row,
        customer_id=identity.customer_id,
        came_by=identity.pk,
        address=identity.value,
        name=reader.name[:200],
        role=role,
    )
    _shape.save(row)
    _shape.announce(_by(reader), row, "participant.added", participant=made.pk, customer=reader.customer_id)
    return made


def _locked(theirs: Theirs) -> Ticket:
    """The row of their ticket, which is still theirs and still whole. Raises NotFound when it is not."""
    row = Ticket.objects.select_for_update().filter(pk=theirs.ticket.pk, merged_into__isnull=True).first()
    seated = Participant.objects.filter(ticket__in=theirs.since)
    reader = theirs.reader
    seated = seated.filter(address=reader.seats) if reader.seats else seated.filter(customer_id=reader.owner)
    owned = Ticket.objects.filter(pk__in=theirs.since, customer_id=reader.owner)
    if row is None or not (seated.exists() or owned.exists()):
        raise NotFound
    return row


def write(*, theirs: Theirs, body: str, files: Sequence[InboundAttachment] = (), client_id: str = "") -> Message:
    """Adds what somebody outside wrote to their ticket; it is our turn then. A repeat answers the first message."""
    text, reader = _words(body, files), theirs.reader
    count_try({f"portal:write:{reader.customer_id}": WRITES_PER_HOUR}, HOUR)
    with transaction.atomic():
        reader = _now(reader)
        row = _locked(replace(theirs, reader=reader))
        key = f"{CHANNEL}:{client_id}"[:64] if client_id else ""
        first = row.messages.filter(client_id=key).first() if key else None
        if first is not None:
            return first
        message = messages.append(row, "in", text, client_id=key, via_id=theirs.via, **_from(reader))
        messages.attach(message, files)
        _our_turn(row)
        _shape.save(row, "seq", "last_at", "status", "resolved_at", "waiting_since", "snoozed_until")
        emit("message.received", {"ticket": row.pk, "message": message.pk})
        _shape.announce(_by(reader), row, "message.received", message=message.pk)
    return message


def _from(reader: Reader) -> dict[str, Any]:
    """Who a message is from, for its row."""
    name = reader.name or reader.address
    said = {"customer_id": reader.customer_id, "from_name": name[:200], "from_address": reader.address}
    return {**said, "came_by": access.came_by(reader.customer_id, "email", reader.address), "channel": CHANNEL}


def _now(reader: Reader) -> Reader:
    """The same person, as whom they are known by now: nobody can join them with another while they write."""
    return replace(reader, customer_id=access.live(reader.customer_id).pk)


def _our_turn(ticket: Ticket) -> None:
    ticket.status = lifecycle.after_customer_message(ticket.status, automatic=False)
    ticket.resolved_at = None if ticket.status not in lifecycle.ENDED else ticket.resolved_at
    ticket.waiting_since = ticket.waiting_since or clock.now()
    ticket.snoozed_until = None


@transaction.atomic
def say_solved(*, theirs: Theirs, solved: bool) -> Ticket:
    """The customer's own word on it: solved ends and confirms, not solved reopens with more weight and the same agent.

    A repeat changes nothing. Only whose matter it is may say so, not who got a copy.
    """
    if not theirs.mine:
        raise NotAllowed("not_yours", _("Only whose request this is can say that."))
    row = _locked(theirs)
    return _confirm(theirs.reader, row) if solved else _reopen(theirs.reader, row)


def _confirm(reader: Reader, row: Ticket) -> Ticket:
    if row.is_confirmed or row.status == Ticket.Status.SPAM:
        return row
    now, ended = clock.now(), row.status in lifecycle.ENDED
    if not ended:
        resolve_row(row, now)
    row.confirmed_at = now
    _shape.save(row, "status", "resolved_at", "waiting_since", "snoozed_until", "confirmed_at")
    if not ended:
        emit("ticket.resolved", {"ticket": row.pk})
        _shape.tell(row, "status", row.status, at=now)
    _shape.announce(_by(reader), row, "ticket.confirmed")
    return row


def _reopen(reader: Reader, row: Ticket) -> Ticket:
    if row.status not in lifecycle.ENDED:
        return row
    now = clock.now()
    row.status, row.resolved_at, row.confirmed_at, row.waiting_since = "open", None, None, now
    row.priority = URGENCY.get(row.priority, row.priority)
    row.last_at = now
    _shape.save(row, "status", "resolved_at", "confirmed_at", "waiting_since", "priority", "last_at")
    _shape.tell(row, "status", row.status, at=now)
    emit("ticket.reopened", {"ticket": row.pk})
    _shape.announce(_by(reader), row, "ticket.not_solved")
    return row


def ask(
    *,
    reader: Reader | None,
    address: str,
    subject: str,
    body: str,
    ip: str,
    language: str,
    files: Sequence[InboundAttachment] = (),
    client_id: str = "",
) -> Ticket:
    """Opens a request of a signed-in customer (`reader`) or of a guest with this address; a repeat answers the first.

    A guest's way to it goes to their address by mail, never to the page: the address may not be theirs.
    """
    wanted, subject, text = _checked(reader, address, subject, body, files)
    by_whom = {f"portal:ask:{digest(wanted)}": REQUESTS_PER_HOUR, f"portal:ask:ip:{ip}": REQUESTS_PER_IP}
    count_try(by_whom, HOUR)
    with transaction.atomic():
        customer = _asker(reader, wanted, language)
        key = f"{CHANNEL}:{client_id}"[:64] if client_id else ""
        first = Message.objects.filter(ticket__customer=customer, client_id=key, seq=1) if key else None
        there = first.select_related("ticket").first() if first is not None else None
        if there is not None:
            return there.ticket
        who = replace(reader, customer_id=customer.pk) if reader else Reader(customer.pk, wanted, customer.name)
        return _open(who, customer, subject, text, files, key, None if reader else language)


def _checked(
    reader: Reader | None, address: str, subject: str, body: str, files: Sequence[InboundAttachment]
) -> tuple[str, str, str]:
    """What was typed, in its one spelling. Raises Invalid with everything that is wrong at once."""
    errors: dict[str, Text] = {}
    wanted, text = reader.address if reader else "", ""
    try:
        wanted = wanted or entry.address_of(address)
    except Invalid as error:
        errors |= error.errors
    subject = " ".join(subject.replace("\x00", "").split())
    if not subject or len(subject) > MOST_SUBJECT:
        errors["subject"] = _("Write in a few words what it is about, at most 200 letters.")
    try:
        text = _words(body, files)
    except Invalid as error:
        errors |= error.errors
    if errors:
        raise Invalid(errors)
    return wanted, subject, text


def _asker(reader: Reader | None, address: str, language: str) -> Customer:
    """The customer, locked, so that the same form sent twice at once opens one request."""
    if reader is not None:
        customer = access.live(reader.customer_id)
        customer.came_by = access.came_by(customer.pk, "email", reader.address)
        return customer
    found = customers.resolve(handle=Handle("email", address), name=address, language=language)
    customer = access.live(found.pk)
    customer.came_by = found.came_by
    return customer


def _open(
    reader: Reader,
    customer: Customer,
    subject: str,
    text: str,
    files: Sequence[InboundAttachment],
    key: str,
    guest: str | None,
) -> Ticket:
    now, blocked = clock.now(), blocks.is_blocked(reader.address)
    inbox = mail_door()
    ticket = tickets.open_row(
        subject=subject,
        channel=CHANNEL,
        customer=customer,
        came_by=customer.came_by,
        inbox=inbox,
        team_id=inbox.team_id if inbox else None,
        created_at=now,
        waiting_since=None if blocked else now,
        status="spam" if blocked else "new",
    )
    seat = tickets.seat(ticket, customer, reader.address, reader.name)
    message = messages.first(ticket, "in", text, at=now, client_id=key, **_from(reader))
    messages.attach(message, files)
    _shape.announce(_by(reader), ticket, "ticket.created", channel=CHANNEL)
    emit("ticket.created", {"ticket": ticket.pk})
    emit("message.received", {"ticket": ticket.pk, "message": message.pk})
    if guest and not blocked:
        _mail_link(seat, ticket.number, guest)
    return ticket


@transaction.atomic
def send_link(*, seat: Participant, language: str) -> None:
    """Mails a fresh link to the address of the seat, and to no other; seldom enough to pester nobody."""
    count_try({f"portal:link:{seat.pk}": 3}, HOUR)
    _mail_link(seat, seat.ticket.number, language)


def _mail_link(seat: Participant, request: int, language: str) -> None:
    """An address that nobody has proven gets one such mail a day, and nothing that was typed (guarantees, row 11)."""
    proven = Identity.objects.filter(kind="email", value=seat.address, verified_at__isnull=False).exists()
    most = LINKS_TO_PROVEN if proven else LINKS_TO_STRANGERS
    allowed = throttle.hit(f"portal:links:{digest(seat.address)}", most, DAY).allowed
    if not allowed or not throttle.hit("portal:links", LINKS_AN_HOUR, HOUR).allowed:
        return
    with translation.override(language):
        named = {"number": number(request, language, grouped=False)}
        subject = gettext("Your request %(number)s") % named
        body = gettext(
            "Hello,\n\nthis link shows your request %(number)s and our answers, and lets you add to it. It works for 30"
            " days and needs no password:\n\n%(link)s\n\nIt is yours alone: whoever has it can read this request."
            "\n\nIf you did not write to us, do nothing.\n"
        ) % {**named, "link": guestlinks.address(seat, clock.now(), language)}
    entry.mail(seat.address, subject, body, language)
