"""What a channel must be able to do. The rest of the desk knows channels only by this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from tickets.envelopes import InboundAttachment, InboundMessage, OutboundMessage, SendResult
from tickets.happenings import Happening, Outgoing
from tickets.models import Inbox


class Unreadable(Exception):
    """Raised by `parse` for bytes that no retry will make readable: they go to quarantine at once."""

    unreadable = True


class NotMedia(Exception):
    """Raised by `fetch`: the provider has no such file any more. No retry will bring it."""


class UnknownProvider(Exception):
    """No channel of ours reads this provider."""


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


class Voice(Protocol):
    """A messenger, a text message service, a social network. Stateless; see docs/adding-a-channel.md."""

    def genuine(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox, urls: Sequence[str]) -> bool:
        """Whether the provider sent this, by its signature over the raw bytes. Constant time; without a secret: no."""
        ...

    def hello(self, request: ProviderRequest, secrets: Mapping[str, str], inbox: Inbox) -> str | None:
        """What a provider that asks whether the address is ours (GET) is answered; None: it is refused."""
        ...

    def split(self, request: ProviderRequest, settings: Mapping[str, Any]) -> list[bytes]:
        """The single events in a request, each as bytes that are the same at every repeat. Pure. Raises ValueError for
        what the provider would never send, NothingForUs when there is none."""
        ...

    def parse(self, data: bytes, received_at: datetime) -> Happening:
        """One event. Pure. Raises happenings.Nothing for what says nothing; Unreadable for what it cannot be."""
        ...

    def parts(self, message: Outgoing) -> Sequence[Any]:
        """The single calls that this message takes, in their order. Pure. Raises errors.Invalid for what it cannot."""
        ...

    def send(self, inbox: Inbox, part: Any, key: str) -> SendResult:
        """Makes one call, outside any transaction; `key` is the same at every try. Never raises for an answer."""
        ...

    def connect(self, inbox: Inbox, address: str) -> SendResult:
        """Whether the provider knows us by what the inbox holds; where it can be told, it is told our address."""
        ...

    def fetch(self, inbox: Inbox, place: Mapping[str, Any]) -> InboundAttachment:
        """A file, through the egress guard. Raises NotMedia when it is gone, OSError or Unfetched to try later."""
        ...
