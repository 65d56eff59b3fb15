"""What providers tell of mail that we sent through them: for those that name our own Message-ID in it."""

import json
from collections.abc import Callable
from typing import Any

from tickets.channels.email.hooks.request import BadHook, Request
from tickets.channels.email.reports import code_of
from tickets.envelopes import DeliveryReport

WORDS = {
    **dict.fromkeys(("bounce", "hard_bounce", "invalid_email", "blocked", "dropped", "messagebounced"), "failed"),
    **dict.fromkeys(("deferred", "soft_bounce", "messagedelayed", "delay", "deliverydelay"), "delayed"),
    **dict.fromkeys(("delivered", "delivery", "messagesent"), "delivered"),
    **dict.fromkeys(("complained", "spam", "spamreport", "complaint"), "complained"),
    **dict.fromkeys(("failed", "messagedeliveryfailed"), "failed"),
}


def read(provider: str, request: Request) -> list[DeliveryReport]:
    """The reports of one request; [] when it tells nothing that we can lay to one of our mails."""
    reader = READERS.get(provider)
    if reader is None:
        return []
    try:
        return [one for one in reader(request) if one.state and one.header_ids[0]]
    except (BadHook, KeyError, IndexError, TypeError, ValueError, AttributeError):
        return []


def _report(event: Any, whom: Any, ident: Any, words: Any = "", code: Any = "", event_id: Any = "") -> DeliveryReport:
    words = " ".join(str(words or "").split())
    return DeliveryReport(
        recipient=str(whom or "").strip("<> ").lower(),
        header_ids=(str(ident or "").strip("<> "),),
        state=WORDS.get(str(event).lower().replace(" ", ""), ""),
        status_code=code_of(f"{code or ''} {words}"),
        reason=words[:300],
        event_id=str(event_id or ""),
    )


def amazon_ses(request: Request) -> list[DeliveryReport]:
    """SNS: "Bounce", "Complaint" and "Delivery" with the headers of the mail."""
    told = request.json()
    told = json.loads(told["Message"]) if "Message" in told else told
    kind, mail = told.get("notificationType") or told["eventType"], told["mail"]
    ident = mail.get("commonHeaders", {}).get("messageId") or next(
        one["value"] for one in mail.get("headers", []) if one["name"].lower() == "message-id"
    )
    about = told[kind.lower()]
    listed = about.get("bouncedRecipients") or about.get("complainedRecipients") or about.get("recipients", [])
    event = "soft_bounce" if about.get("bounceType") == "Transient" else kind
    people = [one if isinstance(one, dict) else {"emailAddress": one} for one in listed]
    return [
        _report(
            event, one["emailAddress"], ident, one.get("diagnosticCode"), one.get("status"), about.get("feedbackId")
        )
        for one in people
    ]


def mailgun(request: Request) -> list[DeliveryReport]:
    """One event as JSON; a failure is lasting or temporary by its `severity`."""
    event = request.json()["event-data"]
    status = event.get("delivery-status") or {}
    kind = "deferred" if event["event"] == "failed" and event.get("severity") == "temporary" else event["event"]
    words = status.get("message") or status.get("description") or event.get("reason")
    code = status.get("enhanced-code") or status.get("code")
    return [_report(kind, event["recipient"], event["message"]["headers"]["message-id"], words, code, event.get("id"))]


def sendgrid(request: Request) -> list[DeliveryReport]:
    """A list of events; `smtp-id` is the mail's Message-ID."""
    return [
        _report(
            one["event"], one["email"], one.get("smtp-id"), one.get("reason"), one.get("status"), one.get("sg_event_id")
        )
        for one in request.json()
    ]


def brevo(request: Request) -> list[DeliveryReport]:
    """One event; `message-id` is the mail's Message-ID."""
    told = request.json()
    return [_report(told["event"], told["email"], told["message-id"], told.get("reason"), "", told.get("id"))]


def postal(request: Request) -> list[DeliveryReport]:
    """An event with its payload; a bounce names the mail it came back for."""
    told = request.json()
    load = told["payload"]
    mail = load.get("original_message") or load["message"]
    words = load.get("output") or load.get("details")
    return [_report(told["event"], mail["to"], mail["message_id"], words, "", told.get("uuid"))]


READERS: dict[str, Callable[[Request], list[DeliveryReport]]] = {
    made.__name__: made for made in (amazon_ses, brevo, mailgun, postal, sendgrid)
}
