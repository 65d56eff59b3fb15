"""Providers that tell of a mail and keep some of it: files at Brevo, the whole of it at Resend."""

from typing import Any

from tickets.channels.email.hooks.assembly import Pieces, with_missing
from tickets.channels.email.hooks.fields import number, pairs, people, person, value
from tickets.channels.email.hooks.request import HookMail, Ignored, Kept, Request


def brevo(request: Request) -> list[HookMail]:
    """developers.brevo.com, "Inbound parsing webhooks": files are kept by Brevo and told by name."""
    told = request.json()
    if "items" not in told:
        raise Ignored(f"news of mail that we sent: {told.get('event', 'unknown')}")
    return [_brevo(item) for item in told["items"]]


def _brevo(item: dict[str, Any]) -> HookMail:
    pieces = Pieces(_brevo_fields(item), str(item.get("RawTextBody") or ""), str(item.get("RawHtmlBody") or ""))
    uuid = item.get("Uuid") or ""
    score = item.get("SpamScore") if item.get("SpamScore") is not None else (item.get("Spam") or {}).get("Score")
    named = [value(pieces.fields, "delivered-to").strip("<> "), *(str(one) for one in item.get("Recipients") or ())]
    return HookMail(
        data=pieces.mail(),
        event_id=str(uuid[0] if isinstance(uuid, list) and uuid else uuid),
        envelope_sender=value(pieces.fields, "return-path").strip("<> "),
        recipients=tuple(dict.fromkeys(one for one in named if one)),
        spam_score=number(score),
        stripped=str(item.get("ExtractedMarkdownMessage") or ""),
        unfetched=tuple(_brevo_file(one) for one in item.get("Attachments") or []),
        pieces=pieces,
    )


def _brevo_fields(item: dict[str, Any]) -> list[tuple[str, str]]:
    fields = with_missing(
        pairs(item.get("Headers")),
        to=people(item.get("To"), "Address", "Name"),
        cc=people(item.get("Cc"), "Address", "Name"),
        reply_to=person(item.get("ReplyTo"), "Address", "Name"),
        subject=str(item.get("Subject") or ""),
        message_id=str(item.get("MessageId") or ""),
        in_reply_to=str(item.get("InReplyTo") or ""),
        date=str(item.get("SentAtDate") or ""),
    )
    return fields if value(fields, "from") else [*fields, ("From", person(item.get("From"), "Address", "Name"))]


def _brevo_file(one: dict[str, Any]) -> Kept:
    return Kept(
        name=str(one.get("Name") or ""),
        content_type=str(one.get("ContentType") or ""),
        size=one.get("ContentLength"),
        ref=str(one["DownloadToken"]),
        content_id=str(one.get("ContentID") or ""),
        inline=bool(one.get("ContentID")),
    )


def resend(request: Request) -> list[HookMail]:
    """resend.com/docs, "Receiving": the event tells who and what; the mail stays with Resend."""
    told = request.json()
    if told.get("type") != "email.received":
        raise Ignored(f"news of mail that we sent: {told.get('type')}")
    data = told["data"]
    pieces = resend_pieces(data)
    return [
        HookMail(
            data=pieces.mail(),
            event_id=request.header("svix-id"),
            recipients=tuple(str(one) for one in data.get("to") or ()),
            unfetched=resend_files(data),
            whole="" if pieces.text or pieces.html else str(data.get("email_id") or ""),
            pieces=pieces,
        )
    ]


def resend_pieces(data: dict[str, Any]) -> Pieces:
    """A mail as the event and the API describe it."""
    fields = with_missing(
        pairs(data.get("headers")),
        to=_listed(data.get("to")),
        cc=_listed(data.get("cc")),
        reply_to=_listed(data.get("reply_to")),
        subject=str(data.get("subject") or ""),
        message_id=str(data.get("message_id") or ""),
        date=str(data.get("created_at") or ""),
    )
    if not value(fields, "from"):
        fields.append(("From", str(data.get("from") or "")))
    return Pieces(fields, str(data.get("text") or ""), str(data.get("html") or ""))


def _listed(told: Any) -> str:
    return told if isinstance(told, str) else ", ".join(str(one) for one in told or ())


def resend_files(data: dict[str, Any]) -> tuple[Kept, ...]:
    """The files that the event, or the API, tells of."""
    return tuple(
        Kept(
            name=str(one.get("filename") or ""),
            content_type=str(one.get("content_type") or ""),
            size=one.get("size"),
            ref=str(one.get("download_url") or one.get("id") or ""),
            content_id=str(one.get("content_id") or ""),
            inline=one.get("content_disposition") == "inline" or bool(one.get("content_id")),
        )
        for one in data.get("attachments") or ()
    )
