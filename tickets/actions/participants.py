"""Who takes part in a ticket: added, let go, and answered at another address. Newcomers see only what comes after."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers import actions as customers
from customers.models import Identity
from customers.rules.identity import BadHandle, Handle, clean
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core.errors import Conflict, Invalid
from tickets.access import lock
from tickets.actions import _shape, suspensions
from tickets.models import Inbox, Participant, Ticket
from tickets.rules.recipients import MOST, Person, Recipients, must_confirm
from tickets.tokens import base_address


def usable(address: str, field: str) -> str:
    """The address in its one spelling. Raises Invalid for what is none, or is one of ours."""
    try:
        found = clean(Handle("email", address)).value
    except BadHandle as error:
        text = _("%(address)s is no e-mail address. Write it as name@example.com.")
        raise Invalid({field: text % {"address": address[:80]}}) from error
    if Inbox.objects.filter(kind="email", address__iexact=base_address(found)).exists():
        raise Invalid({field: _("%(address)s is an address of ours; it would answer itself.") % {"address": found}})
    return found


def settle(by: Actor, ticket: Ticket, wanted: Recipients, *, first: int | None = None) -> Recipients:
    """Applies the changes to a locked ticket, just before its next message is written (or the one with the seq
    `first`); the same, addresses cleaned.

    Raises Invalid, or Conflict when something must be confirmed first (answer_elsewhere, address_suspended).
    """
    seats = {seat.address: seat for seat in ticket.participants.order_by("id")}
    hidden = tuple(dict.fromkeys(usable(one, "bcc") for one in wanted.hidden))
    join = [Person(usable(one.address, "cc"), one.name) for one in wanted.join]
    join = [one for one in join if one.address not in seats]
    if len(seats) + len(join) + len(hidden) > MOST:
        raise Invalid({"cc": _("Write to at most %(most)s people at once.") % {"most": MOST}})
    to = _to(ticket, seats.values(), wanted)
    going = [seat.address for seat in seats.values() if seat.address in wanted.leave and seat.role == "cc"]
    staying = [to if seat.role == "requester" and to else seat.address for seat in seats.values()]
    _reachable(by, [*(one for one in staying if one not in going), *(one.address for one in join), *hidden], wanted)
    for person in join:
        _seat(by, ticket, person, first or ticket.seq + 1)
    for address in going:
        _let_go(by, ticket, seats[address])
    return Recipients(to=to, hidden=tuple(one for one in hidden if one not in staying))


def _to(ticket: Ticket, seats: Iterable[Participant], wanted: Recipients) -> str:
    usual = next((seat.address for seat in seats if seat.role == "requester"), "")
    to = wanted.to.strip().lower()
    if to in ("", usual):
        return ""
    theirs = Identity.objects.filter(customer_id=ticket.customer_id, kind="email").values_list("value", flat=True)
    known = frozenset(theirs)
    asked = ticket.messages.filter(kind="in", held_at__isnull=True, reply_to=to, customer_id=ticket.customer_id)
    if to not in known and not asked.exists():
        raise Invalid({"to": _("Choose one of the customer's addresses.")})
    to = usable(to, "to")
    if must_confirm(to, usual, known) and not wanted.elsewhere:
        text = _("The customer's mail asks for answers at another domain than it came from. Is that right?")
        raise Conflict("answer_elsewhere", text, who=to)
    return to


def _reachable(by: Actor, addresses: Iterable[str], wanted: Recipients) -> None:
    for address in addresses:
        why = suspensions.why(address)
        if why is None:
            continue
        if not wanted.insist:
            text = _("Mail to this address is suspended: earlier mails came back, or its owner complained.")
            raise Conflict("address_suspended", text, who=address, why=why)
        suspensions.lift(by=by, address=address)


def _seat(by: Actor, ticket: Ticket, person: Person, sees_from: int) -> Participant:
    customer = customers.resolve(handle=Handle("email", person.address), name=person.name or person.address)
    made = Participant.objects.create(
        ticket=ticket,
        customer=customer,
        came_by=customer.came_by,
        address=person.address,
        name=person.name[:200],
        role="cc",
        sees_from=sees_from,
    )
    _shape.announce(by, ticket, "participant.added", participant=made.pk, customer=customer.pk)
    return made


def _let_go(by: Actor, ticket: Ticket, seat: Participant) -> None:
    facts = {"participant": seat.pk, "customer": seat.customer_id}
    seat.delete()
    _shape.announce(by, ticket, "participant.removed", **facts)


@transaction.atomic
def add(*, by: Actor, ticket: Ticket, address: str, name: str = "") -> Participant:
    """Gives somebody Cc of what is written from now on, and of nothing before. A repeat answers the same seat."""
    row = lock(by, "ticket.reply", ticket)
    address = usable(address, "cc")
    there = row.participants.filter(address=address).first()
    if there is None:
        there = _seat(by, row, Person(address, name), row.seq + 1)
        _shape.save(row)
    return there


@transaction.atomic
def remove(*, by: Actor, seat: Participant) -> None:
    """Takes somebody's Cc away; a repeat changes nothing. What they still write is held until an agent looks.

    Raises Conflict for the customer whose ticket it is.
    """
    row = lock(by, "ticket.reply", seat.ticket)
    found = row.participants.filter(pk=seat.pk).first()
    if found is None:
        return
    if found.role == "requester":
        raise Conflict("requester", _("This ticket is theirs. Change the customer instead."))
    _let_go(by, row, found)
    _shape.save(row)
