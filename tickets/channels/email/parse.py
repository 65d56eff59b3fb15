"""A mail's bytes to what it says: pure, bounded, and raising nothing but UnreadableMail."""

import email.utils
import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from tickets.channels.email import address, body, forwarded, headers, kinds, mime, reply, reports, webtext
from tickets.channels.email.body import ParsedAttachment
from tickets.channels.email.limits import MAX_HEADER_ID, MAX_REFERENCES, MAX_SUBJECT, UnreadableMail, check_size
from tickets.envelopes import DeliveryReport

__all__ = ["ParsedAttachment", "ParsedMail", "UnreadableMail", "parse"]
log = logging.getLogger(__name__)
MESSAGE_ID = re.compile(r"<([^<>]{1,998})>")
DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "apparently-to")


@dataclass(frozen=True)
class ParsedMail:
    """One mail, read. `from_email` is None when the sender cannot honestly be named.

    `visible_length`: how many characters of `text` show before the folded rest (0: all). `references` newest first.
    """

    from_email: str | None
    from_name: str
    reply_to_email: str | None
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    text: str
    html: str
    visible_reply: str
    visible_length: int
    attachments: tuple[ParsedAttachment, ...]
    auto_generated: bool
    bounce: bool
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    date: datetime | None
    delivered_to: tuple[str, ...]
    kind: str = ""
    reports: tuple[DeliveryReport, ...] = ()
    forwarded: address.Address = address.UNKNOWN


def parse(raw: bytes) -> ParsedMail:
    """Reads a mail. Raises UnreadableMail with a reason in words, and nothing else."""
    try:
        check_size(raw)
        return _read(mime.read(raw))
    except UnreadableMail:
        raise
    except (Exception, RecursionError) as fault:
        log.exception("mail reader failed")
        raise UnreadableMail(f"could not be read ({type(fault).__name__})") from fault


def _read(root: mime.Part) -> ParsedMail:
    sender = address.sender(root.all("from"))
    content = body.read(root)
    marked = body.text_of(content)
    shown = reply.visible(marked)
    text = webtext.unmarked(marked)
    subject = headers.decode_words(root.get("subject"))[:MAX_SUBJECT]
    kind = kinds.judge(root, text, subject, sender)
    told = reports.read(root, text, subject, bounce=kind.bounce)
    return ParsedMail(
        from_email=sender.email or None,
        from_name=sender.name,
        reply_to_email=address.single(root.get("reply-to")).email or None,
        to=_emails(root, "to"),
        cc=_emails(root, "cc"),
        subject=subject,
        text=text,
        html=body.html_of(content),
        visible_reply=shown.text,
        visible_length=shown.length,
        attachments=tuple(content.files),
        auto_generated=kind.automatic,
        bounce=kind.bounce,
        message_id=_header_id(root.get("message-id")),
        in_reply_to=_header_id(root.get("in-reply-to")),
        references=references(root),
        date=_date(root.get("date")),
        delivered_to=_emails(root, *DELIVERED),
        kind=kinds.with_reports(kind, told),
        reports=told,
        forwarded=address.UNKNOWN if kind.automatic else forwarded.sender_of(root, text, subject),
    )


def _emails(root: mime.Part, *names: str) -> tuple[str, ...]:
    values = [value for name in names for value in root.all(name)]
    return tuple(dict.fromkeys(found.email for found in address.listed(values)))


def _header_id(value: str) -> str:
    """The first id of a field, without brackets; one without brackets counts when it is a single word."""
    found = _ids(value)
    if found:
        return found[0]
    word = headers.decode_words(value).strip().strip("<>").strip()
    return word[:MAX_HEADER_ID] if word and " " not in word else ""


def _ids(value: str) -> list[str]:
    """The ids in brackets, without what folding put into them. Some servers write them as encoded words."""
    return ["".join(one.split()) for one in MESSAGE_ID.findall(headers.decode_words(value)) if one.strip()]


def references(root: mime.Part) -> tuple[str, ...]:
    """Ids this mail answers, newest first, each once."""
    named = _ids(root.get("in-reply-to")) or [_header_id(root.get("in-reply-to"))]
    listed = root.get("references")
    older = _ids(listed) or listed.replace("<", " ").replace(">", " ").split()
    found = dict.fromkeys(one for one in [*named, *reversed(older)] if one)
    return tuple(found)[:MAX_REFERENCES]


def _date(value: str) -> datetime | None:
    """The date it claims, in UTC; None when it is nonsense. Only shown, never sorted by."""
    try:
        claimed = email.utils.parsedate_to_datetime(value[:200])
        aware = claimed if claimed.tzinfo else claimed.replace(tzinfo=UTC)
        return aware.astimezone(UTC) if 1970 <= aware.year <= 2100 else None
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
