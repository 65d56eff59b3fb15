"""Mail of the accounts themselves (invitations, password links), through the first e-mail inbox."""

from datetime import datetime
from typing import Any

from django.utils.module_loading import import_string

from helpdesk import wiring
from helpdesk.core.secrets import unseal
from tickets.actions.delivery import TryLater
from tickets.envelopes import OutboundMessage
from tickets.models import Inbox


def send(payload: dict[str, Any]) -> None:
    """Sends {to, subject, sealed_body, language, key, written_at}; a repeat sends the same bytes.

    Raises TryLater when the server, or an inbox, is not there yet.
    """
    inbox = Inbox.objects.filter(kind="email", is_active=True).exclude(address="").order_by("id").first()
    if inbox is None:
        raise TryLater("no e-mail inbox to send from")
    domain = inbox.address.rpartition("@")[2]
    adapter = import_string(wiring.CHANNELS["email"])()
    result = adapter.send(
        inbox,
        OutboundMessage(
            delivery_id=0,
            header_id=f"<acc.{payload['key']}@{domain}>",
            sender=inbox.address,
            sender_name=inbox.name,
            reply_to="",
            recipient=payload["to"],
            recipient_name="",
            subject=payload["subject"],
            text=unseal(payload["sealed_body"]),
            language=payload["language"],
            sent_at=datetime.fromisoformat(payload["written_at"]),
            automatic=True,
        ),
    )
    if not result.ok and not result.permanent:
        raise TryLater(result.error)
