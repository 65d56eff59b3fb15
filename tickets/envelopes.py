"""What channels and the desk hand to each other: frozen, plain, knowing no channel."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class InboundAttachment:
    """A file as it came. `content_id` names it inside HTML (cid:)."""

    name: str
    content_type: str
    data: bytes
    content_id: str = ""
    is_inline: bool = False


@dataclass(frozen=True)
class DeliveryReport:
    """What a server or provider says of one recipient's copy.

    `state`: failed, delayed, delivered, complained or read. `header_ids` are candidates for the copy's Message-ID, the
    surest first, without brackets. `status_code` as in RFC 3463. `event_id`: the provider's own, for repeats.
    """

    recipient: str
    header_ids: tuple[str, ...]
    state: str
    status_code: str = ""
    reason: str = ""
    event_id: str = ""


@dataclass(frozen=True)
class InboundMessage:
    """One message from outside, whatever its channel.

    `sender` is "" when nobody can honestly be named. `recipients` are all addresses it came to, among them perhaps one
    of our signed reply addresses (tickets/tokens.py). `references` are header ids this answers, newest first.
    `automatic`: made by a machine (auto-reply, bounce, list), so nothing automatic may answer it; `mail_kind` names the
    sort, "" for people's. `reports`: what it tells of mails of ours. `forwarded_from`: whose mail it passes on.
    `reply_to`: where it asks for answers; a hint only.
    `received_at` orders; `sent_at` is display.
    """

    channel: str
    handle_kind: str
    sender: str
    sender_name: str
    subject: str
    text: str
    received_at: datetime
    visible_length: int = 0
    html: str = ""
    external_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    automatic: bool = False
    bounce: bool = False
    mail_kind: str = ""
    reports: tuple[DeliveryReport, ...] = ()
    forwarded_name: str = ""
    forwarded_from: str = ""
    reply_to: str = ""
    sent_at: datetime | None = None
    attachments: tuple[InboundAttachment, ...] = ()


@dataclass(frozen=True)
class OutboundAttachment:
    """A file that goes out; with a `content_id` it stands in the text as a picture."""

    name: str
    content_type: str
    data: bytes
    content_id: str = ""


@dataclass(frozen=True)
class OutboundMessage:
    """One recipient's copy of a message that goes out. It cannot hold a note: the desk makes it from `out` only.

    `to` and `cc` are whom the headers name (empty `to`: the recipient alone); `return_path` takes its bounces; `footer`
    is the signature.
    """

    delivery_id: int
    header_id: str
    sender: str
    sender_name: str
    reply_to: str
    recipient: str
    recipient_name: str
    subject: str
    text: str
    language: str
    sent_at: datetime
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    automatic: bool = False
    footer: str = ""
    return_path: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    attachments: tuple[OutboundAttachment, ...] = field(default=())


@dataclass(frozen=True)
class SendResult:
    """How one recipient's copy fared: `ok`, or an error that is `permanent` or worth another try.

    `cause` is one of the classes in rules/sending.py; `status_code` is the answer's enhanced code (RFC 3463) or its
    three digits. `ids`: what the provider calls it now; `retry_after`: seconds that it asked us to wait.
    """

    ok: bool
    error: str = ""
    permanent: bool = False
    cause: str = "server"
    status_code: str = ""
    ids: tuple[str, ...] = ()
    retry_after: float = 0
