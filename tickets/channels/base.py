"""What a channel must be able to do. The rest of the desk knows channels only by this."""

from datetime import datetime
from typing import Protocol

from tickets.envelopes import InboundMessage, OutboundMessage, SendResult
from tickets.models import Inbox


class Unreadable(Exception):
    """Raised by `parse` for bytes that no retry will make readable: they go to quarantine at once."""

    unreadable = True


class Adapter(Protocol):
    """One kind of channel. Stateless: made anew for each use."""

    def parse(self, data: bytes, received_at: datetime) -> InboundMessage:
        """The message in one raw delivery. Pure: no database, no network. Unreadable bytes raise an exception whose
        `unreadable` is true."""
        ...

    def send(self, inbox: Inbox, message: OutboundMessage) -> SendResult:
        """Hands one recipient's copy to the provider, outside any transaction. Never raises for what a server says."""
        ...
