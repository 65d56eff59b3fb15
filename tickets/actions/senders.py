"""Senders whose mails show pictures from elsewhere without asking each time."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import audit, clock, tombs
from helpdesk.core.errors import Conflict
from tickets.access import require
from tickets.models import Message, TrustedSender


@transaction.atomic
def trust(*, by: Actor, message: Message) -> None:
    """Pictures of this message's sender are shown from now on. A repeat changes nothing."""
    require(by, "ticket.change", message.ticket)
    address = message.from_address.lower()
    if not address or message.kind != "in" or message.held_at is not None:
        raise Conflict("no_sender", _("Nobody knows for certain who sent this. Show its pictures once instead."))
    _row, made = TrustedSender.objects.get_or_create(
        address=address, defaults={"by_id": by.user_id, "created_at": clock.now()}
    )
    if made:
        audit.record(by, "sender.trusted", f"message:{message.pk}", {"address": tombs.told(address)})


@transaction.atomic
def distrust(*, by: Actor, message: Message) -> None:
    """Pictures of this sender are shown only when somebody asks. A repeat changes nothing."""
    require(by, "ticket.change", message.ticket)
    address = message.from_address.lower()
    if TrustedSender.objects.filter(address=address).delete()[0]:
        audit.record(by, "sender.distrusted", f"message:{message.pk}", {"address": tombs.told(address)})
