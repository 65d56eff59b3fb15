"""Attributes of customers: settings, and the card on a customer's page."""

from datetime import date
from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from customers import access
from customers.actions import attributes as actions
from customers.models import Attribute, Customer
from customers.queries import attributes as queries
from customers.templatetags.orders import ATTRIBUTE_KINDS
from helpdesk.accounts.permit import permit
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.http import Request
from helpdesk.core.locale import current
from helpdesk.core.rules import dates
from helpdesk.core.rules.typed_dates import parse_day


@permit("attribute.manage")
def index(request: Request) -> HttpResponse:
    """All attributes, a new one, and changes to old ones (`pk`)."""
    errors: dict[str, Any] = {}
    if request.method == "POST":
        given = request.POST
        try:
            actions.save(
                by=request.actor,
                name=given.get("name", ""),
                name_fa=given.get("name_fa", ""),
                kind=given.get("kind", "text"),
                choices=given.get("choices", "").splitlines(),
                is_active=not given.get("retired"),
                attribute=_old(given.get("pk", "")),
            )
            flash.success(request, _("Saved."))
            return redirect("customers:attributes")
        except Invalid as error:
            errors = error.errors
        except Conflict as error:
            errors = {"name": error.message}
    context = {"rows": queries.every(), "errors": errors, "typed": request.POST, "kinds": ATTRIBUTE_KINDS.items()}
    return render(request, "settings/attributes.html", context, status=422 if errors else 200)


def _old(raw: str) -> Attribute | None:
    if not raw:
        return None
    found = queries.every().filter(pk=int(raw)).first() if raw.isascii() and raw.isdigit() and len(raw) < 18 else None
    if found is None:
        raise NotFound
    return found


@permit("customer.view", post="customer.change")
def card(request: Request, pk: int) -> HttpResponse:
    """A customer's values: the card for htmx, else a page; saves what is posted."""
    found = access.get(request.actor, pk)
    errors: dict[str, Any] = {}
    if request.method == "POST":
        rows = [row for row, _value in queries.of(found) if row.slug in request.POST]
        given = {row.slug: _typed(row, request.POST[row.slug]) for row in rows}
        try:
            found = actions.set_values(by=request.actor, customer=found, given=given)
            flash.success(request, _("Saved."))
            return redirect("customers:customer", pk=found.pk)
        except Invalid as error:
            errors = {name.partition("/")[2]: why for name, why in error.errors.items()}
    context = {"customer": found, "attributes": _shown(request, found, errors), "errors": errors}
    template = "desk/_attributes.html" if request.htmx else "desk/attributes.html"
    return render(request, template, context, status=422 if errors else 200)


def _typed(row: Attribute, text: str) -> str:
    """Dates are typed in the reader's calendar; whatever is no date is left for the rule to refuse."""
    if row.kind != "date" or not text.strip():
        return text
    try:
        return parse_day(text, current(), clock.now()).isoformat()
    except ValueError:
        return text


def _shown(request: Request, found: Customer, errors: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for row, value in queries.of(found):
        typed = request.POST.get(row.slug) if errors else None
        shown = _told(row, value) if typed is None else typed
        rows.append({"row": row, "value": shown, "error": errors.get(row.slug, "")})
    return rows


def _told(row: Attribute, value: Any) -> Any:
    """Dates in the reader's calendar, as they may be typed again."""
    if row.kind != "date" or not isinstance(value, str):
        return value
    year, month, day = dates.parts(date.fromisoformat(value), current().calendar)
    return f"{year:04d}-{month:02d}-{day:02d}"
