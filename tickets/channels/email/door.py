"""Where providers hand mail over by HTTP: who is it, then kept, then thanked."""

from dataclasses import dataclass

from tickets.actions import raw, returned
from tickets.actions.inboxes import secrets_of
from tickets.channels.email import hooks
from tickets.channels.email.hooks import news, signatures
from tickets.channels.email.stamp import stamped
from tickets.models import Inbox
from tickets.queries import returned as returned_mail


@dataclass(frozen=True)
class Answer:
    """The HTTP status and a word for the provider's log."""

    status: int
    word: str


def receive(inbox: Inbox, request: hooks.Request, url: str, *, knows_key: bool) -> Answer:
    """Takes in the mails of one request; 200 only once they are durable. A forged request leaves nothing behind.

    A genuine request that cannot be read is kept whole and set aside for people.
    """
    provider = str(inbox.settings.get("provider", ""))
    secret = secrets_of(inbox).get("secret") or inbox.key
    if not signatures.genuine(provider, request, secret, url, knows_key=knows_key):
        return Answer(403, "signature")
    try:
        mails = hooks.read(provider, request)
    except hooks.Ignored as why:
        return _news(provider, request, str(why))
    except hooks.BadHook as why:
        row = raw.take_in(inbox, request.body, source=f"hook {provider}")
        if row is not None:
            raw.quarantine(row, str(why))
        return Answer(200, "kept for people to look at")
    for mail in mails:
        raw.take_in(inbox, stamped(mail.envelope_sender, list(mail.recipients), mail.data), source=f"hook {provider}")
    return Answer(200, "kept")


def _news(provider: str, request: hooks.Request, why: str) -> Answer:
    known = 0
    for report in news.read(provider, request):
        copy = returned_mail.copy_for(report)
        if copy is not None and report.recipient in ("", copy.address):
            returned.apply(report, copy)
            known += 1
    return Answer(200, f"noted: {known}" if known else f"ignored: {why}")
