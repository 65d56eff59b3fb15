"""By which ways a ticket may be answered, whether each is open, until when, and what it asks for: for the composer."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from tickets.models import Inbox, Peer, Template, Ticket
from tickets.queries import peers
from tickets.queries.seats import Seats
from tickets.rules.windows import COSTS, FIRST, VOICES, Window

# What takes no written words.
SPOKEN = "phone"
# Whoever has one of these handles may be written to first by such an inbox.
REACHED_BY = {"sms": ("sms", "phone"), "whatsapp": ("whatsapp", "phone")}


@dataclass(frozen=True)
class Way:
    """One way. `state` as in rules/windows.py, `why` its reason; `to` whom it reaches; `inbox` by which door.

    `is_first`: they have not written there yet. `costs`: it is paid by the message. `is_public`: what they wrote last
    there is read by all, so an answer may be, too; `only_public`: nothing else may be written. `tag` as in Window.
    """

    channel: str
    state: str
    to: str = ""
    inbox: str = ""
    until: datetime | None = None
    why: str = ""
    is_first: bool = False
    costs: bool = False
    is_public: bool = False
    only_public: bool = False
    tag: str = ""
    templates: list[Template] = field(default_factory=list)

    @property
    def takes_words(self) -> bool:
        """Whether free words may be sent."""
        return self.state in ("open", "tagged")

    @property
    def is_closed(self) -> bool:
        """Whether nothing at all may be sent."""
        return self.state == "closed"


def ways(ticket: Ticket, seats: Seats) -> list[Way]:
    """Those of a ticket, its own first. None for a ticket that only mail answers."""
    if ticket.channel not in (*VOICES, SPOKEN) and not ticket.part_count:
        return []
    theirs = peers.of(ticket)
    found = [_way(peer, peers.window_of(peer), ticket) for peer in theirs]
    if not found and ticket.channel not in (*VOICES, SPOKEN):
        return []
    found = list({way.channel: way for way in reversed(found)}.values())
    found += _first(ticket, seats, {way.channel for way in found})
    if seats.requester or seats.others:
        found.append(Way("email", "open", to=(seats.requester or seats.others[0]).address))
    if ticket.channel == SPOKEN and not found:
        return [Way(SPOKEN, "closed", why="spoken")]
    order = ticket.channel == SPOKEN
    return sorted(
        found, key=lambda way: (order and way.is_closed, way.channel != ticket.channel, way.is_first, way.channel)
    )


def _way(peer: Peer, window: Window, ticket: Ticket) -> Way:
    newest = ticket.messages.filter(kind="in", channel=peer.inbox.kind).order_by("-seq")
    in_public = bool(newest.values_list("is_public", flat=True).first())
    only_public = in_public and not window.takes_words
    return Way(
        channel=peer.inbox.kind,
        state="open" if only_public else window.state,
        to=peer.name or peer.address,
        inbox=peer.inbox.name,
        until=window.until,
        why=window.why,
        costs=peer.inbox.kind in COSTS,
        is_public=in_public,
        only_public=only_public,
        tag=window.tag,
        templates=approved(peer.inbox),
    )


def approved(inbox: Inbox) -> list[Template]:
    """What this inbox may send when its window is closed."""
    if inbox.kind != "whatsapp":
        return []
    return list(inbox.templates.filter(state="approved").order_by("name", "language"))


def _first(ticket: Ticket, seats: Seats, there: set[str]) -> list[Way]:
    """Doors by which we may begin, to a number of theirs."""
    known = {one.kind: one.value for one in reversed(seats.identities)}
    wanted = {kind: next((known[of] for of in REACHED_BY[kind] if of in known), "") for kind in REACHED_BY}
    kinds = [kind for kind, to in wanted.items() if to and kind in FIRST and kind not in there]
    found = []
    for inbox in Inbox.objects.filter(kind__in=kinds, is_active=True).order_by("kind", "id"):
        templates = approved(inbox)
        state = "open" if inbox.kind != "whatsapp" else "template" if templates else "closed"
        way = Way(inbox.kind, state, wanted[inbox.kind], inbox.name, is_first=True, costs=True, templates=templates)
        found.append(way if state == "open" else replace(way, why="never"))
    return list({way.channel: way for way in reversed(found)}.values())
