"""The only page that changes customers, their handles and their history."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from customers import access
from customers.models import Customer, HandlePast, Identity, TimelineEntry
from customers.queries.handles import had_since
from customers.rules.identity import REGION, BadHandle, Handle, clean, is_shared
from helpdesk.accounts.rules.policy import SYSTEM, Actor, can
from helpdesk.core import audit, clock, failpoints, rows, sql
from helpdesk.core.errors import Conflict, Invalid, NotAllowed, NotFound, Stale, Text
from helpdesk.core.realtime import DESK, hint
from helpdesk.core.search import indexed, vector


def _allow(by: Actor, verb: str) -> None:
    if not can(by, verb):
        raise NotAllowed


WRONG: dict[str, Text] = {
    "email": _("“%(value)s” is not an e-mail address. Write one like name@example.com."),
    "phone": _("“%(value)s” is not a telephone number. Write it with its country, with + first."),
    "letters": _("“%(value)s” has letters in it. Write a telephone number in digits only."),
    "extension": _("“%(value)s” has an extension, behind which somebody else may sit. Write the number without it."),
    "telegram": _("“%(value)s” is not a Telegram name. Write it like @sara_ahmadi, or the number of the account."),
    "instagram": _("“%(value)s” is not an Instagram name. Write it like @sara.ahmadi."),
    "messenger": _("“%(value)s” is not a name on Messenger. Write it as in m.me/sara.ahmadi."),
    "line": _("“%(value)s” is not a LINE name. Write the name, or the id that begins with U."),
    "viber": _("“%(value)s” is not an id of Viber. Write it as Viber gives it."),
    "bale": _("“%(value)s” is not a name on Bale. Write it like @sara_ahmadi."),
    "eitaa": _("“%(value)s” is not a name on Eitaa. Write it like @sara_ahmadi."),
    "rubika": _("“%(value)s” is not a name on Rubika. Write it like @sara_ahmadi."),
    "external_id": _("“%(value)s” is not an id. Write it as your other system does, in one line."),
    "visitor": _("“%(value)s” is not the id of a visitor of the website."),
}
UNKNOWN_KIND = _("“%(value)s” is not an address or number we can use.")
SHARED = _("“%(value)s” belongs to a post or a machine and proves nobody. It can be kept without proof.")


def wrong(error: BadHandle) -> Text:
    """What is wrong with a handle, in words."""
    return (WRONG.get(error.code) or WRONG.get(error.kind) or UNKNOWN_KIND) % {"value": error}


def cleaned(handles: Iterable[Handle], region: str = REGION) -> list[Handle]:
    """The handles in their one spelling. Raises Invalid for what is none."""
    try:
        return [clean(handle, region) for handle in handles]
    except BadHandle as error:
        raise Invalid({"handles": wrong(error)}) from error


def _refresh_search(customer: Customer) -> None:
    values = customer.identities.values_list("value", flat=True)
    found = vector(a=customer.name, b=" ".join(values))
    Customer.objects.filter(pk=customer.pk).update(search=found, updated_at=clock.now())


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
  INSERT INTO customers_identity (customer_id, kind, value, display, how, verified_at, verified_how, created_at)
  SELECT id, %(kind)s::text, %(value)s::text, '', %(how)s::text, %(verified_at)s::timestamptz,
    CASE WHEN %(verified_at)s::timestamptz IS NULL THEN '' ELSE %(how)s::text END, created_at FROM made
  ON CONFLICT (kind, value) DO NOTHING RETURNING id)
SELECT 'found', found.* FROM found
UNION ALL SELECT CASE WHEN tied.id IS NULL THEN 'late' ELSE 'made' END, tied.id, made.* FROM made LEFT JOIN tied ON true
"""


def resolve(
    *,
    handle: Handle,
    name: str = "",
    verified: bool = False,
    language: str = "",
    how: str = "",
    region: str = REGION,
) -> Customer:
    """The customer of this handle, made now if nobody has it; `came_by` is the handle's identity. Two at once make one.

    `how`: who says so, for a handle that is new. Until the transaction ends nobody can join them with another customer.
    """
    (wanted,) = cleaned([handle], region)
    with transaction.atomic(savepoint=False):
        outcome, customer = _found_or_made(wanted, name, verified, language, how)
        while outcome == "late":
            # Somebody tied this handle to their customer while we made ours, which nobody has seen.
            customer.delete()
            _bring_home(wanted)
            outcome, customer = _found_or_made(wanted, name, verified, language, how)
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


def _found_or_made(handle: Handle, name: str, verified: bool, language: str, how: str) -> tuple[str, Customer]:
    now, name = clock.now(), name.replace("\x00", "")[:200]
    given = {
        "kind": handle.kind,
        "value": handle.value,
        "name": name,
        "language": language,
        "name_words": indexed(name),
        "value_words": indexed(handle.value),
        "verified_at": now if verified else None,
        "how": how[:16],
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
        _attach(customer, handle, how=_says(by), proof=_says(by) if verified else None)
    failpoints.reach("intake.customer")
    audit.record(by, "customer.created", f"customer:{customer.pk}")
    return customer


def _says(by: Actor) -> str:
    """Who claims a handle that this actor enters."""
    return {"user": "staff", "key": "api", "customer": "customer"}.get(by.kind, "")


def _attach(customer: Customer, handle: Handle, *, how: str, proof: str | None) -> Identity:
    now = clock.now()
    try:
        with transaction.atomic():
            return Identity.objects.create(
                customer=customer,
                kind=handle.kind,
                value=handle.value,
                how=how,
                verified_at=None if proof is None else now,
                verified_how=proof or "",
                created_at=now,
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
    # The audit is for ever: it tells what was changed, never how somebody is called.
    changed: list[str] = []
    for field, value in given.items():
        if value is not None and value != getattr(row, field):
            changed.append(field)
            setattr(row, field, sorted(set(value)) if field == "tags" else value)
    if not changed:
        return row
    row.version += 1
    row.updated_at = clock.now()
    row.save(update_fields=["name", "tags", "language", "tone", "channel", "version", "updated_at"])
    _refresh_search(row)
    audit.record(by, "customer.changed", f"customer:{row.pk}", {"fields": changed})
    hint([DESK], "customer", id=row.pk)
    return row


@transaction.atomic
def add_handle(
    *, by: Actor, customer: Customer, handle: Handle, verified: bool = False, region: str = REGION
) -> Identity:
    """One more way to reach this customer. Raises Invalid, and Conflict(handle_taken)."""
    _allow(by, "customer.change")
    (wanted,) = cleaned([handle], region)
    if verified and is_shared(wanted):
        raise Invalid({"handles": SHARED % {"value": wanted.value}})
    return attach(by, customer, wanted, verified=verified)


def attach(by: Actor, customer: Customer, handle: Handle, *, verified: bool = False, proof: str = "") -> Identity:
    """As add_handle(), for whoever has been found to be allowed: staff by their role, customers by `proof`."""
    (wanted,) = cleaned([handle])
    row = access.live(customer.pk)
    identity = _attach(row, wanted, how=_says(by), proof=proof or _says(by) if verified else None)
    _refresh_search(row)
    audit.record(by, "customer.handle_added", f"customer:{row.pk}", {"kind": wanted.kind})
    hint([DESK], "customer", id=row.pk)
    return identity


@transaction.atomic
def verify_handle(*, by: Actor, customer: Customer, identity_id: int, proven: bool = True) -> Identity:
    """Somebody of staff made sure that this handle is theirs, or takes such a word back. A repeat changes nothing."""
    _allow(by, "customer.change")
    row = access.live(customer.pk)
    identity = row.identities.select_for_update().filter(pk=identity_id).first()
    if identity is None:
        raise NotFound
    if proven and is_shared(Handle(identity.kind, identity.value)):
        raise Invalid({"handles": SHARED % {"value": identity.value}})
    if (identity.verified_at is not None) == proven:
        return identity
    identity.verified_at = clock.now() if proven else None
    identity.verified_how = _says(by) if proven else ""
    identity.save(update_fields=["verified_at", "verified_how"])
    verb = "customer.handle_verified" if proven else "customer.handle_doubted"
    audit.record(by, verb, f"customer:{row.pk}", {"kind": identity.kind, "identity": identity.pk})
    hint([DESK], "customer", id=row.pk)
    return identity


@transaction.atomic
def remove_handle(*, by: Actor, customer: Customer, identity_id: int, why: str = "") -> None:
    """Takes a handle away; the history stays, and that they had it. A repeat changes nothing."""
    _allow(by, "customer.change")
    row = access.live(customer.pk)
    identity = row.identities.select_for_update().filter(pk=identity_id).first()
    if identity is None:
        return
    end_handle(by, identity, why)
    identity.delete()
    _refresh_search(row)
    audit.record(by, "customer.handle_removed", f"customer:{row.pk}", {"identity": identity_id})
    hint([DESK], "customer", id=row.pk)


def end_handle(by: Actor, identity: Identity, why: str) -> HandlePast:
    """Remembers that they had it, since when and until now, in the transaction that ends it."""
    return HandlePast.objects.create(
        customer_id=identity.customer_id,
        came_by=identity.pk,
        kind=identity.kind,
        value=identity.value,
        since=had_since(identity),
        until=clock.now(),
        why=" ".join(why.replace("\x00", "").split())[:300],
        by=by.label[:200],
    )


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
