"""What tickets keep of a person: their own matters, what they said in others', and where else they are named."""

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from helpdesk.core.privacy import Person
from tickets.models import (
    Attachment,
    AutomaticReply,
    BlockedSender,
    Call,
    CallBack,
    CallEvent,
    Conversation,
    Delivery,
    Draft,
    ExternalMessage,
    FarFile,
    Inbox,
    Message,
    MessageChange,
    Participant,
    Peer,
    RawInbound,
    Suspension,
    Ticket,
    TrustedSender,
    Visitor,
)

# What is left of a message that was erased has none of these.
TELLS = (
    *("text", "html", "subject", "from_name", "from_address", "reply_to", "header_id", "in_reply_to"),
    *("forwarded_name", "forwarded_from", "client_id"),
)


def tickets(one: Person) -> QuerySet[Ticket]:
    """Their matters."""
    return Ticket.objects.filter(customer__in=one.numbers)


def shared(one: Person) -> QuerySet[Ticket]:
    """Those of their matters in which somebody else takes part or spoke."""
    others = Participant.objects.filter(ticket=OuterRef("pk")).exclude(customer__in=one.numbers)
    said = Message.objects.filter(ticket=OuterRef("pk"), customer__isnull=False).exclude(customer__in=one.numbers)
    return tickets(one).filter(Exists(others) | Exists(said))


def touched(one: Person) -> QuerySet[Ticket]:
    """Their matters and those of others in which they take part or spoke."""
    seats = Participant.objects.filter(customer__in=one.numbers).values("ticket")
    said = Message.objects.filter(customer__in=one.numbers).values("ticket")
    return Ticket.objects.filter(Q(customer__in=one.numbers) | Q(pk__in=seats) | Q(pk__in=said))


def messages(one: Person) -> QuerySet[Message]:
    """What goes whole: all they said; in matters that are theirs alone also what we said; our notes about them."""
    alone = tickets(one).exclude(pk__in=shared(one).values("pk"))
    return Message.objects.filter(
        Q(customer__in=one.numbers)
        | Q(ticket__in=alone.values("pk"))
        | Q(ticket__in=tickets(one).values("pk"), kind=Message.Kind.NOTE)
    )


def told(one: Person) -> QuerySet[Message]:
    """What is given out: all of their matters, and what they said in others'; notes only with `whole`."""
    rows = Message.objects.filter(Q(customer__in=one.numbers) | Q(ticket__customer__in=one.numbers))
    return rows if one.whole else rows.exclude(kind=Message.Kind.NOTE).filter(withdrawn_at=None)


def others(one: Person) -> QuerySet[Message]:
    """What others said where they took part: their own words stay."""
    return Message.objects.filter(ticket__in=touched(one).values("pk")).exclude(pk__in=messages(one).values("pk"))


def named(words: list[str], *columns: str) -> Q:
    """Rows with one of these words in one of the columns."""
    parts = [Q(**{f"{column}__icontains": word}) for column in columns for word in words]
    return reduce(or_, parts, Q(pk__in=[]))


def attachments(one: Person) -> QuerySet[Attachment]:
    """The files of what goes whole."""
    return Attachment.objects.filter(message__in=messages(one).values("pk"))


def files_told(one: Person) -> Iterator[dict[str, Any]]:
    """Files of what is given out, with their bytes."""
    rows = Attachment.objects.filter(message__in=told(one).values("pk")).order_by("pk")
    names = ("message__ticket__number", "name", "content_type", "file__size", "file__sha256")
    for ticket, name, content_type, size, sha256 in rows.values_list(*names):
        facts = {"ticket": ticket, "name": name, "content_type": content_type, "size": size}
        yield {**facts, "file": sha256, "file_name": name}


def sources_told(one: Person) -> Iterator[dict[str, Any]]:
    """The mails as they came."""
    rows = sources(one).filter(message__customer__in=one.numbers).order_by("pk")
    for pk, ticket, at, sha256 in rows.values_list("pk", "message__ticket__number", "received_at", "file__sha256"):
        yield {"ticket": ticket, "received_at": at, "file": sha256, "file_name": f"mail-{pk}.eml"}


def sources(one: Person) -> QuerySet[RawInbound]:
    """The mails, as they came, of what goes whole and of what others said beside it, which repeats it."""
    theirs = Q(message__in=messages(one).values("pk")) | Q(message__in=others(one).values("pk"))
    return RawInbound.objects.filter(theirs, file__size__gt=0)


def unread(one: Person) -> QuerySet[RawInbound]:
    """Mails of which no message was made: whose they are says only their source."""
    told = Q(file__size__gt=0) | named(one.telling, "error", "source")
    return RawInbound.objects.filter(told, message=None, received_at__lte=one.at)


def deliveries(one: Person) -> QuerySet[Delivery]:
    """Copies of what goes whole, and copies that went to them."""
    to_them = Q(address__in=one.values, message__created_at__lte=one.at)
    return Delivery.objects.filter(Q(message__in=messages(one).values("pk")) | to_them)


def envelopes(one: Person) -> QuerySet[Delivery]:
    """Copies for others that name them in their headers."""
    return Delivery.objects.filter(message__ticket__in=touched(one).values("pk")).exclude(envelope={})


def drafts(one: Person) -> QuerySet[Draft]:
    """What staff typed to them or about them and has not sent."""
    return Draft.objects.filter(ticket__in=touched(one).values("pk"))


def seats(one: Person) -> QuerySet[Participant]:
    """Where they take part."""
    return Participant.objects.filter(customer__in=one.numbers)


def visitors(one: Person) -> QuerySet[Visitor]:
    """The browsers that they sat before."""
    return Visitor.objects.filter(customer__in=one.numbers)


def chats(one: Person) -> QuerySet[Conversation]:
    """Their live chats."""
    return Conversation.objects.filter(Q(visitor__customer__in=one.numbers) | Q(ticket__customer__in=one.numbers))


def suspensions(one: Person) -> QuerySet[Suspension]:
    """That our mail did not reach them."""
    return Suspension.objects.filter(address__in=one.values, last_at__lte=one.at)


def trusted(one: Person) -> QuerySet[TrustedSender]:
    """That their pictures are shown."""
    return TrustedSender.objects.filter(address__in=one.values, created_at__lte=one.at)


def blocked(one: Person) -> QuerySet[BlockedSender]:
    """That their mail goes to spam."""
    return BlockedSender.objects.filter(pattern__in=one.values, created_at__lte=one.at)


def automatic(one: Person) -> QuerySet[AutomaticReply]:
    """The automatic answers that they got."""
    return AutomaticReply.objects.filter(address__in=one.values, created_at__lte=one.at)


def handles(numbers: tuple[int, ...]) -> set[tuple[str, str]]:
    """Addresses and numbers by which tickets know them, besides our own."""
    ours = {address.lower() for address in Inbox.objects.values_list("address", flat=True)}
    found = set(Participant.objects.filter(customer__in=numbers).values_list("address", flat=True))
    found |= set(Message.objects.filter(customer__in=numbers).values_list("from_address", flat=True))
    phones = set()
    for email, phone in Visitor.objects.filter(customer__in=numbers).values_list("email", "phone"):
        found.add(email)
        phones.add(phone)
    mails = {one.lower() for one in found if "@" in one} - ours
    return {("email", one) for one in mails} | {("phone", one) for one in phones if one}


def names(numbers: tuple[int, ...]) -> set[str]:
    """What tickets call them."""
    found = set(Participant.objects.filter(customer__in=numbers).values_list("name", flat=True))
    found |= set(Message.objects.filter(customer__in=numbers).values_list("from_name", flat=True))
    return found | set(Visitor.objects.filter(customer__in=numbers).values_list("name", flat=True))


def heard(numbers: tuple[int, ...]) -> set[str]:
    """The ids of the mails that they wrote, and of those in which others passed theirs on to us."""
    rows = Message.objects.filter(customer__in=numbers, kind=Message.Kind.IN).exclude(header_id="")
    return set(rows.values_list("header_id", flat=True))


def peers(one: Person) -> QuerySet[Peer]:
    """Their addresses at messengers and the like."""
    return Peer.objects.filter(customer__in=one.numbers)


def external(one: Person) -> QuerySet[ExternalMessage]:
    """What providers call their messages; the numbers tell of the chat they stand in."""
    return ExternalMessage.objects.filter(message__in=messages(one).values("pk"))


def changes(one: Person) -> QuerySet[MessageChange]:
    """What their messages said before, and their reactions to ours."""
    return MessageChange.objects.filter(message__ticket__customer__in=one.numbers)


def far_files(one: Person) -> QuerySet[FarFile]:
    """Where their files lay, and those that never came."""
    return FarFile.objects.filter(message__in=messages(one).values("pk"))


def calls(one: Person) -> QuerySet[Call]:
    """Their calls with us."""
    return Call.objects.filter(message__ticket__customer__in=one.numbers)


def call_events(one: Person) -> QuerySet[CallEvent]:
    """What an exchange told of them."""
    return CallEvent.objects.filter(call__in=calls(one).values("pk"))


def call_backs(one: Person) -> QuerySet[CallBack]:
    """Calls that we owe them."""
    return CallBack.objects.filter(ticket__customer__in=one.numbers)
