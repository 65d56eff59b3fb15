"""Who is on the other side of a messenger's inbox: found or made, locked, and with the ticket they go on with."""

from datetime import timedelta

from customers import access
from customers import actions as customers
from customers.models import Customer
from customers.rules.identity import KINDS, Handle
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock, sql
from helpdesk.core.errors import Invalid, NotFound
from tickets.actions import blocks, intake
from tickets.actions.tickets import open_row
from tickets.happenings import Said
from tickets.models import Inbox, Peer, Ticket
from tickets.rules.lifecycle import ENDED
from tickets.rules.twins import twin
from tickets.rules.windows import FIRST

# Who writes again within these days goes on where they left off, unless the inbox says otherwise (`reopen_days`).
REOPEN_DAYS = 3
MOST_DAYS = 365
SUBJECT = 80
ALONE_SQL = "SELECT pg_advisory_xact_lock(hashtextextended(%s::text, %s))"
PEER_SQL = """
INSERT INTO tickets_peer (inbox_id, address, name, language, customer_id, came_by, stop_word, created_at)
VALUES (%(inbox)s, %(address)s::text, %(name)s::text, %(language)s::text, %(customer)s, %(came_by)s, '', %(now)s)
ON CONFLICT (inbox_id, address) DO UPDATE SET customer_id = excluded.customer_id, came_by = excluded.came_by,
  name = CASE WHEN excluded.name = '' THEN tickets_peer.name ELSE excluded.name END
RETURNING id, ticket_id, last_in_at, stopped_at
"""


def locked(inbox: Inbox, said: Said) -> tuple[Peer, Customer]:
    """The row of whoever this is said by or to, locked until the transaction ends, and their customer."""
    address = known_as(inbox, (said.peer or said.sender)[:254])
    name = "" if said.ours else said.sender_name
    customer = _by_handle(inbox, address, name, said.language) or _by_peer(inbox, address, name, said.language)
    if name and _is_number(customer.name) and not _is_number(name):
        customers.change(by=SYSTEM, customer=customer, name=name[:200])
    given = {"inbox": inbox.pk, "address": address, "name": name[:200], "language": said.language[:2]}
    given |= {"customer": customer.pk, "came_by": customer.came_by, "now": clock.now()}
    pk, ticket, last_in, stopped = sql.first(PEER_SQL, given)
    peer = Peer(pk=pk, inbox=inbox, address=address, name=name, ticket_id=ticket, last_in_at=last_in)
    peer.stopped_at, peer.customer, peer.came_by, peer._state.adding = stopped, customer, customer.came_by, False
    return peer, customer


def known_as(inbox: Inbox, address: str) -> str:
    """The address under which we know them: WhatsApp writes some numbers in two ways."""
    other = twin(address) if inbox.kind == "whatsapp" or address.startswith("whatsapp:") else ""
    if not other:
        return address
    known = set(Peer.objects.filter(inbox=inbox, address__in=[address, other]).values_list("address", flat=True))
    return other if known == {other} else address


def _is_number(name: str) -> bool:
    """Whether somebody is called by nothing but their number; a name that comes later takes its place."""
    return bool(name) and not any(sign.isalpha() for sign in name.rpartition(":")[2])


def _by_handle(inbox: Inbox, address: str, name: str, language: str) -> Customer | None:
    if inbox.kind not in KINDS:
        return None
    kind, _colon, bare = address.rpartition(":")
    # Twilio writes whom it reaches by another network as whatsapp:+98…
    handle = Handle("whatsapp", bare) if inbox.kind == "sms" and kind == "whatsapp" else Handle(inbox.kind, address)
    try:
        _first_answer(inbox, address, handle)
        return customers.resolve(
            handle=handle, name=name or address, verified=True, language=language, how=inbox.kind, region=inbox.region
        )
    except Invalid:
        return None


def _first_answer(inbox: Inbox, address: str, handle: Handle) -> None:
    """Whom we wrote to first, by a number of theirs, is who answers from it: the network's handle is theirs, too, and
    as sure as the number was."""
    if inbox.kind not in FIRST:
        return
    peer = Peer.objects.filter(inbox=inbox, address=address, last_in_at=None, public_at=None).first()
    if peer is None or customers.find(handle) is not None:
        return
    sure = peer.customer.identities.filter(pk=peer.came_by or 0, verified_at__isnull=False).exists()
    customers.attach(SYSTEM, access.live(peer.customer_id), handle, verified=sure)


def _by_peer(inbox: Inbox, address: str, name: str, language: str) -> Customer:
    """Of an address that is no handle, the row itself remembers whose it is."""
    sql.run(ALONE_SQL, [f"{inbox.pk}:{address}", 7])
    known = Peer.objects.filter(inbox=inbox, address=address).values_list("customer_id", flat=True).first()
    try:
        found = access.live(known) if known else None
    except NotFound:
        found = None
    if found is None:
        found = customers.create(by=SYSTEM, name=name or address, language=language)
    found.came_by = None
    return found


def matter(peer: Peer, customer: Customer) -> Ticket | None:
    """The ticket that they go on with, locked; None when they begin a new one."""
    ticket = intake.root(peer.ticket_id) if peer.ticket_id else None
    if ticket is None or ticket.customer_id != customer.pk:
        return None
    if ticket.status not in ENDED:
        return ticket
    ended = ticket.resolved_at
    return ticket if ended and ended > clock.now() - timedelta(days=_days(peer.inbox)) else None


def _days(inbox: Inbox) -> int:
    typed = str(inbox.settings.get("reopen_days", ""))
    return min(int(typed), MOST_DAYS) if typed.isascii() and typed.isdigit() else REOPEN_DAYS


def opened(peer: Peer, customer: Customer, said: Said, subject: str) -> Ticket:
    """A new ticket for what they say first; their seat is the peer."""
    now = clock.now()
    blocked = blocks.is_blocked(peer.address)
    turn = None if blocked or said.ours or said.automatic else now
    return open_row(
        subject=subject,
        channel=peer.inbox.kind,
        customer=customer,
        came_by=customer.came_by,
        inbox=peer.inbox,
        team_id=peer.inbox.team_id,
        created_at=now,
        waiting_since=turn,
        status="spam" if blocked else "waiting" if said.ours else "new",
    )
