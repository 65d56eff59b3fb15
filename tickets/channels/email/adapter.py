"""E-mail as the desk knows it: raw mail in, one recipient's copy out."""

from datetime import datetime

from tickets.channels.email import apisend, compose, smtp
from tickets.channels.email.body import ParsedAttachment
from tickets.channels.email.hooks import packing
from tickets.channels.email.parse import ParsedMail, parse
from tickets.envelopes import InboundAttachment, InboundMessage, OutboundMessage, SendResult
from tickets.models import Inbox


class EmailAdapter:
    """See tickets/channels/base.py."""

    def parse(self, data: bytes, received_at: datetime) -> InboundMessage:
        """Reads one mail. Raises UnreadableMail."""
        return to_inbound(parse(data), received_at)

    def unpack(self, inbox: Inbox, data: bytes) -> list[bytes]:
        """The mails of a provider's request that was kept whole. Raises UnreadableMail, OSError."""
        return packing.mails_of(inbox, data)

    def send(self, inbox: Inbox, message: OutboundMessage) -> SendResult:
        """Sends one copy through the inbox's server, or by its provider's API."""
        try:
            data = compose.compose(message)
        except compose.BadValue as fault:
            return SendResult(ok=False, error=str(fault), permanent=True)
        if api := apisend.api_of(inbox):
            return apisend.send(inbox, api, message)
        # Nobody may answer a machine, so its mail comes from nobody (RFC 3834, RFC 5321 4.5.5).
        back = "" if message.automatic else message.return_path or message.sender
        return smtp.send(inbox, back, message.recipient, data)


def to_inbound(mail: ParsedMail, received_at: datetime) -> InboundMessage:
    """A parsed mail as the one inbound form. Arrival orders; the Date it claims is only shown."""
    return InboundMessage(
        channel="email",
        handle_kind="email",
        sender=mail.from_email or "",
        sender_name=mail.from_name,
        subject=mail.subject,
        text=mail.text,
        received_at=received_at,
        visible_length=mail.visible_length,
        html=mail.html,
        external_id=_bracketed(mail.message_id),
        in_reply_to=_bracketed(mail.in_reply_to),
        references=tuple(_bracketed(one) for one in mail.references),
        recipients=tuple(dict.fromkeys([*mail.to, *mail.cc, *mail.delivered_to])),
        automatic=mail.auto_generated,
        bounce=mail.bounce,
        mail_kind=mail.kind,
        reports=mail.reports,
        forwarded_name=mail.forwarded.name,
        forwarded_from=mail.forwarded.email,
        reply_to=mail.reply_to_email or "",
        sent_at=mail.date,
        attachments=tuple(_file(one) for one in mail.attachments),
    )


def _bracketed(header_id: str) -> str:
    """Ids are kept as they stand in mail, with their brackets."""
    return f"<{header_id}>" if header_id else ""


def _file(one: ParsedAttachment) -> InboundAttachment:
    return InboundAttachment(one.name, one.content_type, one.data, one.content_id, one.inline)
