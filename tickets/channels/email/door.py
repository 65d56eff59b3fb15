"""Where providers hand mail over by HTTP: who is it, then kept, then thanked."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from helpdesk.core import clock, fetch
from tickets.actions import cursors, hookevents, raw, returned
from tickets.actions.inboxes import secrets_of
from tickets.channels.email import hooks
from tickets.channels.email.hooks import news, packing, signatures, sns
from tickets.channels.email.stamp import stamped
from tickets.models import Inbox
from tickets.queries import returned as returned_mail

WAY = "webhook:"
# Those who know us by a password may ask for it first (SNS must be asked), and some take 403 for a final word.
CHALLENGE = 401
# The inbox tells when mail came, to the minute.
HEARTBEAT = timedelta(minutes=1)
# Certificates that Amazon signs with, by their address: they do not change.
_certificates: dict[str, bytes] = {}
MOST_CERTIFICATES = 50


@dataclass(frozen=True)
class Answer:
    """The HTTP status and a word for the provider's log."""

    status: int
    word: str


def provider_of(inbox: Inbox) -> str:
    """The provider that hands this inbox its mail ("" for none): `receive` is `webhook:<provider>`."""
    way = str(inbox.settings.get("receive") or "")
    return way.removeprefix(WAY) if way.startswith(WAY) else "" if way else str(inbox.settings.get("provider") or "")


def receive(inbox: Inbox, request: hooks.Request, urls: list[str], *, knows_key: bool) -> Answer:
    """Takes in the mails of one request; 200 only once they are durable. A forged request leaves nothing behind.

    A genuine request that cannot be read is kept whole and set aside for people; one whose mail the provider keeps is
    kept whole until a worker has asked for the rest.
    """
    provider = provider_of(inbox)
    if provider not in hooks.READERS:
        return Answer(404, "no provider")
    if not _knows(inbox, provider, request, urls, knows_key):
        return Answer(403 if provider in signatures.SIGNED else CHALLENGE, "signature")
    if provider == "amazon_ses" and (refused := _unsigned(inbox, request)):
        return refused
    try:
        mails = hooks.read(provider, request)
    except hooks.Ignored as why:
        return _confirm(why) if why.confirm else _news(inbox, provider, request, str(why))
    except hooks.BadHook as why:
        row = raw.take_in(inbox, packing.pack(provider, request), source=f"{raw.REQUEST}{provider}")
        if row is not None:
            raw.quarantine(row, str(why))
        return Answer(200, "kept for people to look at")
    return _keep(inbox, provider, request, mails)


def _knows(inbox: Inbox, provider: str, request: hooks.Request, urls: list[str], knows_key: bool) -> bool:
    secret = secrets_of(inbox).get("secret", "")
    if not secret and (provider in signatures.ALWAYS or not knows_key or request.header("authorization")):
        secret = inbox.key
    return signatures.genuine(provider, request, secret, urls, knows_key=knows_key)


def _unsigned(inbox: Inbox, request: hooks.Request) -> Answer | None:
    """The refusal of what SNS did not sign; None for what it did. Raw delivery has no signature: a password must be."""
    told = sns.envelope(request)
    if told is None:
        return None if secrets_of(inbox).get("secret") else Answer(403, "no envelope of SNS, and no password")
    try:
        return None if sns.genuine(told, _certificate) else Answer(403, "signature")
    except fetch.Unfetched as fault:
        return Answer(503, f"certificate not read: {fault}")


def _certificate(address: str) -> bytes:
    if address not in _certificates:
        found = fetch.get(address, {"Accept": "*/*"}, most=64 * 1024)
        if len(_certificates) >= MOST_CERTIFICATES:
            _certificates.clear()
        _certificates[address] = found
    return _certificates[address]


def _keep(inbox: Inbox, provider: str, request: hooks.Request, mails: list[hooks.HookMail]) -> Answer:
    known = [hookevents.seen(inbox, one.event_id) if one.event_id else None for one in mails]
    digests = [hashlib.sha256(one.data).hexdigest() for one in mails]
    if provider == "mailgun" and any(old not in (None, new) for old, new in zip(known, digests, strict=True)):
        # Its signature says nothing of the mail: the same token with another mail is somebody who listened.
        return Answer(403, "token")
    # Another mail under a known id is kept rather than lost; the same one has been here.
    if known == digests:
        return Answer(200, "known")
    if any(one.is_partial for one in mails):
        raw.take_in(inbox, packing.pack(provider, request), source=f"{raw.REQUEST}{provider}")
    else:
        for mail in mails:
            data = stamped(mail.envelope_sender, list(mail.recipients), mail.data)
            raw.take_in(inbox, data, source=f"hook {provider}")
    for mail, digest in zip(mails, digests, strict=True):
        if mail.event_id:
            hookevents.note(inbox, mail.event_id, digest)
    if inbox.last_success_at is None or inbox.last_success_at < clock.now() - HEARTBEAT:
        cursors.fetch_ok(inbox)
    return Answer(200, "kept")


def _confirm(asked: hooks.Ignored) -> Answer:
    """Reads the address that Amazon SNS wants read before it sends anything; no other host's."""
    where = urlsplit(asked.confirm)
    if where.scheme != "https" or not sns.HOST.fullmatch(where.netloc):
        return Answer(400, "not an address of SNS")
    try:
        fetch.get(asked.confirm, {"Accept": "*/*"})
    except fetch.Unfetched as fault:
        return Answer(503, f"not confirmed: {fault}")
    return Answer(200, "confirmed")


def _news(inbox: Inbox, provider: str, request: hooks.Request, why: str) -> Answer:
    known = 0
    for report in news.read(provider, request):
        uid = f"news {report.event_id} {report.recipient} {report.state}"
        if report.event_id and hookevents.seen(inbox, uid) is not None:
            continue
        copy = returned_mail.copy_for(report)
        if copy is not None and report.recipient in ("", copy.address):
            returned.apply(report, copy)
            known += 1
            if report.event_id:
                hookevents.note(inbox, uid)
    return Answer(200, f"noted: {known}" if known else f"ignored: {why}")
