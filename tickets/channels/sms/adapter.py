"""Text messages. One module a provider; which of them, an inbox says (`provider`)."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from helpdesk.core import fetch
from helpdesk.core.errors import Invalid
from tickets.channels.base import NotMedia, ProviderRequest, Unreadable
from tickets.channels.hooks import packed
from tickets.channels.sms import bandwidth, kavenegar, plain, twilio, wire
from tickets.channels.telegram.adapter import pieces
from tickets.envelopes import InboundAttachment, SendResult
from tickets.happenings import Happening, Outgoing
from tickets.models import Inbox

PROVIDERS: dict[str, ModuleType] = {"twilio": twilio, "bandwidth": bandwidth, "kavenegar": kavenegar, "http": plain}
# What the strictest of them (Kavenegar) takes in one call.
MOST_TEXT = 900
GONE = (400, 401, 403, 404, 410)


class Sms:
    """A number that people write to. What a provider cannot (files, keys against repeats), its module says."""

    def genuine(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox, urls: Sequence[str]) -> bool:
        """By the provider's own signature, or a password where it signs nothing."""
        return bool(_of(inbox.settings).genuine(request, secrets, urls))

    def hello(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox) -> str | None:
        """None of them asks; a GET that tells nothing is refused."""
        return None

    def split(self, request: ProviderRequest, settings: Mapping[str, Any]) -> list[bytes]:
        """The messages and states, each with the provider that told it."""
        name = _name(settings)
        about = {"by": name, "region": str(settings.get("region") or "")}
        return [packed(about | {"told": told}) for told in PROVIDERS[name].events(request)]

    def parse(self, data: bytes, received_at: datetime) -> Happening:
        """One event."""
        try:
            kept = json.loads(data)
            found: Happening = PROVIDERS[kept["by"]].read(kept["told"], kept["region"])
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise Unreadable(f"{type(fault).__name__}: {fault}") from fault
        return found

    def parts(self, message: Outgoing) -> Sequence[wire.Text]:
        """The words in pieces that all providers take; files go with the last, by their addresses."""
        if any(not one.url for one in message.files):
            raise Invalid({"files": _("A text message cannot carry this file. Put it into an e-mail.")})
        media = tuple(one.url for one in message.files)
        *before, last = pieces(message.text, MOST_TEXT) or [""]
        return [*(wire.Text(message.to, piece) for piece in before), wire.Text(message.to, last, media)]

    def send(self, inbox: Inbox, part: wire.Text, key: str) -> SendResult:
        """One text message."""
        result: SendResult = _of(inbox.settings).send(inbox, part, key)
        return result

    def connect(self, inbox: Inbox, address: str) -> SendResult:
        """Whether the provider knows us."""
        result: SendResult = _of(inbox.settings).connect(inbox, address)
        return result

    def fetch(self, inbox: Inbox, place: Mapping[str, Any]) -> InboundAttachment:
        """A file of a message with pictures."""
        url = str(place["url"])
        try:
            data = _of(inbox.settings).media(inbox, url)
        except fetch.Unfetched as fault:
            if fault.status in GONE:
                raise NotMedia("the file is gone") from fault
            raise
        return InboundAttachment(urlsplit(url).path.rpartition("/")[2], "application/octet-stream", data)


def _name(settings: Mapping[str, Any]) -> str:
    named = str(settings.get("provider") or "twilio")
    if named not in PROVIDERS:
        raise ValueError(f"no provider is called {named!r}")
    return named


def _of(settings: Mapping[str, Any]) -> ModuleType:
    return PROVIDERS[_name(settings)]
