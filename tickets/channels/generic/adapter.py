"""A channel of one's own: signed JSON in, signed webhooks out (docs/generic-channel.md). No code of ours is needed."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from helpdesk.core import clock, fetch, webhooks
from helpdesk.core.errors import Invalid
from helpdesk.core.rules import webhooks as signed
from tickets.actions.inboxes import secrets_of
from tickets.channels import calls
from tickets.channels.base import NothingForUs, NotMedia, ProviderRequest, Unreadable
from tickets.channels.generic import read
from tickets.channels.hooks import packed
from tickets.envelopes import InboundAttachment, SendResult
from tickets.happenings import Happening, Nothing, Outgoing
from tickets.models import Inbox

MOST_EVENTS = 100
MOST_FILE = 20 * 1024 * 1024
GONE = (400, 401, 403, 404, 410)


class Generic:
    """Both ways carry a Standard Webhooks signature, made with the inbox's secret."""

    def genuine(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox, urls: Sequence[str]) -> bool:
        """Signed with a secret that counts, within the last five minutes."""
        return signed.genuine(request.headers or {}, request.body, calls.valid(secrets), clock.now())

    def hello(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox) -> str | None:
        """Nobody asks."""
        return None

    def split(self, request: ProviderRequest, settings: Mapping[str, Any]) -> list[bytes]:
        """A request is one event, or a list of them."""
        told = json.loads(request.body)
        rows = told if isinstance(told, list) else [told]
        if len(rows) > MOST_EVENTS:
            raise ValueError(f"more than {MOST_EVENTS} events")
        found, reasons = [], []
        for row in rows:
            try:
                read.event(row)
                found.append(packed({"type": row["type"], "data": row["data"]}))
            except Nothing as why:
                reasons.append(str(why))
        if not found:
            raise NothingForUs(", ".join(reasons) or "nothing")
        return found

    def parse(self, data: bytes, received_at: datetime) -> Happening:
        """One event."""
        try:
            return read.event(json.loads(data))
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise Unreadable(f"{type(fault).__name__}: {fault}") from fault

    def parts(self, message: Outgoing) -> Sequence[dict[str, Any]]:
        """One call, whatever the message holds."""
        if any(not one.url for one in message.files):
            raise Invalid({"files": _("This file cannot be sent here. Put it into an e-mail.")})
        files = [
            {"name": one.name, "type": one.content_type, "size": len(one.data), "url": one.url} for one in message.files
        ]
        said = {"to": message.to, "text": message.text, "reply_to": message.answers, "language": message.language}
        return [said | {"files": files, "public": message.is_public}]

    def send(self, inbox: Inbox, part: dict[str, Any], key: str) -> SendResult:
        """`webhook-id` and `data.id` are the same at every try, so that the receiver can tell a repeat."""
        payload = {"type": "message.send", "timestamp": clock.now().isoformat(), "data": {"id": key} | part}
        found = self._told(inbox, key, payload)
        if not found.ok:
            return _refused(found)
        own = found.data.get("id") if isinstance(found.data, dict) else None
        return SendResult(ok=True, ids=(str(own or key),))

    def connect(self, inbox: Inbox, address: str) -> SendResult:
        """Sends a `ping`; one that was switched off is tried again."""
        webhooks.mended(f"inbox:{inbox.pk}")
        moment = clock.now().isoformat()
        data = {"type": "ping", "timestamp": moment, "data": {"address": address}}
        found = self._told(inbox, f"ping-{inbox.pk}-{moment}", data)
        return SendResult(ok=True) if found.ok else _refused(found)

    def _told(self, inbox: Inbox, ident: str, payload: Mapping[str, Any]) -> webhooks.Outcome:
        url = str(inbox.settings.get("send_url") or "")
        if not url:
            return webhooks.Outcome(False, words="the inbox has no address to send to", refused=True)
        endpoint = webhooks.Endpoint(f"inbox:{inbox.pk}", url, tuple(calls.valid(secrets_of(inbox))))
        return webhooks.send(endpoint, ident, payload)

    def fetch(self, inbox: Inbox, place: Mapping[str, Any]) -> InboundAttachment:
        """A file at a public address."""
        url = str(place["url"])
        try:
            data = fetch.get(url, {"Accept": "*/*"}, most=MOST_FILE, seconds=60)
        except fetch.Unfetched as fault:
            if fault.status in GONE:
                raise NotMedia("the file is gone") from fault
            raise
        return InboundAttachment(urlsplit(url).path.rpartition("/")[2], "application/octet-stream", data)


def _refused(found: webhooks.Outcome) -> SendResult:
    code = str(found.status or "")
    if found.refused:
        return SendResult(ok=False, error=found.words, permanent=True, cause="content", status_code=code)
    if found.off or found.status in (401, 403):
        words = f"sign-in refused: {found.words}"
        return SendResult(ok=False, error=words, cause="sign_in", status_code=code, retry_after=found.wait)
    words = found.words if found.status else f"not reached: {found.words}"
    return SendResult(ok=False, error=words, cause="network", status_code=code, retry_after=found.wait)
