"""Giving a part of what a customer has to another one, on record and to be undone like a merge (merging.undo)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from customers.actions import create, deciding, end_handle
from customers.models import Customer, CustomerMerge, HandlePast, Identity, Move
from customers.models.relations import Pointer, pointers
from customers.rules.identity import NUMBERS
from helpdesk import wiring
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core.errors import Conflict, Invalid, NotAllowed

HANDLE = "customers.identity"


def split(
    *,
    by: Actor,
    customer: Customer,
    messages: Iterable[int] = (),
    identities: Iterable[int] = (),
    into: Customer | None = None,
    name: str = "",
    why: str = "",
) -> CustomerMerge:
    """Gives these messages and handles, and what came by the handles, to `into`, or to a new customer called `name`.

    A ticket goes along when all that the customer said in it does. Raises Invalid for what is not the customer's.
    """
    if not can(by, "customer.merge"):
        raise NotAllowed
    if into is not None and into.pk == customer.pk:
        raise Invalid({"into": _("This is the same customer. Choose another one.")})
    chosen, handles = set(messages), set(identities)
    ends = {customer.pk, *([into.pk] if into else [])}
    return deciding.undisturbed(lambda: ends, lambda: _split(by, customer.pk, into, chosen, handles, name, why[:300]))


def _split(
    by: Actor, pk: int, into: Customer | None, messages: set[int], handles: set[int], name: str, why: str
) -> CustomerMerge:
    customer = Customer.objects.get(pk=pk)
    taker = Customer.objects.get(pk=into.pk) if into else None
    _live(customer, *([taker] if taker else []))
    rows = _rows(by, customer, messages, handles)
    if taker is None:
        taker = create(by=by, name=name or _name(customer, rows), language=customer.language)
    fields = {} if into else {"made": [None, taker.pk]}
    return _give(by, "split", customer, taker, rows, why=why, fields=fields)


def _live(*people: Customer) -> None:
    if any(one.merged_into_id is not None for one in people):
        raise Conflict("merged_away", _("One of them was joined with another customer meanwhile. Look again."))


def _rows(by: Actor, customer: Customer, messages: set[int], handles: set[int]) -> dict[str, set[int]]:
    theirs = list(Identity.objects.filter(customer=customer, pk__in=handles))
    found: dict[str, set[int]] = {HANDLE: {one.pk for one in theirs}}
    for path in wiring.PARTS:
        for label, keys in import_string(path)(by, customer, messages, theirs).items():
            found.setdefault(label, set()).update(keys)
    if handles != found[HANDLE]:
        raise Invalid({"identities": _("Choose handles of this customer.")})
    if not messages <= found["tickets.message"]:
        raise Invalid({"messages": _("Choose messages that this customer wrote.")})
    if not any(found.values()):
        raise Invalid({"messages": _("Choose what belongs to somebody else: messages, handles or both.")})
    return found


def _name(customer: Customer, rows: Mapping[str, set[int]]) -> str:
    first = Identity.objects.filter(pk__in=rows[HANDLE]).order_by("pk").first()
    return (first.display or first.value)[:200] if first else customer.name


def _give(
    by: Actor, kind: str, giver: Customer, taker: Customer, rows: Mapping[str, set[int]], **more: Any
) -> CustomerMerge:
    """Everything that `rows` names, at whosoever it is, goes to `taker`, whoever of the people concerned is locked."""
    wanted = {
        one: one.model._base_manager.filter(pk__in=rows[one.label])
        for one in pointers()
        if one.name == "customer" and rows.get(one.label)
    }
    for found in wanted.values():
        deciding.take_hold(found)
    row = deciding.decide(by, kind, giver, taker, **more)
    for pointer, found in wanted.items():
        deciding.move(row, pointer, found, taker.pk)
    verb = "customer.split" if kind == "split" else "customer.handle_moved"
    deciding.settle(by, verb, (giver, taker), merge=row.pk, giver=giver.pk, taker=taker.pk)
    return row


def pass_on(*, by: Actor, identity: Identity, to: Customer | None, name: str = "", why: str) -> CustomerMerge:
    """As hand_over() by staff, who say why; a number goes with its SMS and WhatsApp. `to`: None for a new customer."""
    if not can(by, "customer.merge"):
        raise NotAllowed
    if not why.strip():
        raise Invalid({"why": _("Say why, so that others understand it later.")})
    if to is not None and to.pk == identity.customer_id:
        raise Invalid({"into": _("This is the same customer. Choose another one.")})
    ends = {identity.customer_id, *([to.pk] if to else [])}
    return deciding.undisturbed(lambda: ends, lambda: _pass_on(by, identity.pk, to, name, why.strip()[:300]))


def _pass_on(by: Actor, identity: int, to: Customer | None, name: str, why: str) -> CustomerMerge:
    if to is not None:
        return _hand_over(by, identity, to.pk, why, alike=True)
    row = Identity.objects.get(pk=identity)
    made = create(by=by, name=name or row.display or row.value)
    return _hand_over(by, identity, made.pk, why, alike=True, fields={"made": [None, made.pk]})


def hand_over(*, by: Actor, identity: Identity, to: Customer, why: str = "", alike: bool = False) -> CustomerMerge:
    """One handle is another customer's from now on; what came by it before stays where it is (a recycled number).

    For whoever has been found to be allowed: staff by their role, customers by proof. Its proof is not handed over.
    `alike`: with every other handle of theirs that is the same telephone number (SMS, WhatsApp).
    """
    ends = {identity.customer_id, to.pk}
    return deciding.undisturbed(lambda: ends, lambda: _hand_over(by, identity.pk, to.pk, why[:300], alike))


def _hand_over(
    by: Actor, identity: int, to: int, why: str, alike: bool, fields: Mapping[str, Any] | None = None
) -> CustomerMerge:
    row = Identity.objects.select_related("customer").get(pk=identity)
    taker = Customer.objects.get(pk=to)
    _live(row.customer, taker)
    if row.customer_id == taker.pk:
        raise Conflict("handle_theirs", _("This customer has this handle already."))
    handles = _alike(row) if alike else [row]
    proofs = {str(one.pk): [one.verified_at and one.verified_at.isoformat(), one.verified_how] for one in handles}
    rows = {HANDLE: {one.pk for one in handles}}
    for pointer in pointers():
        if _stands_for_handles(pointer):
            rows[pointer.label] = set().union(*(_of_handle(pointer, one) for one in handles))
    # Before the decision, so that they follow the handle no further than to it.
    pasts = [end_handle(by, one, why) for one in handles]
    made = _give(by, "handle", row.customer, taker, rows, why=why, fields={"proofs": [proofs, None], **(fields or {})})
    HandlePast.objects.filter(pk__in=[past.pk for past in pasts]).update(decision=made)
    Identity.objects.filter(pk__in=rows[HANDLE]).update(verified_at=None, verified_how="")
    return made


def _alike(row: Identity) -> list[Identity]:
    same = Identity.objects.filter(customer_id=row.customer_id, value=row.value, kind__in=NUMBERS)
    return list(same.order_by("pk")) if row.kind in NUMBERS else [row]


def _stands_for_handles(pointer: Pointer) -> bool:
    return pointer.label in wiring.STAND_FOR_HANDLES


def _of_handle(pointer: Pointer, identity: Identity) -> set[int]:
    rows = pointer.model._base_manager.filter(came_by=identity.pk, **{pointer.name: identity.customer_id})
    return set(rows.values_list("pk", flat=True))


def given(*, by: Actor, giver: int, taker: int, rows: Mapping[str, Iterable[int]]) -> None:
    """Remembers that daily work gave these rows (label -> keys) to `taker`, of those that a merge or a split had moved
    before: its undoing leaves them there. Other rows need no remembering. The caller has written them."""
    for one in pointers():
        keys = list(rows.get(one.label, ())) if one.name == "customer" else []
        moved = Move.objects.filter(model=one.label, field=one.name, row__in=keys).values_list("row", flat=True)
        if found := set(moved):
            people = {each.pk: each for each in Customer.objects.filter(pk__in=[giver, taker])}
            row = deciding.decide(by, "given", people[giver], people[taker])
            deciding.record(row, one, dict.fromkeys(sorted(found), giver), taker)
