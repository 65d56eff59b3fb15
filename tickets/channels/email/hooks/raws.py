"""Providers that hand over the mail as it came."""

from typing import Any

from tickets.channels.email.hooks.assembly import File, assemble, undo_base64, with_missing
from tickets.channels.email.hooks.request import BadHook, HookMail, Ignored, Request


def amazon_ses(request: Request) -> list[HookMail]:
    """SES receipt through SNS (docs.aws.amazon.com/ses, "Receipt notifications"), the mail within it."""
    envelope = request.json()
    kind = request.header("x-amz-sns-message-type") or envelope.get("Type", "")
    if kind in ("SubscriptionConfirmation", "UnsubscribeConfirmation"):
        wanted = kind == "SubscriptionConfirmation"
        raise Ignored("a question whether we subscribe", confirm=str(envelope["SubscribeURL"]) if wanted else "")
    told = envelope.get("Message", envelope)
    if isinstance(told, str):
        if not told.lstrip().startswith("{"):
            raise Ignored("a word to people")
        told = Request(told.encode()).json()
    if told.get("notificationType") != "Received":
        raise Ignored(
            f"news of mail that we sent: {told.get('notificationType') or told.get('eventType') or 'unknown'}"
        )
    mail, receipt = told["mail"], told.get("receipt", {})
    action = receipt.get("action", {})
    if "content" not in told:
        raise BadHook(f"the mail itself is not in it (action {action.get('type')}): let SNS deliver the content")
    content = str(told["content"])
    is_base64 = action.get("encoding", "").upper() == "BASE64"
    spam = receipt.get("spamVerdict", {}).get("status", "")
    return [
        HookMail(
            data=undo_base64(content) if is_base64 else content.encode("utf-8", "surrogateescape"),
            event_id=str(mail.get("messageId", "")),
            envelope_sender=str(mail.get("source", "")),
            recipients=tuple(receipt.get("recipients") or mail.get("destination", ())),
            spam_detected={"PASS": False, "FAIL": True}.get(spam),
        )
    ]


def mailersend(request: Request) -> list[HookMail]:
    """developers.mailersend.com, "Inbound route"."""
    told = request.json()
    if told.get("type") != "inbound.message":
        raise Ignored(f"not a mail: {told.get('type')}")
    data = told["data"]
    there = data.get("recipients", {}).get("rcptTo", [])
    return [
        HookMail(
            data=str(data["raw"]).encode("utf-8", "surrogateescape"),
            event_id=str(data.get("id", "")),
            envelope_sender=str((data.get("sender") or {}).get("email", "")),
            recipients=tuple(str(one["email"]) for one in there),
        )
    ]


def mandrill(request: Request) -> list[HookMail]:
    """mailchimp.com/developer/transactional, "Inbound email": a form with a list of events."""
    events = Request(request.form["mandrill_events"].encode("utf-8", "surrogateescape")).json()
    found = [_mandrill(event["msg"]) for event in events if event.get("event") == "inbound"]
    if not found:
        raise Ignored("news of mail that we sent")
    return found


def _mandrill(msg: dict[str, Any]) -> HookMail:
    report = msg.get("spam_report") or {}
    score = report.get("score")
    return HookMail(
        data=_raw_or_fields(msg),
        envelope_sender=str(msg.get("sender") or ""),
        recipients=(str(msg["email"]),) if msg.get("email") else (),
        spam_score=float(score) if score is not None else None,
    )


def _raw_or_fields(msg: dict[str, Any]) -> bytes:
    raw = msg.get("raw_msg")
    if raw:
        return str(raw).encode("utf-8", "surrogateescape")
    listed = (msg.get("headers") or {}).items()
    fields = [(name, one) for name, value in listed for one in (value if isinstance(value, list) else [value])]
    return assemble(fields, str(msg.get("text") or ""), str(msg.get("html") or ""))


def postal(request: Request) -> list[HookMail]:
    """docs.postalserver.io, "Receiving e-mail by HTTP": the raw message, or news of mail that we sent."""
    told = request.json()
    if "rcpt_to" not in told:
        raise Ignored(f"not a mail: {told.get('event', 'unknown')}")
    status = str(told.get("spam_status", ""))
    return [
        HookMail(
            data=_postal_raw(told) if "message" in told else _postal_fields(told),
            event_id=str(told.get("id", "")),
            envelope_sender=str(told.get("mail_from", "")),
            recipients=(str(told["rcpt_to"]),),
            spam_detected={"Spam": True, "NotSpam": False}.get(status),
        )
    ]


def _postal_raw(told: dict[str, Any]) -> bytes:
    content = str(told["message"])
    # Where it does not say, a colon tells: no base64 has one, every mail's first line does.
    plain = told.get("base64") is False or ("base64" not in told and ":" in content[:1000])
    return content.encode("utf-8", "surrogateescape") if plain else undo_base64(content)


def _postal_fields(told: dict[str, Any]) -> bytes:
    """The endpoint's format "Hash": the mail taken apart."""
    given = ("from", "to", "cc", "subject", "date", "message_id", "in_reply_to", "references", "reply_to")
    said = {name: str(told.get(name) or "") for name in (*given, "auto_submitted")}
    said |= {name: f"<{said[name].strip('<>')}>" for name in ("message_id", "in_reply_to") if said[name]}
    fields = with_missing([], **said)
    files = [
        File(
            str(one.get("filename") or ""), str(one.get("content_type") or ""), undo_base64(str(one.get("data") or ""))
        )
        for one in told.get("attachments") or ()
    ]
    return assemble(fields, str(told.get("plain_body") or ""), str(told.get("html_body") or ""), files)


def sparkpost(request: Request) -> list[HookMail]:
    """developers.sparkpost.com, "Relay webhooks": a list of relayed messages."""
    told = request.json()
    relayed = [one["msys"]["relay_message"] for one in told if one.get("msys", {}).get("relay_message")]
    if not relayed:
        raise Ignored("a ping without a mail")
    return [_sparkpost(one) for one in relayed]


def _sparkpost(message: dict[str, Any]) -> HookMail:
    content = message["content"]
    raw = str(content["email_rfc822"])
    return HookMail(
        data=undo_base64(raw) if content.get("email_rfc822_is_base64") else raw.encode("utf-8", "surrogateescape"),
        envelope_sender=str(message.get("msg_from") or ""),
        recipients=(str(message["rcpt_to"]),) if message.get("rcpt_to") else (),
    )
