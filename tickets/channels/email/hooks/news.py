"""What providers tell of mail that we sent through them.

Some name our own Message-ID. The others give back what we told them beside the mail: under the name COPY, whoever hands
mail to them writes the copy's Message-ID.
"""

import json
from collections.abc import Callable
from typing import Any

from tickets.channels.email.hooks.request import BadHook, Request
from tickets.channels.email.reports import code_of
from tickets.envelopes import DeliveryReport

COPY = "helpdesk-copy"
WORDS = {
    **dict.fromkeys(("bounce", "hard_bounce", "invalid_email", "blocked", "dropped", "messagebounced"), "failed"),
    **dict.fromkeys(("reject", "rejected", "hard_bounced", "bounced", "out_of_band", "policy_rejection"), "failed"),
    **dict.fromkeys(("generation_failure", "generation_rejection"), "failed"),
    **dict.fromkeys(("deferral", "soft_bounced", "delivery_delayed"), "delayed"),
    **dict.fromkeys(("deferred", "soft_bounce", "messagedelayed", "delay", "deliverydelay"), "delayed"),
    **dict.fromkeys(("delivered", "delivery", "messagesent"), "delivered"),
    **dict.fromkeys(("complained", "spam", "spamreport", "complaint", "spam_complaint"), "complained"),
    **dict.fromkeys(("failed", "messagedeliveryfailed"), "failed"),
}


def read(provider: str, request: Request) -> list[DeliveryReport]:
    """The reports of one request; [] when it tells nothing that we can lay to one of our mails."""
    reader = READERS.get(provider)
    if reader is None:
        return []
    try:
        return [one for one in reader(request) if one.state and any(one.header_ids)]
    except (BadHook, KeyError, IndexError, TypeError, ValueError, AttributeError):
        return []


def _report(
    event: Any, whom: Any, ident: Any, words: Any = "", code: Any = "", event_id: Any = "", told: Any = None
) -> DeliveryReport:
    """`ident`: the provider's word for the Message-ID; `told`: what it gives back of ours."""
    words = " ".join(str(words or "").split())
    own = str(told.get(COPY) or "") if isinstance(told, dict) else ""
    return DeliveryReport(
        recipient=str(whom or "").strip("<> ").lower(),
        header_ids=tuple(str(one or "").strip("<> ") for one in (own, ident) if one),
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
    about = told[kind[:1].lower() + kind[1:]]
    listed: list[Any] = next((about[name] for name in SES_PEOPLE if about.get(name)), [])
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
    ident, told = event["message"]["headers"].get("message-id"), event.get("user-variables")
    return [_report(kind, event["recipient"], ident, words, code, event.get("id"), told)]


def sendgrid(request: Request) -> list[DeliveryReport]:
    """A list of events; `smtp-id` is the mail's Message-ID, and what we told stands among the event's own fields."""
    return [
        _report(
            one["event"],
            one["email"],
            one.get("smtp-id"),
            one.get("reason") or one.get("response"),
            one.get("status"),
            one.get("sg_event_id"),
            one,
        )
        for one in request.json()
    ]


def brevo(request: Request) -> list[DeliveryReport]:
    """One event; `message-id` is the mail's Message-ID."""
    told = request.json()
    own = json.loads(told.get("X-Mailin-custom") or "null")
    return [_report(told["event"], told["email"], told.get("message-id"), told.get("reason"), told=own)]


def postmark(request: Request) -> list[DeliveryReport]:
    """One record: a delivery, a bounce by its `Type`, a complaint."""
    told = request.json()
    kind = {"Delivery": "delivered", "SpamComplaint": "complained"}.get(told["RecordType"], "")
    if told["RecordType"] == "Bounce":
        kind = POSTMARK.get(told["Type"], "")
    words = f"{told.get('Description') or ''} {told.get('Details') or ''}"
    whom, told_of_us = told.get("Email") or told.get("Recipient"), told.get("Metadata")
    ident = told.get("MessageID")
    return [_report(kind, whom, ident, words, "", told.get("ID") or f"{ident} {kind}", told_of_us)]


def mandrill(request: Request) -> list[DeliveryReport]:
    """A form with a list of events. Its soft bounce is a mail given up, its deferral one that is tried again."""
    found = []
    for one in json.loads(request.form["mandrill_events"]):
        msg = one.get("msg") or {}
        kind = "failed" if one.get("event") == "soft_bounce" else one.get("event")
        words = f"{msg.get('diag') or ''} {msg.get('bounce_description') or ''}"
        ident = f"{one.get('_id')} {one.get('event')} {one.get('ts')}"
        found.append(_report(kind, msg.get("email"), one.get("_id"), words, "", ident, msg.get("metadata")))
    return found


def mailjet(request: Request) -> list[DeliveryReport]:
    """One event or a list of them; `CustomID` is the word that we gave it."""
    listed = request.json()
    found = []
    for one in listed if isinstance(listed, list) else [listed]:
        again = one.get("error") == "greylisted" and not one.get("hard_bounce")
        kind = "deferred" if again else {"sent": "delivered"}.get(one["event"], one["event"])
        words = f"{one.get('smtp_reply') or ''} {one.get('comment') or ''} {one.get('error') or ''}"
        own = {COPY: one.get("CustomID")}
        ident = f"{one.get('MessageID')} {one['event']} {one.get('time')}"
        found.append(_report(kind, one.get("email"), one.get("MessageID"), words, "", ident, own))
    return found


def _tagged(tags: Any) -> str:
    """Our word among a mail's tags, written `helpdesk-copy:<id>`."""
    return next((str(tag).partition(":")[2] for tag in tags or () if str(tag).startswith(f"{COPY}:")), "")


def mailersend(request: Request) -> list[DeliveryReport]:
    """One activity; what we told comes back among the mail's tags, as `helpdesk-copy:<id>`."""
    data = request.json()["data"]
    mail, morph = data["email"], data.get("morph") or {}
    own = {COPY: _tagged(mail.get("tags"))}
    words = morph.get("readable_reason") or morph.get("reason")
    whom, ident = mail["recipient"]["email"], (mail.get("message") or {}).get("id")
    return [_report(data["type"], whom, ident, words, "", data.get("id"), own)]


def resend(request: Request) -> list[DeliveryReport]:
    """One event for all whom the mail went to; its headers or tags name ours."""
    told = request.json()
    data, event = told["data"], str(told["type"]).removeprefix("email.")
    headers = {str(one["name"]).lower(): one["value"] for one in data.get("headers") or ()}
    tags = data.get("tags") or {}
    tags = {one["name"]: one["value"] for one in tags} if isinstance(tags, list) else tags
    tags = tags | json.loads(headers.get("x-metadata") or "{}")
    ident = headers.get("message-id") or data.get("message_id") or data.get("email_id")
    words = (data.get("bounce") or data.get("failed") or {}).get("message")
    return [_report(event, one, ident, words, "", request.header("svix-id"), tags) for one in data["to"]]


def sparkpost(request: Request) -> list[DeliveryReport]:
    """A list of events of several classes; `rcpt_meta` is what we told."""
    events = [event for one in request.json() for event in one["msys"].values()]
    return [
        _report(
            one["type"],
            one.get("rcpt_to"),
            one.get("message_id"),
            one.get("raw_reason"),
            one.get("error_code"),
            one.get("event_id"),
            one.get("rcpt_meta"),
        )
        for one in events
    ]


def postal(request: Request) -> list[DeliveryReport]:
    """An event with its payload; a bounce names the mail it came back for."""
    told = request.json()
    load = told["payload"]
    mail = load.get("original_message") or load["message"]
    words = load.get("output") or load.get("details")
    own = {COPY: _tagged([mail.get("tag")])}
    return [_report(told["event"], mail["to"], mail["message_id"], words, "", told.get("uuid"), own)]


SES_PEOPLE = ("bouncedRecipients", "complainedRecipients", "delayedRecipients", "recipients")
POSTMARK = {
    **dict.fromkeys(("HardBounce", "BadEmailAddress", "Blocked", "DMARCPolicy", "SMTPApiError"), "failed"),
    **dict.fromkeys(("ManuallyDeactivated", "VirusNotification", "SoftBounce", "Unknown"), "failed"),
    **dict.fromkeys(("Transient", "DnsError"), "deferred"),
    **dict.fromkeys(("SpamComplaint", "SpamNotification"), "complained"),
}
READERS: dict[str, Callable[[Request], list[DeliveryReport]]] = {
    made.__name__: made
    for made in (
        *(amazon_ses, brevo, mailersend, mailgun, mailjet, mandrill, postal, postmark, resend, sendgrid, sparkpost),
    )
}
