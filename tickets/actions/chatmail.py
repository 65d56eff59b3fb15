"""Chat answers that nobody read leave by mail, under the message that they are (guarantees.md, row 123).

Such a mail is a copy (Delivery) of the newest of them. Its answer comes back by our reply token, never by the address:
a visitor may claim any.
"""

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
from tickets.rules.chatmail import Unread, decide

LOOK = "tickets.handlers.chat_unread"


@transaction.atomic
def look(conversation_id: int) -> Delivery | None:
    """Mails what was not read, if it is time; else sets the timer that looks again. A repeat mails nothing twice."""
    row = _locked(conversation_id)
    if row is None:
        return None
    found, address, door = chatwords.unread(row), _address(row), mail_door(row.inbox)
    facts = Unread(
        oldest=found[0].created_at if found else None,
        seen_at=max(row.seen_at, row.visitor.seen_at),
        gone=row.wants_mail or row.state == Conversation.State.ENDED,
        reachable=bool(address) and door is not None,
    )
    verdict = decide(facts, clock.now())
    if verdict.again is not None:
        timers.schedule(LOOK, f"chat:{row.pk}", verdict.again, {"conversation": row.pk})
    return _mail(row, found, address, door) if verdict.mail and door is not None else None


def look_at_message(message_id: int) -> Delivery | None:
    """As look(), at the chat that this message belongs to."""
    rows = Conversation.objects.filter(ticket__messages=message_id)
    pk = rows.values_list("pk", flat=True).first()
    return look(pk) if pk is not None else None


def _locked(pk: int) -> Conversation | None:
    """The conversation with its ticket, locked in the order in which all do: the ticket first."""
    ticket_id = Conversation.objects.filter(pk=pk).values_list("ticket_id", flat=True).first()
    if ticket_id is None:
        return None
    ticket = Ticket.objects.select_for_update(of=("self",)).select_related("customer", "inbox").get(pk=ticket_id)
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


def _mail(row: Conversation, found: list[Message], address: str, door: Inbox) -> Delivery | None:
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
    ending = chatwords.ending(guestlinks.address(seat.pk, clock.now(), language), language)
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
