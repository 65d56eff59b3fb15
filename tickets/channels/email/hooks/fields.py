"""Providers that have taken the mail apart and hand over its fields."""

import json
from collections.abc import Mapping
from typing import Any

from tickets.channels.email import headers as mail_headers
from tickets.channels.email import mime, params
from tickets.channels.email.hooks.assembly import Fields, File, Pieces, assemble, undo_base64, with_missing
from tickets.channels.email.hooks.request import BadHook, HookMail, Ignored, Kept, Request, Upload


def pairs(listed: Any) -> list[tuple[str, str]]:
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


def value(fields: Fields, name: str) -> str:
    """The first field of this name, "" when there is none."""
    return next((value for key, value in fields if key.lower() == name), "")


def person(one: dict[str, Any] | None, address: str, name: str) -> str:
    """One of the provider's objects for a person, as it stands in a header; `address` and `name` are its keys."""
    one = one or {}
    words, email = str(one.get(name) or "").replace('"', "'").strip(), str(one.get(address) or "")
    return f'"{words}" <{email}>' if words else email


def people(listed: Any, address: str, name: str) -> str:
    """A list of them."""
    return ", ".join(person(one, address, name) for one in listed or [])


def number(told: Any) -> float | None:
    """A score, or None for what is none."""
    try:
        return float(told)
    except (TypeError, ValueError):
        return None


def _expect(told: Mapping[str, object], *any_of: str) -> None:
    """Raises BadHook when nothing is there that a mail cannot be without."""
    if not told.keys() & {*any_of}:
        raise BadHook("neither a mail nor its fields")


def postmark(request: Request) -> list[HookMail]:
    """postmarkapp.com/developer, "Inbound webhook"."""
    told = request.json()
    if "RecordType" in told and told["RecordType"] != "Inbound":
        raise Ignored(f"news of mail that we sent: {told['RecordType']}")
    _expect(told, "FromFull", "From", "RawEmail", "Headers")
    fields = pairs(told.get("Headers"))
    raw = told.get("RawEmail")
    return [
        HookMail(
            data=str(raw).encode("utf-8", "surrogateescape") if raw else _postmark(told, fields),
            event_id=str(told.get("MessageID") or ""),
            envelope_sender=_envelope_sender(fields),
            recipients=(str(told["OriginalRecipient"]),) if told.get("OriginalRecipient") else (),
            spam_detected=_yes(value(fields, "x-spam-status")),
            spam_score=number(value(fields, "x-spam-score")),
            stripped=str(told.get("StrippedTextReply") or ""),
        )
    ]


def _envelope_sender(fields: Fields) -> str:
    """What Postmark itself put on top; a Return-Path further down is the sender's own word."""
    if fields and fields[0][0].lower() == "return-path":
        return fields[0][1].strip("<> ")
    told = value(fields, "received-spf")
    return told.partition("envelope-from=")[2].partition(";")[0].strip(" <>\"'")


def _yes(value: str) -> bool:
    """What a spam filter's header says; silence is no suspicion."""
    return value.strip().lower().startswith("yes")


def _postmark(told: dict[str, Any], fields: list[tuple[str, str]]) -> bytes:
    fields = [(name, value) for name, value in fields if name.lower() not in ("from", "to", "cc", "bcc", "subject")]
    fields = with_missing(
        fields,
        from_=person(told.get("FromFull"), "Email", "Name") or str(told.get("From", "")),
        to=people(told.get("ToFull"), "Email", "Name") or str(told.get("To", "")),
        cc=people(told.get("CcFull"), "Email", "Name") or str(told.get("Cc", "")),
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
    if form.get("event", "inbound") != "inbound":
        raise Ignored(f"news of mail that we sent: {form['event']}")
    pieces = None if "body-mime" in form else _mailgun(request)
    data = pieces.mail() if pieces else form["body-mime"].encode("utf-8", "surrogateescape")
    fields = pairs(json.loads(form["message-headers"])) if form.get("message-headers") else _fields_of(data)
    return [
        HookMail(
            data=data,
            event_id=form.get("token", ""),
            envelope_sender=form.get("sender", ""),
            recipients=(form["recipient"],) if form.get("recipient") else (),
            spam_detected=_yes(value(fields, "x-mailgun-sflag") or form.get("X-Mailgun-Sflag", "")),
            stripped=form.get("stripped-text", ""),
            spam_score=number(value(fields, "x-mailgun-sscore") or form.get("X-Mailgun-Sscore")),
            unfetched=_stored(form) if pieces else (),
            pieces=pieces,
        )
    ]


def _fields_of(data: bytes) -> list[tuple[str, str]]:
    return [(name, mail_headers.raw_text(value)) for name, value in mime.split(data)[0]]


def _mailgun(request: Request) -> Pieces:
    form = request.form
    _expect(form, "message-headers", "from", "sender")
    fields = pairs(json.loads(form.get("message-headers") or "[]"))
    fields = with_missing(
        fields, to=form.get("To", form.get("recipient", "")), cc=form.get("Cc", ""), subject=form.get("subject", "")
    )
    if not value(fields, "from"):
        fields.append(("From", form.get("from", form.get("From", ""))))
    ids = _content_ids(form.get("content-id-map"))
    files = [_upload(one, ids.get(name, "")) for name, one in request.files.items() if name.startswith("attachment-")]
    return Pieces(fields, form.get("body-plain", ""), form.get("body-html", ""), tuple(files))


def _stored(form: dict[str, str]) -> tuple[Kept, ...]:
    """The action `store()` keeps the files and tells where they lie."""
    ids = _content_ids(form.get("content-id-map"))
    return tuple(
        Kept(
            name=str(one.get("name") or ""),
            content_type=str(one.get("content-type") or ""),
            size=one.get("size"),
            ref=str(one["url"]),
            content_id=ids.get(str(one["url"]), ""),
            inline=str(one["url"]) in ids,
        )
        for one in json.loads(form.get("attachments") or "[]")
    )


def _content_ids(told: str | None) -> dict[str, str]:
    """Field -> Content-ID, from an object of the other direction that may name an id twice."""
    listed = json.loads(told or "{}", object_pairs_hook=list)
    return {str(field): str(cid).strip("<>") for cid, field in listed}


def _upload(one: Upload, content_id: str = "", content_type: str = "") -> File:
    return File(one.name, content_type or one.content_type, one.data, content_id)


def sendgrid(request: Request) -> list[HookMail]:
    """docs.sendgrid.com, "Inbound parse": fields, or the raw mail in `email`."""
    if request.content_type.startswith("application/json"):
        raise Ignored("news of mail that we sent")
    form = request.form
    _expect({**form, **request.files}, "email", "headers", "from")
    envelope = json.loads(form.get("envelope") or "{}")
    raw = form.get("email") or None
    upload = request.files.get("email")
    data = raw.encode("utf-8", "surrogateescape") if raw else upload.data if upload else _sendgrid(request)
    return [
        HookMail(
            data=data,
            envelope_sender=str(envelope.get("from") or ""),
            recipients=tuple(str(one) for one in envelope.get("to") or ()),
            spam_score=number(form.get("spam_score")),
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
    if not value(fields, "from"):
        fields.append(("From", request.text("from", charsets.get("from", ""))))
    told = json.loads(form.get("attachment-info") or "{}")
    ids = _content_ids(form.get("content-ids"))
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
    _expect(told, "From", "Headers", "Sender")
    fields = pairs(told.get("Headers"))
    fields = with_missing(
        fields, to=str(told.get("To") or told.get("Recipient") or ""), subject=str(told.get("Subject") or "")
    )
    if not value(fields, "from") and told.get("From"):
        fields.append(("From", str(told["From"])))
    parts = [_mailjet_file(part, told) for part in told.get("Parts") or [] if "ttachment" in part.get("ContentRef", "")]
    return [
        HookMail(
            data=assemble(fields, str(told.get("Text-part") or ""), str(told.get("Html-part") or ""), parts),
            envelope_sender=str(told.get("Sender") or ""),
            recipients=(str(told["Recipient"]),) if told.get("Recipient") else (),
            spam_score=number(told.get("SpamAssassinScore")),
        )
    ]


def _mailjet_file(part: dict[str, Any], told: dict[str, Any]) -> File:
    fields = pairs(part.get("Headers"))
    kind, given = params.parameters(value(fields, "content-type"))
    place, named = params.parameters(value(fields, "content-disposition"))
    name = named.get("filename") or given.get("name", "")
    content_id = value(fields, "content-id").strip("<> ")
    data = undo_base64(str(told.get(part["ContentRef"]) or ""))
    return File(name, kind, data, content_id, place == "inline" or part["ContentRef"].startswith("Inline"))
