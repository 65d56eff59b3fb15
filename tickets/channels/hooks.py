"""The one door for messengers and the like: who is it, kept event by event, then thanked. It reads no meaning.

A forged request leaves nothing behind; a genuine one that we cannot take apart is kept whole and set aside for people.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from helpdesk import wiring
from helpdesk.accounts.permit import permit
from helpdesk.core import clock, throttle
from helpdesk.core.http import Request
from tickets import access
from tickets.actions import cursors, raw
from tickets.actions.inboxes import secrets_of
from tickets.channels.base import NothingForUs, ProviderRequest, Voice
from tickets.models import Inbox

# Behind a proxy a whole network has one address: room for a thousand a second.
MOST_A_MINUTE = 60_000
MOST_REFUSED = 600
MOST_BYTES = 4 * 1024 * 1024
HEARTBEAT = timedelta(minutes=1)
# Kinds whose providers may tell by GET what others post.
BY_GET = frozenset({"sms"})
# Twilio sends on to the customer what it is answered in plain text.
NO_WORDS = {"sms": ("application/xml", '<?xml version="1.0" encoding="UTF-8"?><Response></Response>')}
# Headers that some signature counts in, or that tell of the sender; the rest stays out of what is kept.
KEPT_HEADERS = ("content-type", "user-agent")


@dataclass(frozen=True)
class Answer:
    """The HTTP status and a word for the provider's log."""

    status: int
    word: str = ""


@csrf_exempt
@permit("public")
@require_http_methods(["POST", "GET", "HEAD"])
def hook(request: Request, kind: str, key: str) -> HttpResponse:
    """Takes what a provider sends. An address that nobody has answers 404, whatever is sent to it."""
    inbox = access.hook(kind, key)
    if request.method == "HEAD":
        return HttpResponse()
    who = f"{inbox.pk}:{request.META.get('REMOTE_ADDR', '')}"
    if not throttle.hit(f"hook:{who}", MOST_A_MINUTE, 60).allowed:
        return HttpResponse(_("Too many tries. Please wait a moment and try again."), status=429)
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return HttpResponse(status=413)
    given = ProviderRequest(
        provider=inbox.kind,
        body=body,
        content_type=request.META.get("CONTENT_TYPE", ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        method=request.method or "POST",
        path=request.get_full_path(),
    )
    urls = [f"{settings.PUBLIC_URL}{request.get_full_path()}", request.build_absolute_uri()]
    asks = request.method == "GET" and not (inbox.kind in BY_GET and request.GET)
    said = greet(inbox, given) if asks else receive(inbox, given, urls)
    if said.status == 403 and not throttle.hit(f"hook no:{who}", MOST_REFUSED, 60).allowed:
        return HttpResponse(status=429)
    kind_of, word = NO_WORDS.get(inbox.kind, ("text/plain", said.word))
    return HttpResponse(word, status=said.status, content_type=f"{kind_of}; charset=utf-8")


def adapter_of(kind: str) -> Voice:
    """What reads and sends for this kind of inbox."""
    adapter: Voice = import_string(wiring.CHANNELS[kind])()
    return adapter


def greet(inbox: Inbox, request: ProviderRequest) -> Answer:
    """A provider asks whether this address is ours."""
    word = adapter_of(inbox.kind).hello(request, secrets_of(inbox), inbox)
    return Answer(403, "unknown") if word is None else Answer(200, word)


def receive(inbox: Inbox, request: ProviderRequest, urls: list[str]) -> Answer:
    """Keeps the events of one request; 200 only once they are durable."""
    adapter = adapter_of(inbox.kind)
    if not adapter.genuine(request, secrets_of(inbox), inbox, urls):
        return Answer(403, "signature")
    try:
        events = adapter.split(request, inbox.settings)
    except NothingForUs as why:
        return Answer(200, f"ignored: {why}")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        row = raw.take_in(inbox, request.body, source=f"hook {inbox.kind}")
        if row is not None:
            raw.quarantine(row, f"{type(fault).__name__}: {fault}")
        return Answer(200, "kept for people to look at")
    for data in events:
        raw.take_in(inbox, data, source=f"hook {inbox.kind}")
    if inbox.last_success_at is None or inbox.last_success_at < clock.now() - HEARTBEAT:
        cursors.fetch_ok(inbox)
    return Answer(200, f"kept: {len(events)}")


def packed(event: Any) -> bytes:
    """An event as bytes that are the same at every repeat: JSON with its keys in order."""
    return json.dumps(event, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
