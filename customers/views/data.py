"""All that we keep of a customer: what there is, copies of it, and its erasing by a lead."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from customers import access
from customers.actions import copies, erasing, looking
from customers.queries import preview
from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Invalid, NotFound, TooMany
from helpdesk.core.http import Request, sent_file


@permit("customer.export")
@require_safe
def data(request: Request, pk: int) -> HttpResponse:
    """What is kept, what would go, what would stay and why; copies."""
    return _shown(request, pk)


def _shown(request: Request, pk: int, status: int = 200, **more: Any) -> HttpResponse:
    found = access.get(request.actor, pk)
    kept, made = preview.preview(found.pk), preview.copies(found.pk)
    context = {"customer": found, "kept": kept, "copies": made, **more}
    return render(request, "desk/data.html", context, status=status)


@permit("customer.export")
@require_POST
def copy(request: Request, pk: int) -> HttpResponse:
    """Has a copy made, with what we wrote among ourselves."""
    found = access.get(request.actor, pk)
    try:
        copies.ask(by=request.actor, customer=found, language=get_language() or "en")
    except TooMany as error:
        flash.error(request, str(error.message))
    return redirect("customers:data", pk=found.pk)


@permit("customer.export")
@require_safe
def fetch(request: Request, pk: int, copy: int) -> HttpResponseBase:
    """The copy, as a zip."""
    found = access.get(request.actor, pk)
    row = preview.one_copy(found.pk, copy)
    if row is None:
        raise NotFound
    try:
        answer = sent_file(copies.fetched(request.actor, row), "application/zip")
    except FileNotFoundError as error:
        raise NotFound from error
    looking.note(request.actor, found.pk, looking.EXPORT)
    answer["Content-Disposition"] = f'attachment; filename="customer-{found.pk}-{row.pk}.zip"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@permit("customer.export", post="customer.erase")
@require_POST
def erase(request: Request, pk: int) -> HttpResponse:
    """Erases the customer, whose number is typed."""
    found = access.get(request.actor, pk)
    try:
        erasing.erase(by=request.actor, customer=found, typed=request.POST.get("typed", "")[:40])
    except Invalid as error:
        return _shown(request, found.pk, error.status, errors=error.errors)
    flash.success(request, _("Erased. Nobody finds them any more; the last of it is gone within an hour."))
    return redirect("tickets:desk")
