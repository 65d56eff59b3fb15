"""Keeping the bilingual lists: tags, reasons, custom fields."""

from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit
from helpdesk.core.errors import Conflict, Invalid, NotAllowed
from tickets.models import CustomField, Reason, Tag
from tickets.models.lists import Listed

L = TypeVar("L", bound=Listed)


def _save(by: Actor, row: L, name: str, name_fa: str, is_active: bool) -> L:
    if not can(by, "lists.manage"):
        raise NotAllowed
    if not name.strip():
        raise Invalid({"name": _("Write the English name; scripts and filters use it.")})
    row.name, row.name_fa, row.is_active = name.strip()[:60], name_fa.strip()[:60], is_active
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict("name_taken", _("This name is already on the list.")) from error
    audit.record(by, "list.saved", f"{type(row).__name__.lower()}:{row.pk}", {"name": row.name})
    return row


@transaction.atomic
def save_tag(*, by: Actor, name: str, name_fa: str = "", is_active: bool = True, tag: Tag | None = None) -> Tag:
    """A new tag, or a changed one. Retiring a tag leaves it on the tickets that have it."""
    return _save(by, tag or Tag(), name, name_fa, is_active)


@transaction.atomic
def save_reason(
    *, by: Actor, name: str, name_fa: str = "", is_active: bool = True, reason: Reason | None = None
) -> Reason:
    """A new contact reason, or a changed one."""
    return _save(by, reason or Reason(), name, name_fa, is_active)


@transaction.atomic
def save_field(
    *,
    by: Actor,
    name: str,
    kind: str = "text",
    name_fa: str = "",
    choices: list[Any] | None = None,
    is_active: bool = True,
    field: CustomField | None = None,
) -> CustomField:
    """A new custom field, or a changed one; the slug and the kind of an old one stay."""
    row = field or CustomField(slug=slugify(name)[:40].replace("-", "_") or "field", kind=kind)
    if row.kind not in ("text", "number", "choice"):
        raise Invalid({"kind": _("Choose text, number or choice.")})
    row.choices = [str(choice).strip()[:80] for choice in choices or [] if str(choice).strip()]
    if row.kind == "choice" and not row.choices:
        raise Invalid({"choices": _("Write at least one choice.")})
    return _save(by, row, name, name_fa, is_active)
