"""A colleague forwarded a customer's mail: after one confirm the ticket is the customer's."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers import actions as customers
from customers.actions import splitting
from customers.rules.identity import Handle
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core.errors import Conflict
from tickets.access import lock
from tickets.actions import _shape
from tickets.models import Message, Ticket


@transaction.atomic
def to_original_sender(*, by: Actor, message: Message) -> Ticket:
    """Gives the ticket to whom the forwarded mail names as its sender; answers go to them. A repeat changes nothing.

    Only a person decides this: a mail never says by itself who somebody is.
    """
    ticket = lock(by, "ticket.change", message.ticket)
    row = Message.objects.get(pk=message.pk)
    if not row.forwarded_from:
        raise Conflict("not_forwarded", _("This message does not say whose mail it passes on."))
    name = row.forwarded_name or row.forwarded_from
    customer = customers.resolve(handle=Handle("email", row.forwarded_from), name=name)
    if ticket.customer_id == customer.pk:
        return ticket
    before, ticket.customer = ticket.customer_id, customer
    splitting.given(by=by, giver=before, taker=customer.pk, rows={"tickets.ticket": [ticket.pk]})
    _shape.save(ticket, "customer")
    ticket.participants.filter(role="requester").delete()
    ticket.participants.filter(address=row.forwarded_from).delete()
    ticket.participants.create(
        customer=customer,
        came_by=customer.came_by,
        address=row.forwarded_from,
        name=row.forwarded_name,
        role="requester",
    )
    _shape.retell(row, ticket, ticket)
    _shape.announce(by, ticket, "ticket.given_to_sender", before=before, customer=customer.pk)
    return ticket
