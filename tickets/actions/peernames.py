"""What somebody is called whom their network names by a number only: asked for once, when they begin a ticket."""

from django.db import transaction
from django.utils.module_loading import import_string

from customers import actions as customers
from helpdesk import wiring
from helpdesk.accounts.rules.policy import SYSTEM
from tickets.actions import _shape
from tickets.models import Message, Peer, Ticket


def learn(pk: int) -> None:
    """Asks the network, outside any transaction. A repeat, or a name that somebody wrote meanwhile, changes nothing."""
    peer = Peer.objects.select_related("inbox").filter(pk=pk, name="", inbox__is_active=True).first()
    profile = peer and getattr(import_string(wiring.CHANNELS[peer.inbox.kind])(), "profile", None)
    name = str(profile(peer.inbox, peer.address)).strip() if peer and profile else ""
    if peer and name:
        _keep(peer, name.replace("\x00", "")[:200])


@transaction.atomic
def _keep(peer: Peer, name: str) -> None:
    ticket = Ticket.objects.select_for_update().filter(pk=peer.ticket_id or 0).first()
    row = Peer.objects.select_for_update(of=("self",)).select_related("customer").filter(pk=peer.pk, name="").first()
    if row is None:
        return
    row.name = name
    row.save(update_fields=["name"])
    if row.customer.name == row.address:
        customers.apply(SYSTEM, row.customer, name=name)
    if ticket is not None:
        theirs = Message.objects.filter(ticket=ticket, kind="in", from_name="", from_address=row.address)
        theirs.update(from_name=name)
        _shape.announce(SYSTEM, ticket, "peer.named")
