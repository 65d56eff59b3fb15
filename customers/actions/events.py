"""What programs and shops tell about customers is taken in here: each event once, in batches, in any order."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _

from customers.actions import crowd, orders
from customers.actions.crowd import Known
from customers.models import Event, TimelineEntry
from customers.queries.tombstones import gone
from customers.queries.tracking import agreed
from customers.rules.happenings import AHEAD, LATE, TOLD, VISIT, Happening, Who, spent_alone, word
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit, clock
from helpdesk.core.errors import NotAllowed, Text
from helpdesk.core.realtime import DESK, hint

ADD_SQL = """
INSERT INTO customers_event (customer_id, source, event_id, type, occurred_at, received_at, amount, currency, story,
  properties, spent, came_by)
SELECT e.customer, %(source)s, e.event_id, e.type, e.at, %(now)s, e.amount, e.currency, e.story, e.properties, e.spent,
  e.came_by
FROM jsonb_to_recordset(%(rows)s::jsonb) AS e(customer bigint, event_id text, type text, at timestamptz, amount bigint,
  currency text, story text, properties jsonb, spent bigint, came_by bigint)
ORDER BY e.event_id COLLATE "C"
ON CONFLICT (source, event_id) DO NOTHING RETURNING id, event_id
"""
# So many events are committed together.
PART, TRIES = 250, 3
# More pages than this are not told to fetch again; they see it when they look.
MOST_HINTS = 50


@dataclass(frozen=True)
class Refusal:
    """Why one event of a batch was not taken: its place in the batch, the field, a stable code, a sentence."""

    index: int
    field: str
    code: str
    reason: Text


@dataclass(frozen=True)
class Taken:
    """What became of a batch: how many are new, how many were known, and which were refused."""

    accepted: int
    duplicate: int
    refused: list[Refusal]


@dataclass(frozen=True)
class New:
    """An event that is stored now."""

    key: int
    told: Happening
    known: Known


def source_of(by: Actor) -> str:
    """Who tells: a person's keys count as one, so that a new key does not tell everything anew."""
    return f"user:{by.user_id}" if by.user_id else by.kind


def take_in(*, by: Actor, told: Mapping[int, Happening], source: str = "", how: str = "api") -> Taken:
    """Stores what is new of `told` (by its place in the batch), and brings orders and histories up to date.

    An event is known by its source and id: telling it again changes nothing, whatever it says this time. Unknown
    customers are made, all but those named by our own id. Committed in parts, so that batches that tell of the same
    things at once wait but shortly for each other; a batch that was cut short is told again whole.
    """
    if not can(by, "event.write"):
        raise NotAllowed
    source = source or source_of(by)
    refused, fit = _sifted(told, may_import=can(by, "import.use"))
    accepted = duplicate = 0
    for part in _parts(fit):
        stored, nobody = _patiently(by, part, source, how)
        accepted, duplicate = accepted + stored, duplicate + len(part) - len(nobody) - stored
        refused += [_unknown(index) for index in sorted(nobody)]
    refused.sort(key=lambda refusal: refusal.index)
    return Taken(accepted, duplicate, refused)


def _parts(fit: Mapping[int, Happening]) -> Iterator[dict[int, Happening]]:
    places = list(fit)
    for start in range(0, len(places), PART):
        yield {index: fit[index] for index in places[start : start + PART]}


def _patiently(by: Actor, part: Mapping[int, Happening], source: str, how: str) -> tuple[int, set[int]]:
    """As _take(), tried again when others who tell of the same things kept us waiting for too long."""
    for _try in range(TRIES - 1):
        try:
            return _take(by, part, source, how)
        except OperationalError:
            if connection.in_atomic_block or not connection.is_usable():
                raise
    return _take(by, part, source, how)


@transaction.atomic
def _take(by: Actor, part: Mapping[int, Happening], source: str, how: str) -> tuple[int, set[int]]:
    stored, nobody = _store(part, source, how)
    if stored:
        audit.record(by, "events.taken", f"source:{source}", {"accepted": len(stored)})
    return len(stored), nobody


def _unknown(index: int) -> Refusal:
    return Refusal(index, "customer/id", "unknown_customer", _("There is no customer with this id."))


def _sifted(told: Mapping[int, Happening], may_import: bool) -> tuple[list[Refusal], dict[int, Happening]]:
    refused: list[Refusal] = []
    fit: dict[int, Happening] = {}
    wrong: Text
    now = clock.now()
    for index, one in told.items():
        if one.occurred_at > now + AHEAD:
            wrong = _("This time must lie in the past.")
            refused.append(Refusal(index, "occurred_at", "in_future", wrong))
        elif one.occurred_at < now - LATE and not may_import:
            wrong = _("Only a key with the scope import may tell of what is older than 30 days.")
            refused.append(Refusal(index, "occurred_at", "import_scope_needed", wrong))
        elif crowd.cleaned(one.who) is None:
            wrong = _("“%(value)s” is not an address or number we can use.") % {"value": one.who.value[:100]}
            refused.append(Refusal(index, f"customer/{one.who.kind}", "bad_handle", wrong))
        else:
            fit[index] = one
    for index in gone({index: (one.who, one.occurred_at) for index, one in fit.items()}):
        del fit[index]
        wrong = _("Whoever this is about had their data erased after it happened.")
        refused.append(Refusal(index, "customer", "erased", wrong))
    return refused, fit


def _store(fit: Mapping[int, Happening], source: str, how: str) -> tuple[list[New], set[int]]:
    """What was new, and the places of those whose customer nobody is."""
    ids = [one.event_id for one in fit.values()]
    old = set(Event.objects.filter(source=source, event_id__in=ids).values_list("event_id", flat=True))
    fresh = {index: one for index, one in fit.items() if one.event_id not in old}
    if not fresh:
        return [], set()
    whom = {index: _cleaned(one.who) for index, one in fresh.items()}
    known = crowd.recognise(set(whom.values()), how)
    nobody = {index for index, who in whom.items() if who not in known}
    new = {one.event_id: (one, known[whom[i]]) for i, one in reversed(fresh.items()) if i not in nobody}
    stored = _added(new, source)
    _follow(stored, source)
    return stored, nobody


def _cleaned(who: Who) -> Who:
    return crowd.cleaned(who) or who


def _added(new: Mapping[str, tuple[Happening, Known]], source: str) -> list[New]:
    rows = [_row(one, known) for one, known in new.values()]
    given: dict[str, Any] = {"rows": json.dumps(rows), "source": source, "now": clock.now()}
    with connection.cursor() as cursor:
        cursor.execute(ADD_SQL, given)
        return [New(key, *new[event_id]) for key, event_id in cursor.fetchall()]


def _row(one: Happening, known: Known) -> dict[str, Any]:
    return {
        "customer": known.customer,
        "event_id": one.event_id,
        "type": one.type,
        "at": one.occurred_at.isoformat(),
        "amount": one.amount,
        "currency": one.currency,
        "story": one.story,
        "properties": dict(one.properties),
        "spent": 0 if one.story else spent_alone(one.type, one.amount),
        "came_by": known.came_by,
    }


def _follow(stored: Sequence[New], source: str) -> None:
    """Orders, subscriptions and histories after new events."""
    stories = {new.told.story for new in stored if new.told.story}
    if stories:
        orders.project(source, stories)
    lines = [_line(new) for new in stored if new.told.type in TOLD - {"order"}]
    visits = [new for new in stored if new.told.type == VISIT]
    if visits:
        may = agreed({new.known.customer for new in visits})
        lines += [_visit(new) for new in visits if new.known.customer in may]
    TimelineEntry.objects.bulk_create(lines)
    _tell(new for new in stored if new.told.story and new.told.occurred_at > clock.now() - LATE)


def _tell(stored: Iterable[New]) -> None:
    touched = {new.known.customer for new in stored}
    if len(touched) <= MOST_HINTS:
        for customer in touched:
            hint([DESK], "orders", id=customer)


def _line(new: New) -> TimelineEntry:
    one = new.told
    _about, _sep, ref = one.story.partition(":")
    state = word(one.properties.get("state"), 40).lower() if one.type == "shipment" else ""
    what = f"parcel_{state}" if state.isidentifier() else one.type
    return _entry(new, "order", orders.summary(what, ref, one.amount, one.currency))


def _visit(new: New) -> TimelineEntry:
    given = new.told.properties
    page = word(given.get("title"), 200) or word(given.get("path"), 200) or word(given.get("url"), 200)
    return _entry(new, "page_view", page)


def _entry(new: New, kind: str, summary: str) -> TimelineEntry:
    return TimelineEntry(
        customer_id=new.known.customer,
        kind=kind,
        occurred_at=new.told.occurred_at,
        summary=summary.replace("\x00", "")[:300],
        link_id=new.key,
        came_by=new.known.came_by,
    )
