"""What a channel must be able to do. The rest of the desk knows channels only by this."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tickets.envelopes import InboundMessage, OutboundMessage, SendResult
from tickets.models import Inbox


class Unreadable(Exception):
    """Raised by `parse` for bytes that no retry will make readable: they go to quarantine at once."""

    unreadable = True


class NothingForUs(Exception):
    """A provider's request that brings no message; the text says what it is."""


@dataclass(frozen=True)
class ProviderRequest:
    """What a provider sent, as plain values. Readers of it stand in wiring.HOOKS."""

    provider: str
    body: bytes
    content_type: str = ""
    headers: Mapping[str, str] | None = None
    method: str = "POST"
    path: str = ""


class Adapter(Protocol):
    """One kind of channel. Stateless: made anew for each use."""

    def parse(self, data: bytes, received_at: datetime) -> InboundMessage:
        """The message in one raw delivery. Pure: no database, no network. Unreadable bytes raise an exception whose
        `unreadable` is true."""
        ...

    def unpack(self, inbox: Inbox, data: bytes) -> list[bytes]:
        """The raw deliveries within a provider's request that was kept whole (its source begins with `request `). May
        ask the provider for what it kept; outside any transaction."""
        ...

    def send(self, inbox: Inbox, message: OutboundMessage) -> SendResult:
        """Hands one recipient's copy to the provider, outside any transaction. Never raises for what a server says."""
        ...
