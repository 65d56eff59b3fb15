"""A provider's request in the words of `manage.py parse_webhook`. Pure: nothing is fetched, nothing is kept."""

import hashlib
from typing import Any

from tickets.channels.base import NothingForUs, ProviderRequest
from tickets.channels.email import hooks
from tickets.channels.email.body import ParsedAttachment
from tickets.channels.email.parse import parse


def describe(given: ProviderRequest) -> list[dict[str, Any]]:
    """The mails of a request. Raises NothingForUs, BadHook, UnreadableMail."""
    request = hooks.Request(given.body, given.content_type, given.headers or {}, given.path)
    try:
        mails = hooks.read(given.provider.partition(":")[2], request)
    except hooks.Ignored as why:
        raise NothingForUs(str(why)) from why
    return [_mail(one) for one in mails]


def _mail(found: hooks.HookMail) -> dict[str, Any]:
    mail = parse(found.data)
    return {
        "sender_id": mail.from_email,
        "sender_name": mail.from_name,
        "from_email": mail.from_email,
        "from_name": mail.from_name,
        "to": list(mail.to),
        "cc": list(mail.cc),
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "visible_reply": found.stripped or mail.visible_reply,
        "event_id": found.event_id,
        "message_id": f"<{mail.message_id}>" if mail.message_id else "",
        "in_reply_to": mail.in_reply_to,
        "references": list(mail.references),
        "envelope_sender": found.envelope_sender,
        "envelope_recipient": next(iter(found.recipients), ""),
        "spam_detected": found.spam_detected,
        "spam_score": found.spam_score,
        "attachments": [*map(_file, mail.attachments), *map(_kept, found.unfetched)],
    }


def _file(one: ParsedAttachment) -> dict[str, Any]:
    return {
        "name": one.name,
        "type": one.content_type,
        # A mail inside the mail has no size of its own: what it holds is told beside it.
        "size": None if one.content_type == "message/rfc822" else len(one.data),
        "sha1": hashlib.sha1(one.data, usedforsecurity=False).hexdigest(),
        "inline": one.inline,
        "kind": _kind(one.content_type),
    }


def _kept(one: hooks.Kept) -> dict[str, Any]:
    """A file that the provider still has: its size is the provider's word, its digest nobody knows yet."""
    return {
        "name": one.name,
        "type": one.content_type,
        "size": one.size,
        "sha1": None,
        "inline": one.inline,
        "kind": _kind(one.content_type),
    }


def _kind(content_type: str) -> str:
    main = content_type.partition("/")[0].lower()
    return main if main in ("image", "video", "audio") else "file"
