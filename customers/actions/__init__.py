"""The only page that changes customers, their handles and their history."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from customers import access
from customers.models import Customer, Identity, TimelineEntry
from customers.rules.identity import BadHandle, Handle, clean
from helpdesk.accounts.rules.policy import SYSTEM, Actor, can
from helpdesk.core import audit, clock, failpoints, rows, sql
from helpdesk.core.errors import Conflict, Invalid, NotAllowed, Stale
from helpdesk.core.realtime import DESK, hint
from helpdesk.core.search import indexed, vector


def _allow(by: Actor, verb: str) -> None:
    if not can(by, verb):
        raise NotAllowed


def cleaned(handles: Iterable[Handle]) -> list[Handle]:
    """The handles in their one spelling. Raises Invalid for what is none."""
    try:
        return [clean(handle) for handle in handles]
    except BadHandle as error:
        raise Invalid(
            {"handles": _("“%(value)s” is not an address or number we can use.") % {"value": error}}
        ) from error


def _refresh_search(customer: Customer) -> None:
    values = customer.identities.values_list("value", flat=True)
    Customer.objects.filter(pk=customer.pk).update(search=vector(a=customer.name, b=" ".join(values)))


def find(handle: Handle) -> Customer | None:
    """The customer who has this handle now, if any. Raises Invalid for a malformed one."""
    (wanted,) = cleaned([handle])
    identity = Identity.objects.select_related("customer").filter(kind=wanted.kind, value=wanted.value).first()
    return access.survivor(identity.customer) if identity else None


# Every message begins with this. Written out: the ORM took 5 ms of processor time and eleven statements for it.
# Whoever is being merged is waited for: a merge holds its customers FOR UPDATE. One who has become a sign meanwhile is
# not found, nor is their handle free ("late"), so that the next look finds whom it belongs to now.
SHOWN = ("id", "name", "language", "tags", "created_at", "updated_at", "version")
RESOLVE_SQL = """
WITH found AS (
  SELECT i.id AS came_by, c.id, c.name, c.language, c.tags, c.created_at, c.updated_at, c.version
  FROM customers_identity i JOIN customers_customer c ON c.id = i.customer_id
  WHERE i.kind = %(kind)s::text AND i.value = %(value)s::text AND c.merged_into_id IS NULL
  FOR KEY SHARE OF c),
made AS (
  INSERT INTO customers_customer (name, language, tags, search, created_at, updated_at, version)
  SELECT %(name)s::text, %(language)s::text, '{}', setweight(to_tsvector('simple', %(name_words)s::text), 'A')
    || setweight(to_tsvector('simple', %(value_words)s::text), 'B'), %(now)s::timestamptz, %(now)s::timestamptz, 1
  WHERE NOT EXISTS (SELECT FROM found)
  RETURNING id, name, language, tags, created_at, updated_at, version),
tied AS (
  INSERT INTO customers_identity (customer_id, kind, value, display, verified_at, created_at)
  SELECT id, %(kind)s::text, %(value)s::text, '', %(verified_at)s::timestamptz, created_at FROM made
  ON CONFLICT (kind, value) DO NOTHING RETURNING id)
SELECT 'found', found.* FROM found
UNION ALL SELECT CASE WHEN tied.id IS NULL THEN 'late' ELSE 'made' END, tied.id, made.* FROM made LEFT JOIN tied ON true
"""


def resolve(*, handle: Handle, name: str = "", verified: bool = False, language: str = "") -> Customer:
    """The customer of this handle, made now if nobody has it; `came_by` is the handle's identity. Two at once make one.

    Until the transaction ends nobody can join them with another customer.
    """
    (wanted,) = cleaned([handle])
    with transaction.atomic(savepoint=False):
        outcome, customer = _found_or_made(wanted, name, verified, language)
        while outcome == "late":
            # Somebody tied this handle to their customer while we made ours, which nobody has seen.
            customer.delete()
            _bring_home(wanted)
            outcome, customer = _found_or_made(wanted, name, verified, language)
        if outcome == "made":
            failpoints.reach("intake.customer")
            audit.record(SYSTEM, "customer.created", f"customer:{customer.pk}")
    return customer


def _bring_home(handle: Handle) -> None:
    """A handle that somebody gave to a customer while they were being merged goes to whom they are now."""
    rows = Identity.objects.select_related("customer").filter(kind=handle.kind, value=handle.value)
    row = rows.filter(customer__merged_into__isnull=False).first()
    if row is not None:
        row.customer = access.survivor(row.customer)
        row.save(update_fields=["customer"])


def _found_or_made(handle: Handle, name: str, verified: bool, language: str) -> tuple[str, Customer]:
    now, name = clock.now(), name.replace("\x00", "")[:200]
    given = {
        "kind": handle.kind,
        "value": handle.value,
        "name": name,
        "language": language,
        "name_words": indexed(name),
        "value_words": indexed(handle.value),
        "verified_at": now if verified else None,
        "now": now,
    }
    outcome, came_by, *values = sql.first(RESOLVE_SQL, given)
    customer = Customer.from_db("default", SHOWN, values)
    customer.came_by = came_by
    return outcome, customer


@transaction.atomic
def create(
    *,
    by: Actor,
    name: str = "",
    handles: Sequence[Handle] = (),
    tags: Sequence[str] = (),
    verified: bool = False,
    language: str = "",
    created_at: datetime | None = None,
) -> Customer:
    """A new customer with these handles. Raises Conflict(handle_taken) with the owner's id."""
    _allow(by, "customer.create")
    now = clock.now()
    customer = Customer.objects.create(
        name=name.replace("\x00", "")[:200],
        language=language,
        tags=sorted(set(tags)),
        created_at=created_at or now,
        updated_at=now,
        search=vector(a=name, b=" ".join(handle.value for handle in cleaned(handles))),
    )
    for handle in cleaned(handles):
        _attach(customer, handle, verified_at=now if verified else None)
    failpoints.reach("intake.customer")
    audit.record(by, "customer.created", f"customer:{customer.pk}")
    return customer


def _attach(customer: Customer, handle: Handle, verified_at: datetime | None) -> Identity:
    try:
        with transaction.atomic():
            return Identity.objects.create(
                customer=customer,
                kind=handle.kind,
                value=handle.value,
                verified_at=verified_at,
                created_at=clock.now(),
            )
    except IntegrityError as error:
        owner = (
            Identity.objects.filter(kind=handle.kind, value=handle.value).values_list("customer_id", flat=True).first()
        )
        raise Conflict(
            "handle_taken", _("Another customer already has this address or number."), owner=owner
        ) from error


@transaction.atomic
def change(
    *,
    by: Actor,
    customer: Customer,
    version: int | None = None,
    name: str | None = None,
    tags: Sequence[str] | None = None,
    language: str | None = None,
    tone: str | None = None,
    channel: str | None = None,
) -> Customer:
    """Changes what is given. Raises Stale when `version` is given and no longer the present one."""
    _allow(by, "customer.change")
    return apply(by, customer, version, name=name, tags=tags, language=language, tone=tone, channel=channel)


def apply(by: Actor, customer: Customer, version: int | None = None, **given: Any) -> Customer:
    """As change(), for whoever has been found to be allowed: staff by their role, customers about themselves."""
    row = access.live(customer.pk)
    if version is not None and version != row.version:
        raise Stale("stale", _("Somebody changed this customer meanwhile. Look again, then save."), version=row.version)
    facts: dict[str, Any] = {}
    for field, value in given.items():
        if value is not None and value != getattr(row, field):
            facts[field] = [getattr(row, field), value]
            setattr(row, field, sorted(set(value)) if field == "tags" else value)
    if not facts:
        return row
    row.version += 1
    row.updated_at = clock.now()
    row.save(update_fields=["name", "tags", "language", "tone", "channel", "version", "updated_at"])
    _refresh_search(row)
    audit.record(by, "customer.changed", f"customer:{row.pk}", facts)
    hint([DESK], "customer", id=row.pk)
    return row


@transaction.atomic
def add_handle(*, by: Actor, customer: Customer, handle: Handle, verified: bool = False) -> Identity:
    """One more way to reach this customer. Raises Conflict(handle_taken)."""
    _allow(by, "customer.change")
    return attach(by, customer, handle, verified=verified)


def attach(by: Actor, customer: Customer, handle: Handle, *, verified: bool = False) -> Identity:
    """As add_handle(), for whoever has been found to be allowed: staff by their role, customers by proof."""
    (wanted,) = cleaned([handle])
    row = access.live(customer.pk)
    identity = _attach(row, wanted, clock.now() if verified else None)
    _refresh_search(row)
    audit.record(by, "customer.handle_added", f"customer:{row.pk}", {"kind": wanted.kind})
    return identity


@transaction.atomic
def remove_handle(*, by: Actor, customer: Customer, identity_id: int) -> None:
    """Takes a handle away; the history stays."""
    _allow(by, "customer.change")
    row = access.live(customer.pk)
    deleted, _rows = row.identities.filter(pk=identity_id).delete()
    if deleted:
        _refresh_search(row)
        audit.record(by, "customer.handle_removed", f"customer:{row.pk}", {"identity": identity_id})


def note_event(
    *,
    customer_id: int,
    kind: str,
    channel: str,
    occurred_at: datetime,
    summary: str,
    ticket: int | None = None,
    team_id: int | None = None,
    link_id: int | None = None,
    came_by: int | None = None,
    staff_only: bool = False,
    ours: bool = False,
) -> TimelineEntry:
    """Pushes one line into a customer's history, in the transaction of its cause."""
    line = " ".join(summary.replace("\x00", "").split())
    return rows.add(
        TimelineEntry(
            customer_id=customer_id,
            kind=kind,
            channel=channel,
            occurred_at=occurred_at,
            summary=line[:299] + "…" if len(line) > 300 else line,
            ticket=ticket,
            team_id=team_id,
            link_id=link_id,
            came_by=came_by,
            staff_only=staff_only,
            ours=ours,
        )
    )
