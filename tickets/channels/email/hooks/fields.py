"""Providers that have taken the mail apart and hand over its fields."""

import json
from typing import Any

from tickets.channels.email import headers as mail_headers
from tickets.channels.email import mime, params
from tickets.channels.email.hooks.assembly import Fields, File, assemble, undo_base64, with_missing
from tickets.channels.email.hooks.request import HookMail, Ignored, Request, Upload


def _pairs(listed: Any) -> list[tuple[str, str]]:
    """Header fields however a provider lists them: pairs, objects with name and value, or one object."""
    if isinstance(listed, dict):
        listed = [
            (name, one) for name, value in listed.items() for one in (value if isinstance(value, list) else [value])
        ]
    found = []
    for one in listed or []:
        name, value = (
            (one.get("Name") or one.get("name"), one.get("Value") or one.get("value")) if isinstance(one, dict) else one
        )
        found.append((str(name), str(value or "")))
    return found


def _value(fields: Fields, name: str) -> str:
    return next((value for key, value in fields if key.lower() == name), "")


def _person(one: dict[str, Any] | None, address: str, name: str) -> str:
    one = one or {}
    words, email = str(one.get(name) or "").replace('"', "'").strip(), str(one.get(address) or "")
    return f'"{words}" <{email}>' if words else email


def _people(listed: Any, address: str, name: str) -> str:
    return ", ".join(_person(one, address, name) for one in listed or [])


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def postmark(request: Request) -> list[HookMail]:
    """postmarkapp.com/developer, "Inbound webhook"."""
    told = request.json()
    if "RecordType" in told and told["RecordType"] != "Inbound":
        raise Ignored(f"news of mail that we sent: {told['RecordType']}")
    fields = _pairs(told.get("Headers"))
    raw = told.get("RawEmail")
    return [
        HookMail(
            data=str(raw).encode("utf-8", "surrogateescape") if raw else _postmark(told, fields),
            event_id=str(told.get("MessageID") or ""),
            envelope_sender=_value(fields, "return-path").strip("<> ") or _received_spf(fields),
            recipients=(str(told["OriginalRecipient"]),) if told.get("OriginalRecipient") else (),
            spam_detected=_yes(_value(fields, "x-spam-status")),
            spam_score=_number(_value(fields, "x-spam-score")),
            stripped=str(told.get("StrippedTextReply") or ""),
        )
    ]


def _received_spf(fields: Fields) -> str:
    told = _value(fields, "received-spf")
    return told.partition("envelope-from=")[2].partition(";")[0].strip(" <>\"'")


def _yes(value: str) -> bool:
    """What a spam filter's header says; silence is no suspicion."""
    return value.strip().lower().startswith("yes")


def _postmark(told: dict[str, Any], fields: list[tuple[str, str]]) -> bytes:
    fields = [(name, value) for name, value in fields if name.lower() not in ("from", "to", "cc", "bcc", "subject")]
    fields = with_missing(
        fields,
        from_=_person(told.get("FromFull"), "Email", "Name") or str(told.get("From", "")),
        to=_people(told.get("ToFull"), "Email", "Name") or str(told.get("To", "")),
        cc=_people(told.get("CcFull"), "Email", "Name") or str(told.get("Cc", "")),
        subject=str(told.get("Subject") or ""),
        reply_to=str(told.get("ReplyTo") or ""),
        date=str(told.get("Date") or ""),
    )
    fields = [("From" if name == "From-" else name, value) for name, value in fields]
    files = [
        File(
            str(one.get("Name") or ""),
            str(one.get("ContentType") or ""),
            undo_base64(str(one.get("Content") or one.get("Data") or "")),
            str(one.get("ContentID") or "").removeprefix("cid:"),
        )
        for one in told.get("Attachments") or []
    ]
    return assemble(fields, str(told.get("TextBody") or ""), str(told.get("HtmlBody") or ""), files)


def mailgun(request: Request) -> list[HookMail]:
    """documentation.mailgun.com, "Routes": `forward()` to a URL, with or without `mime`."""
    if request.content_type.startswith("application/json"):
        raise Ignored("news of mail that we sent")
    form = request.form
    if "event" in form and "body-mime" not in form and "message-headers" not in form:
        raise Ignored(f"news of mail that we sent: {form['event']}")
    data = form["body-mime"].encode("utf-8", "surrogateescape") if "body-mime" in form else _mailgun(request)
    fields = _pairs(json.loads(form["message-headers"])) if form.get("message-headers") else _fields_of(data)
    return [
        HookMail(
            data=data,
            event_id=form.get("token", ""),
            envelope_sender=form.get("sender", ""),
            recipients=(form["recipient"],) if form.get("recipient") else (),
            spam_detected=_yes(_value(fields, "x-mailgun-sflag") or form.get("X-Mailgun-Sflag", "")),
            stripped=form.get("stripped-text", ""),
            spam_score=_number(_value(fields, "x-mailgun-sscore") or form.get("X-Mailgun-Sscore")),
        )
    ]


def _fields_of(data: bytes) -> list[tuple[str, str]]:
    return [(name, mail_headers.raw_text(value)) for name, value in mime.split(data)[0]]


def _mailgun(request: Request) -> bytes:
    form = request.form
    fields = _pairs(json.loads(form.get("message-headers") or "[]"))
    fields = with_missing(
        fields, to=form.get("To", form.get("recipient", "")), cc=form.get("Cc", ""), subject=form.get("subject", "")
    )
    if not _value(fields, "from"):
        fields.append(("From", form.get("from", form.get("From", ""))))
    ids = {field: cid.strip("<>") for cid, field in json.loads(form.get("content-id-map") or "{}").items()}
    files = [_upload(one, ids.get(name, "")) for name, one in request.files.items() if name.startswith("attachment-")]
    return assemble(fields, form.get("body-plain", ""), form.get("body-html", ""), files)


def _upload(one: Upload, content_id: str = "", content_type: str = "") -> File:
    return File(one.name, content_type or one.content_type, one.data, content_id)


def sendgrid(request: Request) -> list[HookMail]:
    """docs.sendgrid.com, "Inbound parse": fields, or the raw mail in `email`."""
    if request.content_type.startswith("application/json"):
        raise Ignored("news of mail that we sent")
    form = request.form
    envelope = json.loads(form.get("envelope") or "{}")
    raw = form.get("email") or None
    upload = request.files.get("email")
    data = raw.encode("utf-8", "surrogateescape") if raw else upload.data if upload else _sendgrid(request)
    return [
        HookMail(
            data=data,
            envelope_sender=str(envelope.get("from") or ""),
            recipients=tuple(str(one) for one in envelope.get("to") or ()),
            spam_score=_number(form.get("spam_score")),
        )
    ]


def _sendgrid(request: Request) -> bytes:
    form = request.form
    charsets = json.loads(form.get("charsets") or "{}")
    fields = _fields_of(form.get("headers", "").encode("utf-8", "surrogateescape") + b"\r\n\r\n")
    fields = with_missing(
        fields,
        to=request.text("to", charsets.get("to", "")),
        cc=request.text("cc", charsets.get("cc", "")),
        subject=request.text("subject", charsets.get("subject", "")),
    )
    if not _value(fields, "from"):
        fields.append(("From", request.text("from", charsets.get("from", ""))))
    told = json.loads(form.get("attachment-info") or "{}")
    ids = {field: cid for cid, field in json.loads(form.get("content-ids") or "{}").items()}
    files = [
        _upload(
            one,
            str((told.get(name) or {}).get("content-id") or ids.get(name, "")),
            (told.get(name) or {}).get("type", ""),
        )
        for name, one in request.files.items()
        if name.startswith("attachment")
    ]
    text, html = (request.text(name, charsets.get(name, "")) for name in ("text", "html"))
    return assemble(fields, text, html, files)


def mailjet(request: Request) -> list[HookMail]:
    """dev.mailjet.com, "Parse API"."""
    told = request.json()
    if isinstance(told, list) or ("event" in told and "Headers" not in told):
        raise Ignored("news of mail that we sent")
    fields = _pairs(told.get("Headers"))
    fields = with_missing(
        fields, to=str(told.get("To") or told.get("Recipient") or ""), subject=str(told.get("Subject") or "")
    )
    if not _value(fields, "from") and told.get("From"):
        fields.append(("From", str(told["From"])))
    parts = [_mailjet_file(part, told) for part in told.get("Parts") or [] if "ttachment" in part.get("ContentRef", "")]
    return [
        HookMail(
            data=assemble(fields, str(told.get("Text-part") or ""), str(told.get("Html-part") or ""), parts),
            envelope_sender=str(told.get("Sender") or ""),
            recipients=(str(told["Recipient"]),) if told.get("Recipient") else (),
            spam_score=_number(told.get("SpamAssassinScore")),
        )
    ]


def _mailjet_file(part: dict[str, Any], told: dict[str, Any]) -> File:
    fields = _pairs(part.get("Headers"))
    kind, given = params.parameters(_value(fields, "content-type"))
    place, named = params.parameters(_value(fields, "content-disposition"))
    name = named.get("filename") or given.get("name", "")
    content_id = _value(fields, "content-id").strip("<> ")
    data = undo_base64(str(told.get(part["ContentRef"]) or ""))
    return File(name, kind, data, content_id, place == "inline" or part["ContentRef"].startswith("Inline"))


def brevo(request: Request) -> list[HookMail]:
    """developers.brevo.com, "Inbound parsing webhooks": files are kept by Brevo and told by name."""
    told = request.json()
    if "items" not in told:
        raise Ignored(f"news of mail that we sent: {told.get('event', 'unknown')}")
    return [_brevo(item) for item in told["items"]]


def _brevo(item: dict[str, Any]) -> HookMail:
    fields = _pairs(item.get("Headers"))
    fields = with_missing(
        fields,
        to=_people(item.get("To"), "Address", "Name"),
        cc=_people(item.get("Cc"), "Address", "Name"),
        reply_to=_person(item.get("ReplyTo"), "Address", "Name"),
        subject=str(item.get("Subject") or ""),
        message_id=str(item.get("MessageId") or ""),
        in_reply_to=str(item.get("InReplyTo") or ""),
        date=str(item.get("SentAtDate") or ""),
    )
    if not _value(fields, "from"):
        fields.append(("From", _person(item.get("From"), "Address", "Name")))
    unfetched = tuple(
        {
            "name": one.get("Name") or "",
            "type": one.get("ContentType") or "",
            "size": one.get("ContentLength"),
            "inline": bool(one.get("ContentID")),
            "token": one.get("DownloadToken"),
        }
        for one in item.get("Attachments") or []
    )
    uuid = item.get("Uuid") or ""
    score = item.get("SpamScore") if item.get("SpamScore") is not None else item.get("Spam", {}).get("Score")
    return HookMail(
        data=assemble(fields, str(item.get("RawTextBody") or ""), str(item.get("RawHtmlBody") or "")),
        event_id=str(uuid[0] if isinstance(uuid, list) and uuid else uuid),
        envelope_sender=_value(fields, "return-path").strip("<> "),
        recipients=tuple(str(one) for one in item.get("Recipients") or ()),
        spam_score=_number(score),
        unfetched=unfetched,
    )


def resend(request: Request) -> list[HookMail]:
    """resend.com/docs, "Receiving": the event tells who and what; the body stays with Resend."""
    told = request.json()
    if told.get("type") != "email.received":
        raise Ignored(f"news of mail that we sent: {told.get('type')}")
    data = told["data"]
    fields = with_missing(
        _pairs(data.get("headers")),
        to=", ".join(str(one) for one in data.get("to") or ()),
        cc=", ".join(str(one) for one in data.get("cc") or ()),
        reply_to=", ".join(str(one) for one in data.get("reply_to") or ()),
        subject=str(data.get("subject") or ""),
        message_id=str(data.get("message_id") or ""),
        date=str(data.get("created_at") or ""),
    )
    if not _value(fields, "from"):
        fields.append(("From", str(data.get("from") or "")))
    unfetched = tuple(
        {
            "name": one.get("filename") or "",
            "type": one.get("content_type") or "",
            "size": one.get("size"),
            "inline": one.get("content_disposition") == "inline" or bool(one.get("content_id")),
            "token": one.get("id"),
        }
        for one in data.get("attachments") or ()
    )
    return [
        HookMail(
            data=assemble(fields, str(data.get("text") or ""), str(data.get("html") or "")),
            event_id=request.header("svix-id"),
            recipients=tuple(str(one) for one in data.get("to") or ()),
            unfetched=unfetched,
        )
    ]
