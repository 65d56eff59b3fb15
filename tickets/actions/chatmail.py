"""Chat answers that nobody read leave by mail, under the message that they are (guarantees.md, row 123).

Such a mail is a copy (Delivery) of the newest of them. Its answer comes back by our reply token, never by the address:
a visitor may claim any.
"""

from dataclasses import dataclass

from django.db import transaction

from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock, failpoints, timers
from helpdesk.core.errors import Invalid
from helpdesk.core.events import emit
from tickets import guestlinks, tokens
from tickets.actions import _shape, messages, participants, tickets
from tickets.models import Conversation, Delivery, Inbox, Message, Participant, Ticket, Visitor
from tickets.queries import chatwords
from tickets.queries.doors import mail_door
from tickets.queries.outgoing import envelope
from tickets.rules.chatmail import Unread, Verdict, decide

LOOK = "tickets.handlers.chat_unread"


@dataclass(frozen=True)
class Found:
    """What look() has seen of a chat: the answers nobody read, where they would go and by which inbox."""

    messages: list[Message]
    address: str
    door: Inbox | None
    verdict: Verdict


def look(conversation_id: int) -> Delivery | None:
    """Mails what was not read, if it is time; else sets the timer that looks again. A repeat mails nothing twice.

    Most looks find nothing to mail, so the first one locks nobody.
    """
    rows = Conversation.objects.select_related("inbox", "visitor__customer", "ticket__customer", "ticket__inbox")
    row = rows.filter(pk=conversation_id).first()
    verdict = _found(row).verdict if row else Verdict()
    _again(conversation_id, verdict)
    return _mail(conversation_id) if verdict.mail else None


def _again(pk: int, verdict: Verdict) -> None:
    if verdict.again is not None:
        timers.schedule(LOOK, f"chat:{pk}", verdict.again, {"conversation": pk})


def _found(row: Conversation) -> Found:
    answers = chatwords.unread(row)
    address = _address(row) if answers else ""
    door = mail_door(row.inbox) if address else None
    unread = Unread(
        oldest=answers[0].created_at if answers else None,
        seen_at=max(row.seen_at, row.visitor.seen_at),
        gone=row.wants_mail or row.state == Conversation.State.ENDED,
        reachable=door is not None,
    )
    return Found(answers, address, door, decide(unread, clock.now()))


@transaction.atomic
def _mail(pk: int) -> Delivery | None:
    row = _locked(pk)
    found = _found(row)
    _again(pk, found.verdict)
    if not found.verdict.mail or found.door is None:
        return None
    return _written(row, found.messages, found.address, found.door)


def look_at_message(message_id: int) -> Delivery | None:
    """As look(), at the chat that this message belongs to."""
    rows = Conversation.objects.filter(ticket__messages=message_id)
    pk = rows.values_list("pk", flat=True).first()
    return look(pk) if pk is not None else None


def _locked(pk: int) -> Conversation:
    """The conversation with its ticket, locked in the order in which all do: the ticket first."""
    found = Ticket.objects.select_for_update(of=("self",)).select_related("customer", "inbox")
    ticket = found.get(chat=pk)
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("inbox", "visitor__customer")
    row = rows.get(pk=pk)
    row.ticket = ticket
    return row


def _address(row: Conversation) -> str:
    """Where to write; "" when nothing is known, or what is known is no address, or one of ours."""
    known = chatwords.known_address(row) or _seated(row.ticket)
    try:
        return participants.usable(known, "email") if known else ""
    except Invalid:
        return ""


def _seated(ticket: Ticket) -> str:
    return ticket.participants.filter(role="requester").values_list("address", flat=True).first() or ""


def _written(row: Conversation, found: list[Message], address: str, door: Inbox) -> Delivery | None:
    newest, language = found[-1], chatwords.language_of(row)
    row.mailed_seq = newest.seq
    row.save(update_fields=["mailed_seq"])
    if newest.deliveries.filter(address=address).exists():
        return None
    seat = _seat(row, address)
    copy = Delivery.objects.create(
        message=newest,
        participant=seat,
        address=address,
        header_id=tokens.header_id(door.address.rpartition("@")[2] or messages.NOWHERE),
    )
    ending = chatwords.ending(guestlinks.address(seat, clock.now(), language), language)
    copy.envelope = envelope(newest, copy) | {"bundle": [message.pk for message in found], "ending": ending}
    copy.save(update_fields=["envelope"])
    failpoints.reach("chatmail.written")
    emit("message.queued", {"message": newest.pk})
    _shape.announce(SYSTEM, row.ticket, "chat.mailed", messages=[message.pk for message in found], delivery=copy.pk)
    return copy


def _seat(row: Conversation, address: str) -> Participant:
    """The place at this address. Where they wanted their mail before, they want none now: links and tokens that went
    there end with that seat."""
    ticket, visitor = row.ticket, row.visitor
    there = ticket.participants.filter(address=address).first()
    if there is not None:
        return there
    ticket.participants.filter(role="requester").delete()
    proven = visitor.identity == Visitor.Identity.VERIFIED
    return tickets.seat(ticket, ticket.customer, address, visitor.name if proven else "")
