"""What people look at before they join two customers, and what was decided about one."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Customer, CustomerMerge, Identity
from customers.models.relations import pointers
from customers.queries.duplicates import parted
from customers.queries.relations import family, free
from customers.rules import merging as rules
from helpdesk import wiring
from helpdesk.accounts.rules.policy import Actor

# How the rows of each model are called before people; whatever has no name here is counted together.
KINDS: dict[str, Any] = {
    "customers.identity": gettext_lazy("Addresses and numbers"),
    "tickets.ticket": gettext_lazy("Tickets"),
    "tickets.message": gettext_lazy("Messages"),
    "customers.timelineentry": gettext_lazy("Lines of the history"),
    "tickets.participant": gettext_lazy("Seats in conversations"),
    "tickets.visitor": gettext_lazy("Visits"),
    "customers.fact": gettext_lazy("Remembered facts"),
    "customers.membership": gettext_lazy("Memberships in organisations"),
    "customers.order": gettext_lazy("Orders"),
    "customers.event": gettext_lazy("Events"),
    "customers.portalsession": gettext_lazy("Sign-ins to their own pages"),
}
REST = gettext_lazy("Other records")
FIELDS: dict[str, Any] = {
    "name": gettext_lazy("Name"),
    "language": gettext_lazy("Language"),
    "tags": gettext_lazy("Tags"),
    "tone": gettext_lazy("Tone"),
    "channel": gettext_lazy("Channel"),
    "attributes": gettext_lazy("Attributes"),
}


@dataclass(frozen=True)
class Count:
    """How many rows of a kind go over, and how many stay because the survivor has one already."""

    kind: str
    name: str
    moves: int
    stays: int = 0


@dataclass(frozen=True)
class Choice:
    """A field in which the two differ, the values in words, and whose is taken if nobody chooses."""

    field: str
    name: str
    survivor: str
    other: str
    usual: str
    both: str = ""


@dataclass(frozen=True)
class Preview:
    """What joining these two would do."""

    survivor: Customer
    other: Customer
    counts: list[Count]
    choices: list[Choice]
    warnings: list[str]


def preview(survivor: Customer, other: Customer) -> Preview:
    """What would move, which fields differ, and what speaks for a second look."""
    return Preview(survivor, other, _counts(survivor, other), _choices(survivor, other), _warnings(survivor, other))


def _counts(survivor: Customer, other: Customer) -> list[Count]:
    found: dict[str, Count] = {}
    for one in pointers():
        rows = one.model._base_manager.filter(**{one.name: other})
        whole = rows.count()
        moves = free(one, rows, survivor.pk).count() if whole else 0
        kind = one.label if one.label in KINDS else ""
        before = found.get(kind, Count(kind, "", 0))
        name = str(KINDS.get(kind, REST))
        found[kind] = Count(kind, name, before.moves + moves, before.stays + whole - moves)
    order = [*KINDS, ""]
    return sorted((one for one in found.values() if one.moves or one.stays), key=lambda one: order.index(one.kind))


def _choices(survivor: Customer, other: Customer) -> list[Choice]:
    found = []
    for name in rules.FIELDS:
        mine, theirs = getattr(survivor, name), getattr(other, name)
        if mine == theirs or not theirs:
            continue
        both = _words(rules.combined(name, mine, theirs, rules.BOTH)) if name in rules.TOGETHER else ""
        usual = rules.usual(name, mine, theirs)
        found.append(Choice(name, str(FIELDS[name]), _words(mine), _words(theirs), usual, both))
    return found


WORDS: dict[str, Any] = {
    "fa": "فارسی",
    "en": "English",
    "formal": gettext_lazy("formally"),
    "familiar": gettext_lazy("familiarly"),
}


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {each}" for key, each in value.items()) or "—"
    if isinstance(value, list):
        return ", ".join(value) or "—"
    return str(WORDS.get(value, value)) or "—"


def _warnings(survivor: Customer, other: Customer) -> list[str]:
    found = []
    if other.pk in parted(survivor.pk):
        found.append(_("Somebody said that these are two different people."))
    proven = Identity.objects.filter(kind="email").exclude(verified_at=None)
    if all(proven.filter(customer=one).exists() for one in (survivor, other)):
        found.append(_("Each has proven an e-mail address of their own."))
    for path in wiring.MERGE_WARNINGS:
        found += import_string(path)(survivor, other)
    return found


def decisions(customer: Customer) -> list[CustomerMerge]:
    """What was decided about who this customer is, the latest first: also about whoever they were joined with."""
    people = family(customer.pk)
    rows = CustomerMerge.objects.select_related("survivor", "other").exclude(kind="given")
    return list(rows.filter(Q(survivor__in=people) | Q(other__in=people)).order_by("-id"))


def about(rows: QuerySet[CustomerMerge], customer: int) -> QuerySet[CustomerMerge]:
    """Those of the decisions that name this customer."""
    return rows.filter(Q(survivor=customer) | Q(other=customer))


def said(actor: Actor, customer: Customer, before: int = 0) -> list[Any]:
    """What the customer said where `actor` may read it, the latest first, to choose from."""
    found: list[Any] = import_string(wiring.SAID)(actor, customer, before)
    return found
