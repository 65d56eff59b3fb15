"""A transcript by mail: to the address the visitor is known by, and not often; at the end of a chat by itself, where
the widget wants it and the address has proven to be theirs, or where the visitor wished it."""

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk import wiring
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import audit, clock, throttle
from helpdesk.core.errors import Conflict, Invalid, TooMany
from helpdesk.core.events import emit
from tickets.actions import _shape, participants, suspensions, visitors, visits
from tickets.actions.delivery import TryLater
from tickets.envelopes import OutboundAttachment, OutboundMessage
from tickets.models import Conversation, Inbox, Visitor
from tickets.queries import chatwords, transcripts
from tickets.queries.doors import mail_door
from tickets.rules.sitters import Sitter
from tickets.rules.visitors import Widget

DAY = 86_400
A_CHAT, AN_ADDRESS = 3, 10


@transaction.atomic
def mail(*, conversation: Conversation, email: str, language: str) -> str:
    """Sends the transcript to the visitor; answers the address. Raises Invalid for an address that is not theirs.

    Only once a person has answered, so that nobody can have words of their own mailed to strangers.
    """
    address = _theirs(conversation, email)
    if not conversation.ticket.messages.filter(kind="out", author__isnull=False).exists():
        raise Conflict("no_transcript", gettext_lazy("There is nothing to send yet: nobody has answered."))
    if mail_door(conversation.inbox) is None:
        raise Conflict("no_mail", gettext_lazy("We cannot send mail at the moment. Download it instead."))
    for key, most in _limits(conversation, address):
        tried = throttle.hit(key, most, DAY)
        if not tried.allowed:
            raise TooMany(tried.reset_seconds)
    _announce(conversation, address, language)
    return address


def _limits(conversation: Conversation, address: str) -> list[tuple[str, int]]:
    return [(f"transcript:{conversation.pk}", A_CHAT), (f"transcript to:{address}", AN_ADDRESS)]


@transaction.atomic
def wish(*, inbox: Inbox, sitter: Sitter, conversation: int, is_wanted: bool, email: str = "") -> Conversation:
    """The visitor's own word: what was said is mailed to them once, when it ends; or not, after all.

    Raises Invalid for no address where none is known, and for what is none; Conflict once it has ended.
    """
    visitor, ticket, row = visitors.own(inbox, sitter, conversation)
    if is_wanted:
        _possible(row)
        _keep(visitor, _wished(row, email))
    if row.wants_transcript != is_wanted:
        row.wants_transcript = is_wanted
        row.save(update_fields=["wants_transcript"])
        _shape.announce(visitors.by(visitor), ticket, "chat.transcript_wished", wanted=is_wanted)
    return row


def _possible(row: Conversation) -> None:
    if row.ended_at is not None:
        raise Conflict("chat_ended", gettext_lazy("This chat is over."))
    if mail_door(row.inbox) is None:
        raise Conflict("no_mail", gettext_lazy("We cannot send mail at the moment. Download it instead."))


def _wished(row: Conversation, email: str) -> str:
    address = visits.checked_address(email.strip() or chatwords.known_address(row))
    return participants.usable(address, "email")


def _keep(visitor: Visitor, address: str) -> None:
    if address not in (visitor.email, chatwords.proven_address(visitor)):
        visitor.email = address
        visitor.save(update_fields=["email"])


@transaction.atomic
def by_itself(conversation_id: int) -> str:
    """At the end of a chat: sends the transcript once where the visitor wished it, to the address that they gave; else,
    where the widget wants it, at most once a day for each chat, to an address that has proven to be theirs. Never
    before a person has answered. Answers the address, or "" when nothing is sent."""
    rows = Conversation.objects.select_for_update(of=("self",)).filter(pk=conversation_id, ended_at__isnull=False)
    row = rows.select_related("inbox", "ticket__customer", "visitor__customer").first()
    if row is None or mail_door(row.inbox) is None:
        return ""
    address = _at_the_end(row)
    answered = row.ticket.messages.filter(kind="out", author__isnull=False).exists()
    if not address or not answered or not _may(row, address):
        return ""
    if row.wants_transcript:
        row.wants_transcript = False
        row.save(update_fields=["wants_transcript"])
    _announce(row, address, chatwords.language_of(row))
    return address


def _at_the_end(row: Conversation) -> str:
    if row.wants_transcript:
        return chatwords.known_address(row)
    return chatwords.proven_address(row.visitor) if Widget.of(row.inbox.settings).mail_transcript else ""


def _may(row: Conversation, address: str) -> bool:
    """A wish is counted like a transcript that is asked for: strangers' boxes cannot be filled through us."""
    limits = _limits(row, address) if row.wants_transcript else [(f"transcript at the end:{row.pk}", 1)]
    return all(throttle.hit(key, most, DAY).allowed for key, most in limits)


def _announce(conversation: Conversation, address: str, language: str) -> None:
    payload = {"conversation": conversation.pk, "address": address, "language": language}
    emit("chat.transcript", payload | {"key": secrets.token_hex(16), "at": clock.now().isoformat()})
    audit.record(SYSTEM, "chat.transcript_mailed", f"ticket:{conversation.ticket_id}")


def _theirs(conversation: Conversation, email: str) -> str:
    address = participants.usable(email, "email")
    seats = conversation.ticket.participants.values_list("address", flat=True)
    if address not in {chatwords.known_address(conversation), *seats}:
        raise Invalid({"email": gettext_lazy("We send it only to the address you gave us in this chat.")})
    return address


def send(payload: dict[str, Any]) -> None:
    """Hands over a transcript that mail() announced; a repeat has the same Message-ID. Raises TryLater."""
    rows = Conversation.objects.select_related("inbox", "ticket__customer", "ticket__inbox", "visitor")
    row = rows.filter(pk=payload["conversation"]).first()
    door = mail_door(row.inbox) if row else None
    if row is None or suspensions.why(payload["address"]) is not None:
        return
    if door is None:
        raise TryLater("no e-mail inbox to send from")
    adapter = import_string(wiring.CHANNELS["email"])()
    result = adapter.send(door, _mail(row, door.address, door.name, payload))
    if not result.ok and not result.permanent:
        raise TryLater(result.error)


def _mail(row: Conversation, sender: str, name: str, payload: dict[str, Any]) -> OutboundMessage:
    language = payload["language"]
    page = transcripts.of(row, language, "html").encode()
    with translation.override(language):
        text = _("Here is what we said. It is attached as a page, too.")
    return OutboundMessage(
        delivery_id=0,
        header_id=f"<tr.{payload['key']}@{sender.rpartition('@')[2]}>",
        sender=sender,
        sender_name=name,
        reply_to="",
        recipient=payload["address"],
        recipient_name="",
        subject=chatwords.subject(row.inbox, row.ticket.number, language),
        text=f"{text}\n\n{transcripts.of(row, language, 'txt')}",
        language=language,
        sent_at=datetime.fromisoformat(payload["at"]),
        automatic=True,
        attachments=(OutboundAttachment(f"chat-{row.ticket.number}.html", "text/html", page),),
    )
