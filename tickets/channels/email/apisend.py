"""Handing a mail to a provider's API, by django-anymail. What the provider says becomes a SendResult.

An API puts whom it sends to into To, so each copy names its recipient alone. The copy's Message-ID goes along as a
header and, as COPY, in whatever the provider gives back in its news: some write a Message-ID of their own.
"""

import warnings
from dataclasses import replace
from email import encoders
from email.mime.base import MIMEBase
from importlib import import_module
from typing import Any

from anymail.exceptions import AnymailError, AnymailRecipientsRefused, AnymailRequestsAPIError
from django.core.mail import EmailMultiAlternatives

from helpdesk.core import egress, webclient
from tickets.actions.inboxes import secrets_of
from tickets.channels.email import compose
from tickets.channels.email.hooks.news import COPY
from tickets.envelopes import OutboundAttachment, OutboundMessage, SendResult
from tickets.models import Inbox
from tickets.rules.senders import APIS, Api, refusal

# Below a copy's lease, so that nobody else sends it while we still wait.
SECONDS = 40.0
# Postmark's limit for a word that it gives back.
LONGEST_WORD = 80


def api_of(inbox: Inbox) -> Api | None:
    """The provider that sends for this inbox; None when it has an SMTP server."""
    return APIS.get(str(inbox.settings.get("send_by") or ""))


def send(inbox: Inbox, api: Api, message: OutboundMessage) -> SendResult:
    """Sends one copy. What the account is refused for may be tried again; what this mail is refused for may not."""
    url = str(inbox.settings.get("send_url") or "") if not api.url else api.url
    url = api.eu if api.eu and inbox.settings.get("send_region") == "eu" else url
    key = secrets_of(inbox).get("send_key", "")
    if not key or not url:
        return SendResult(ok=False, error=f"sign-in refused: no API key of {api.name}", cause="sign_in")
    try:
        with webclient.session(SECONDS) as session:
            backend = _backend(api, url, key)
            backend.session = session
            letter = _letter(api, message)
            backend.send_messages([letter])
    except (AnymailError, webclient.Failed, egress.Refused, OSError, ValueError) as fault:
        return _refused(api, fault)
    return _fate(api, letter)


def _backend(api: Api, url: str, key: str) -> Any:
    first, _, second = key.partition(":")
    halves = {"api_key": first, "secret_key": second} if api.pair else {"api_key": key}
    if api.key in TOKENS:
        halves = {TOKENS[api.key]: key}
    with warnings.catch_warnings():
        # It says that SendGrid is not tried against the real thing; our tests hold the documented form.
        warnings.simplefilter("ignore")
        return import_module(f"anymail.backends.{api.key}").EmailBackend(api_url=url, timeout=SECONDS, **halves)


def _letter(api: Api, message: OutboundMessage) -> EmailMultiAlternatives:
    if not api.inline:
        message = replace(message, attachments=tuple(replace(one, content_id="") for one in message.attachments))
    plain, page = compose.texts(message)
    letter = EmailMultiAlternatives(
        subject=message.subject,
        body=plain,
        from_email=_person(message.sender_name, message.sender),
        to=[_person(message.recipient_name, message.recipient)],
        headers=_headers(api, message),
    )
    if message.reply_to and message.reply_to != message.sender:
        letter.reply_to = [_person(message.sender_name, message.reply_to)]
    letter.attach_alternative(page, "text/html")
    for number, one in enumerate(message.attachments, start=1):
        letter.attach(_file(one, number))
    for name, value in _told(api, message.header_id.strip("<>")).items():
        setattr(letter, name, value)
    return letter


def _headers(api: Api, message: OutboundMessage) -> dict[str, str]:
    given = {"In-Reply-To": message.in_reply_to} if compose.HEADER_ID.match(message.in_reply_to) else {}
    if api.key == "mailersend":
        # It takes no other headers but for its largest customers.
        return given | ({"Precedence": "bulk"} if message.automatic else {})
    given["Message-ID"] = message.header_id
    references = [one for one in message.references if compose.HEADER_ID.match(one)]
    if references:
        given["References"] = " ".join(references)
    if message.automatic:
        kind = "auto-replied" if message.in_reply_to else "auto-generated"
        given |= {"Auto-Submitted": kind, "X-Auto-Response-Suppress": "All"}
    return given | ({"X-PM-KeepID": "true"} if api.key == "postmark" else {})


def _told(api: Api, ident: str) -> dict[str, Any]:
    """Where each provider carries a word of ours and gives it back in its news (hooks/news.py)."""
    if api.key in ("mailersend", "postal"):
        return {"tags": [f"{COPY}:{ident}"]}
    if api.key == "mailjet":
        return {"esp_extra": {"Globals": {"CustomID": ident}}}
    if api.key == "postmark" and len(ident) > LONGEST_WORD:
        return {}
    return {"metadata": {COPY: ident}}


def _person(name: str, address: str) -> str:
    name = " ".join(compose.safe(name).split())
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>' if name else address


def _file(one: OutboundAttachment, number: int) -> MIMEBase:
    name, kind = compose.named(one, number)
    part = MIMEBase(*kind.split("/", 1))
    part.set_payload(one.data)
    encoders.encode_base64(part)
    part.add_header("Content-Disposition", "inline" if one.content_id else "attachment", filename=name)
    if one.content_id:
        part.add_header("Content-ID", f"<{one.content_id}>")
    return part


def _fate(api: Api, letter: Any) -> SendResult:
    """A provider may thank for a mail and refuse its only recipient in the same breath."""
    fates = letter.anymail_status.status or set()
    if fates and not fates <= {"sent", "queued"}:
        said = f"refused: {api.name} does not send to this address ({', '.join(sorted(str(one) for one in fates))})"
        return SendResult(ok=False, error=said, permanent=True, cause="recipient")
    return SendResult(ok=True)


def _refused(api: Api, fault: Exception) -> SendResult:
    if isinstance(fault, egress.Refused):
        return SendResult(ok=False, error=f"{fault.code}: not a public server", permanent=True)
    if isinstance(fault, AnymailRecipientsRefused):
        said = f"refused: {api.name} does not send to this address (it bounced before, or is none)"
        return SendResult(ok=False, error=said, permanent=True, cause="recipient")
    answer = getattr(fault, "response", None)
    if isinstance(fault, AnymailRequestsAPIError) and answer is not None:
        said = " ".join(answer.text[:2000].split())
        found = refusal(answer.status_code, said)
        what = "key refused" if found.cause == "sign_in" else "refused"
        error = f"{api.name} {what}: {answer.status_code} {said}"[:300]
        code = str(answer.status_code)
        return SendResult(ok=False, error=error, permanent=found.lasting, cause=found.cause, status_code=code)
    if isinstance(fault, webclient.Failed | OSError):
        cause: BaseException = fault.__cause__ or fault
        return SendResult(ok=False, error=f"{api.name}: {type(cause).__name__}: {cause}"[:300], cause="network")
    return SendResult(ok=False, error=f"{api.name}: {fault}"[:300], permanent=True, cause="content")


TOKENS = {"postmark": "server_token", "mailersend": "api_token"}
