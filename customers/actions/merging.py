"""Joining two customers into one, and taking it back exactly, at any time and in any order (rules/merging.py)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from customers import access
from customers.actions import attach, cleaned, deciding, note_event, splitting
from customers.models import Customer, CustomerMerge, Identity
from customers.models.relations import pointers
from customers.queries import duplicates, replay
from customers.queries.relations import free
from customers.rules import merging as rules
from customers.rules.identity import Handle, is_shared
from customers.rules.matching import Evidence, Verdict, decide, keys
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, Invalid, NotAllowed
from helpdesk.core.events import emit

NOT_THEIRS_ALONE = _("Several people may read this address, so it proves nobody. Use an address of your own.")


def merge(
    *, by: Actor, survivor: Customer, other: Customer, fields: Mapping[str, str] | None = None, why: str = ""
) -> CustomerMerge:
    """All that `other` has goes to `survivor`, and `other` is only a sign from then on. A repeat answers the same.

    `fields`: whose value a field keeps (survivor, other, or for tags and attributes both). Where only one of a kind is
    allowed and the survivor has it, `other` keeps theirs. Raises Conflict(merged_away) when one is a sign already.
    """
    if not can(by, "customer.merge"):
        raise NotAllowed
    return joined(by, survivor, other, fields or {}, why)


def joined(by: Actor, survivor: Customer, other: Customer, fields: Mapping[str, str], why: str) -> CustomerMerge:
    """As merge(), for whoever has been found to be allowed: staff by their role, customers by proof."""
    if survivor.pk == other.pk:
        raise Invalid({"other": _("This is the same customer. Choose another one.")})
    _check(fields)
    return deciding.undisturbed(
        lambda: {survivor.pk, other.pk}, lambda: _merge(by, survivor.pk, other.pk, fields, why[:300])
    )


def _check(fields: Mapping[str, str]) -> None:
    for name, choice in fields.items():
        if name not in rules.FIELDS or choice not in rules.choices(name):
            raise Invalid({f"fields/{name}": _("Choose survivor or other; for tags and attributes also both.")})


def _merge(by: Actor, into: int, pk: int, fields: Mapping[str, str], why: str) -> CustomerMerge:
    survivor, other = Customer.objects.get(pk=into), Customer.objects.get(pk=pk)
    there = CustomerMerge.objects.filter(kind="merge", other=other, undone_at=None).first()
    if there is not None and there.survivor_id == survivor.pk:
        return there
    if other.merged_into_id is not None or survivor.merged_into_id is not None:
        raise Conflict("merged_away", _("One of them was joined with another customer meanwhile. Look again."))
    rows = {one: one.model._base_manager.filter(**{one.name: other}) for one in pointers()}
    theirs = [one for one in pointers() if deciding.take_hold(rows[one])]
    changed = _combine(survivor, other, fields)
    row = deciding.decide(by, "merge", survivor, other, why=why, fields=changed)
    for pointer in theirs:
        deciding.move(row, pointer, rows[pointer], survivor.pk)
    other.merged_into = survivor
    deciding.settle(by, "customer.merged", (survivor, other), merge=row.pk, survivor=survivor.pk, other=other.pk)
    _tell(row, "merge", survivor, other)
    emit("customer.merged", {"merge": row.pk, "survivor": survivor.pk, "other": other.pk})
    return row


def _combine(survivor: Customer, other: Customer, fields: Mapping[str, str]) -> dict[str, list[Any]]:
    changed = {}
    for name in rules.FIELDS:
        mine, theirs = getattr(survivor, name), getattr(other, name)
        value = rules.combined(name, mine, theirs, fields.get(name) or rules.usual(name, mine, theirs))
        if value != mine:
            changed[name] = [mine, value]
            setattr(survivor, name, value)
    return changed


def _tell(row: CustomerMerge, kind: str, whose: Customer, other: Customer) -> None:
    """One line for staff in the history; its words are the other one's name, its link the decision."""
    note_event(
        customer_id=whose.pk,
        kind=kind,
        channel="",
        occurred_at=row.undone_at or row.created_at,
        summary=other.name or f"#{other.pk}",
        link_id=row.pk,
        staff_only=True,
    )


def undo(*, by: Actor, merge: CustomerMerge) -> CustomerMerge:
    """Takes a decision back: every row is whose it would be had it never been made. A repeat changes nothing.

    What came in meanwhile goes with the handle it came by. A field is given back its value only where it still has
    the one that the merge gave it.
    """
    if not can(by, "customer.merge"):
        raise NotAllowed
    ends = [merge.survivor_id, merge.other_id]
    return deciding.undisturbed(lambda: replay.people(replay.web(ends)), lambda: _undo(by, merge.pk, ends))


def _undo(by: Actor, pk: int, ends: list[int]) -> CustomerMerge:
    decisions = replay.web(ends)
    row = next(one for one in decisions if one.pk == pk)
    if row.undone_at is not None:
        return row
    if Customer.objects.filter(pk__in=ends, erased_at__isnull=False).exists():
        raise Conflict("erased", _("One of them was erased. There is nothing to give back."))
    changes = replay.without(row, decisions)
    _take_hold(changes)
    row.undone_at, row.undone_by = clock.now(), by.label[:200]
    row.save(update_fields=["undone_at", "undone_by"])
    touched = _give_back(changes) | set(ends)
    _restore(row)
    people = {one.pk: one for one in _signs(decisions, touched)}
    deciding.settle(by, "customer.merge_undone", people.values(), merge=row.pk)
    survivor, other = people[row.survivor_id], people[row.other_id]
    if row.kind == "merge":
        _tell(row, "merge_undone", access.survivor(survivor), other)
        _tell(row, "merge_undone", access.survivor(other), survivor)
    emit("customer.merge_undone", {"merge": row.pk, "survivor": survivor.pk, "other": other.pk})
    return row


def _take_hold(changes: Iterable[replay.Change]) -> None:
    for change in changes:
        for some in replay.some_of(change.rows):
            deciding.take_hold(change.pointer.model._base_manager.filter(pk__in=some))


def _give_back(changes: Iterable[replay.Change]) -> set[int]:
    """Gives the rows to whose they are; everybody whom that concerned."""
    touched: set[int] = set()
    for change in changes:
        if change.step is not None:
            later = CustomerMerge(pk=change.step.decision)
            deciding.record(later, change.pointer, dict.fromkeys(change.rows, change.step.giver), change.taker)
            continue
        rows = change.pointer.model._base_manager.filter(pk__in=change.rows)
        had = dict(free(change.pointer, rows, change.taker).values_list("pk", change.pointer.field.attname))
        deciding.give(change.pointer, list(had), change.taker)
        touched |= {*had.values(), change.taker}
    return touched


def _restore(row: CustomerMerge) -> None:
    survivor = Customer.objects.get(pk=row.survivor_id)
    proofs, _none = row.fields.get("proofs", [{}, None])
    for identity, (at, how) in proofs.items():
        Identity.objects.filter(pk=int(identity)).update(verified_at=at and parse_datetime(at), verified_how=how)
    names = [name for name in rules.FIELDS if name in row.fields]
    for name in names:
        before, after = row.fields[name]
        setattr(survivor, name, rules.restored(name, before, after, getattr(survivor, name)))
    if names:
        survivor.save(update_fields=names)


def _signs(decisions: Iterable[CustomerMerge], touched: set[int]) -> list[Customer]:
    """Everybody touched, and whoever is a sign no more or only now: by the merges that stand, and by splits that were
    undone and left the customer whom they had made with nothing."""
    rows = CustomerMerge.objects.filter(pk__in=[one.pk for one in decisions])
    into = {one.other_id: one.survivor_id for one in rows if one.kind == "merge" and one.undone_at is None}
    people = {one.pk: one for one in Customer.objects.filter(pk__in=replay.people(rows)).order_by("pk")}
    for one in rows:
        if (
            one.fields.get("made")
            and one.undone_at is not None
            and one.other_id not in into
            and _has_nothing(one.other)
        ):
            into[one.other_id] = one.survivor_id
    changed = {pk for pk, one in people.items() if one.merged_into_id != into.get(pk)}
    for pk in changed:
        people[pk].merged_into_id = into.get(pk)
    return [people[pk] for pk in sorted(touched | changed) if pk in people]


def _has_nothing(customer: Customer) -> bool:
    rows: Iterable[models.QuerySet[Any, Any]] = (
        pointer.model._base_manager.filter(**{pointer.name: customer}) for pointer in pointers()
    )
    return not any(one.exists() for one in rows)


def join_proven(*, by: Actor, customer: Customer, handle: Handle, how: str) -> Identity:
    """`customer` has proven that this handle is theirs, by `how` (code, token, …); the handle, verified.

    Whoever had proven it before is the same person, if nothing speaks against it (rules.matching.decide): the two
    are joined, and who was here first goes on. Whoever only claimed it gives it up, on record. Raises
    Conflict(handle_taken) when their names say that they are two people, or somebody did, and Invalid for the address
    of a post, which many may read.
    """
    (wanted,) = cleaned([handle])
    if is_shared(wanted):
        raise Invalid({"address": NOT_THEIRS_ALONE})
    row = Identity.objects.select_related("customer").filter(kind=wanted.kind, value=wanted.value).first()
    if row is None:
        row = attach(by, customer, wanted, verified=True, proof=how)
    elif row.customer_id != customer.pk and row.verified_at is not None:
        _join_proven(by, customer, row)
    elif row.customer_id != customer.pk:
        splitting.hand_over(by=by, identity=row, to=customer, why=row.value)
    row.refresh_from_db()
    if row.verified_at is None or row.verified_how == "":
        row.verified_at, row.verified_how = row.verified_at or clock.now(), how
        row.save(update_fields=["verified_at", "verified_how"])
    return row


def _is_one(customer: Customer, row: Identity) -> bool:
    """Whether two who have both proven a handle are one person by all that is known: not against their names."""
    shared = frozenset({Handle(row.kind, row.value)})
    known = duplicates.evidence([customer.pk, row.customer_id])
    mine, theirs = (known.get(pk, Evidence()) for pk in (customer.pk, row.customer_id))
    both = replace(mine, handles=mine.handles | shared, proven=mine.proven | shared)
    holders = duplicates.sharing(keys(both))
    people = known | duplicates.evidence(one for whose in holders.values() for one in whose)
    return decide(both, theirs, crowded=duplicates.crowd(holders, people)).verdict is Verdict.JOIN


def _join_proven(by: Actor, customer: Customer, row: Identity) -> None:
    if row.customer_id in duplicates.parted(customer.pk) or not _is_one(customer, row):
        text = _("Another customer has this address. Write to us: a person can join what is yours.")
        raise Conflict("handle_taken", text)
    first, later = sorted((customer, row.customer), key=lambda one: (one.created_at, one.pk))
    joined(by, first, later, {}, row.value)
