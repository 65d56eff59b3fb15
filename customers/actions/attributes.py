"""What this workspace wants to know of customers: the attributes themselves, and their values."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from customers import access
from customers import actions as customers
from customers.models import Attribute, Customer
from customers.rules.attributes import KINDS, BadValue, Shape, value
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit, clock
from helpdesk.core.errors import Conflict, Invalid, NotAllowed, Stale, Text
from helpdesk.core.realtime import DESK, hint

WRONG: dict[str, Text] = {
    "not_text": _("This must be text."),
    "too_long": _("Write at most 500 characters."),
    "not_a_number": _("Write a number."),
    "out_of_range": _("This number is too small or too large."),
    "not_a_date": _("Write a date such as 2026-03-21."),
    "not_a_choice": _("Choose one of the list."),
    "not_yes_or_no": _("Choose yes or no."),
}
MOST = 100


@transaction.atomic
def save(
    *,
    by: Actor,
    name: str,
    name_fa: str = "",
    kind: str = "text",
    slug: str = "",
    choices: Sequence[str] = (),
    is_active: bool = True,
    attribute: Attribute | None = None,
) -> Attribute:
    """A new attribute, or a changed one; an old one's slug and type stay. Retiring one keeps the values."""
    if not can(by, "attribute.manage"):
        raise NotAllowed
    row = attribute or Attribute(kind=kind, slug=slug or _slug(name))
    row.name, row.name_fa, row.is_active = name.strip()[:60], name_fa.strip()[:60], is_active
    row.choices = list(dict.fromkeys(choice.strip()[:80] for choice in choices if choice.strip()))
    errors = _errors(row)
    if attribute is None and Attribute.objects.count() >= MOST:
        errors["name"] = _("There are 100 attributes already; more would not fit a page.")
    if errors:
        raise Invalid(errors)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict("name_taken", _("There is an attribute of this name already.")) from error
    audit.record(by, "attribute.saved", f"attribute:{row.pk}", {"slug": row.slug, "kind": row.kind})
    return row


def _slug(name: str) -> str:
    return slugify(name)[:40].replace("-", "_")


def _errors(row: Attribute) -> dict[str, Text]:
    errors: dict[str, Text] = {}
    if not row.name:
        errors["name"] = _("Write the English name; scripts and filters use it.")
    elif not row.slug:
        errors["name"] = _("Write the English name in Latin letters; scripts and filters use it.")
    if row.kind not in KINDS:
        errors["kind"] = _("Choose text, number, date, choice or yes/no.")
    if row.kind == "choice" and not row.choices:
        errors["choices"] = _("Write at least one choice.")
    return errors


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are stored; None takes one away. Raises Invalid with what is wrong with each."""
    shapes = {row.slug: Shape(row.kind, row.choices) for row in Attribute.objects.filter(slug__in=given.keys())}
    found: dict[str, Any] = {}
    errors: dict[str, Text] = {}
    for slug, typed in given.items():
        if slug not in shapes:
            errors[f"attributes/{slug[:40]}"] = _("There is no such attribute. Make it under Settings, Attributes.")
            continue
        try:
            found[slug] = value(shapes[slug], typed)
        except BadValue as error:
            errors[f"attributes/{slug}"] = WRONG[error.code]
    if errors:
        raise Invalid(errors)
    return found


@transaction.atomic
def create(*, by: Actor, attributes: Mapping[str, Any], **given: Any) -> Customer:
    """A new customer (customers.actions.create) with these values."""
    row = customers.create(by=by, **given)
    return set_values(by=by, customer=row, given=attributes) if attributes else row


@transaction.atomic
def change(
    *, by: Actor, customer: Customer, version: int, attributes: Mapping[str, Any] | None = None, **given: Any
) -> Customer:
    """Changes a customer (customers.actions.change) and these values together."""
    if attributes:
        customer = set_values(by=by, customer=customer, given=attributes, version=version)
        version = customer.version
    return customers.change(by=by, customer=customer, version=version, **given)


@transaction.atomic
def set_values(*, by: Actor, customer: Customer, given: Mapping[str, Any], version: int | None = None) -> Customer:
    """Sets those that are given, leaves the others. Raises Invalid, and Stale for another version."""
    if not (can(by, "customer.change") or can(by, "customer.create")):
        raise NotAllowed
    found = checked(given)
    row = access.live(customer.pk)
    if version is not None and version != row.version:
        raise Stale("stale", _("Somebody changed this customer meanwhile. Look again, then save."), version=row.version)
    after = {slug: kept for slug, kept in (row.attributes | found).items() if kept is not None}
    if after == row.attributes:
        return row
    changed = sorted(slug for slug in found if row.attributes.get(slug) != after.get(slug))
    row.attributes, row.version, row.updated_at = after, row.version + 1, clock.now()
    row.save(update_fields=["attributes", "version", "updated_at"])
    audit.record(by, "customer.changed", f"customer:{row.pk}", {"attributes": changed})
    hint([DESK], "customer", id=row.pk)
    return row
