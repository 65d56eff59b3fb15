"""What one recipient's copy says: its headers, frozen at the first attempt, and the whole mail made of them."""

from collections.abc import Iterable
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from helpdesk.accounts.models import Workspace
from helpdesk.core import clock, files
from tickets import guestlinks, tokens
from tickets.envelopes import OutboundAttachment, OutboundMessage
from tickets.models import Attachment, Delivery, Inbox, Message, Ticket
from tickets.queries import chatwords
from tickets.queries.doors import mail_door
from tickets.rules.sending import sender_name

MOST_REFERENCES = 20


def envelope(message: Message, copy: Delivery) -> dict[str, Any]:
    """The headers of a copy as they would be made now; `Delivery.envelope` keeps them."""
    inbox, language = mail_door(message.ticket.inbox), _language(message)
    address = inbox.address if inbox else ""
    earlier = _earlier_ids(message, copy)
    return {
        "sender": address,
        "sender_name": _sender_name(message, inbox, language),
        "reply_to": _reply_to(inbox, copy),
        "return_path": "" if message.is_automatic else _return_path(inbox, copy),
        "subject": message.subject or _subject(message.ticket, language),
        "language": language,
        "footer": "" if message.is_automatic else _footer(message, copy, inbox, language),
        "in_reply_to": earlier[-1] if earlier else "",
        "references": earlier,
        **_named(message, copy),
    }


def outbound(message: Message, copy: Delivery) -> OutboundMessage:
    """One recipient's copy. Notes have no way in: only messages of kind `out` have copies."""
    if message.kind != Message.Kind.OUT:
        raise ValueError("only an answer can be sent")
    kept = copy.envelope or envelope(message, copy)
    head: Any = {key: tuple(value) if isinstance(value, list) else value for key, value in kept.items()}
    said = _said(message, head.pop("bundle", ()))
    ending = head.pop("ending", "")
    return OutboundMessage(
        delivery_id=copy.pk,
        header_id=copy.header_id,
        recipient=copy.address,
        recipient_name=copy.participant.name if copy.participant and not message.is_automatic else "",
        text=f"{chatwords.body(said, head['language'])}\n\n{ending}" if ending else message.text,
        sent_at=message.created_at,
        automatic=message.is_automatic,
        attachments=tuple(
            OutboundAttachment(item.name, item.content_type, files.read(item.file), item.content_id)
            for item in Attachment.objects.filter(message__in=said).select_related("file").order_by("id")
        ),
        **head,
    )


def scans_of(message: Message, copy: Delivery) -> set[str]:
    """What the virus scanner says of the files that this copy carries."""
    said = _said(message, (copy.envelope or {}).get("bundle", ()))
    return set(Attachment.objects.filter(message__in=said).values_list("scan", flat=True))


def _said(message: Message, bundle: Iterable[int]) -> list[Message]:
    """What the copy says: the message itself, or chat answers that leave together, without what was erased since."""
    if not bundle:
        return [message]
    rows = message.ticket.messages.filter(pk__in=bundle, removed_at__isnull=True, withdrawn_at__isnull=True)
    return list(rows.select_related("author").defer("search", "html").order_by("seq"))


def _subject(ticket: Ticket, language: str) -> str:
    chat = ticket.inbox if ticket.inbox is not None and ticket.inbox.kind == "chat" else None
    return chatwords.subject(chat, ticket.number, language) if chat else _re(ticket.subject)


def _re(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _language(message: Message) -> str:
    ticket = message.ticket
    visitor = chatwords.visitor_of(ticket) if ticket.inbox and ticket.inbox.kind == "chat" else None
    theirs = (visitor.language if visitor else "") or ticket.customer.language
    return theirs or Workspace.objects.values_list("language", flat=True).first() or "en"


def _sender_name(message: Message, inbox: Inbox | None, language: str) -> str:
    shop = inbox.name if inbox else ""
    named = inbox is not None and inbox.settings.get("from_person", True) and message.author is not None
    return sender_name(person=message.author.name if named and message.author else "", shop=shop, language=language)


def _plus(inbox: Inbox | None) -> bool:
    """Whether mail to `address+anything` reaches this inbox."""
    return inbox is not None and bool(inbox.address) and bool(inbox.settings.get("plus_addressing", True))


def _reply_to(inbox: Inbox | None, copy: Delivery) -> str:
    if inbox is None:
        return ""
    return tokens.reply_address(inbox.address, copy.participant_id) if _plus(inbox) and copy.participant_id else ""


def _return_path(inbox: Inbox | None, copy: Delivery) -> str:
    if inbox is None:
        return ""
    return tokens.bounce_address(inbox.address, copy.pk) if _plus(inbox) else inbox.address


def _footer(message: Message, copy: Delivery, inbox: Inbox | None, language: str) -> str:
    """The signature; whoever asked on our own pages also gets their way back to them."""
    lines = [_signature(inbox, language)]
    if message.ticket.channel == "portal" and copy.participant:
        with translation.override(language):
            way = {"link": guestlinks.address(copy.participant, clock.now(), language)}
            lines.append(gettext("See this request on the web: %(link)s") % way)
    return "\n".join(line for line in lines if line)


def _signature(inbox: Inbox | None, language: str) -> str:
    return str(inbox.settings.get(f"signature_{'fa' if language == 'fa' else 'en'}", "")).strip() if inbox else ""


def _named(message: Message, copy: Delivery) -> dict[str, list[str]]:
    """Whom the headers name. A hidden recipient is named nowhere."""
    others = [one for one in message.deliveries.order_by("id") if one.role != "bcc"]
    to = [one.address for one in others if one.role == "to"]
    return {"to": to, "cc": [one.address for one in others if one.role == "cc"]}


def _earlier_ids(message: Message, copy: Delivery) -> list[str]:
    """Message-IDs that this recipient wrote or got before, oldest first, at most twenty."""
    before = message.ticket.messages.filter(seq__lt=message.seq)
    theirs = before.filter(kind="in", from_address__iexact=copy.address).exclude(header_id="")
    ours = Delivery.objects.filter(
        message__ticket=message.ticket,
        message__seq__lt=message.seq,
        address=copy.address,
        state__in=[Delivery.State.SENT, Delivery.State.DELIVERED],
    )
    pairs = [*theirs.values_list("seq", "header_id"), *ours.values_list("message__seq", "header_id")]
    return [header for _seq, header in sorted(pairs)][-MOST_REFERENCES:]
