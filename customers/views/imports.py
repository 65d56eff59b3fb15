"""Settings: customers out of a file; each step is a page of its own address and works without scripts."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from customers import access
from customers.actions import importing
from customers.models import CustomerImport
from customers.queries import imports as queries
from customers.rules import sheets
from customers.templatetags.imports import fault_text
from customers.views.history import safe
from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Conflict, Invalid, Stale
from helpdesk.core.http import Request

State = CustomerImport.State
BATCH = 1_000


@permit("customer.import")
def index(request: Request) -> HttpResponse:
    """Files that were brought, and a new one."""
    errors: dict[str, Any] = {}
    if request.method == "POST":
        given = request.FILES.get("file")
        try:
            if given is None:
                raise Invalid({"file": _("Choose a file.")})
            data = given.read(importing.MOST_BYTES + 1)
            made = importing.take(by=request.actor, name=given.name or "", data=data)
            return redirect("customers:import", pk=made.pk)
        except Invalid as error:
            errors = error.errors
    context = {"rows": access.imports(request.actor)[:50], "errors": errors, "days": importing.KEEP_DAYS}
    return render(request, "settings/imports.html", context, status=422 if errors else 200)


@permit("customer.import")
def one(request: Request, pk: int) -> HttpResponse:
    """One file: its columns and first rows, then how far it is and what was refused."""
    row = access.customer_import(request.actor, pk)
    errors: dict[str, Any] = {}
    if request.method == "POST":
        try:
            done = _do(request, row)
            if done is not None:
                return done
        except Invalid as error:
            errors = error.errors
        except (Conflict, Stale) as error:
            errors = {"columns": error.message}
        row.refresh_from_db()
    return _shown(request, row, errors)


def _do(request: Request, row: CustomerImport) -> HttpResponse | None:
    what = request.POST.get("do", "")
    if what == "drop":
        importing.drop(by=request.actor, row=row)
        flash.success(request, _("The file is forgotten; the customers stay."))
        return redirect("customers:imports")
    if what == "stop":
        importing.stop(by=request.actor, row=row)
    elif what == "go_on":
        importing.start(by=request.actor, row=row)
    else:
        row = importing.match(by=request.actor, row=row, **_matched(request, row))
        if what == "start":
            importing.start(by=request.actor, row=row)
    return redirect("customers:import", pk=row.pk)


def _matched(request: Request, row: CustomerImport) -> dict[str, Any]:
    given = request.POST
    separator = {"tab": "\t"}.get(given.get("separator", ""), given.get("separator", ""))
    return {
        "targets": [given.get(f"column-{place}", "") for place in range(len(row.header))],
        "encoding": given.get("encoding", ""),
        "separator": separator,
        "has_header": bool(given.get("has_header")),
        "region": given.get("region", ""),
        "overwrite": bool(given.get("overwrite")),
        "tags": given.get("tags", "").replace("،", ",").split(","),
        "words": given.get("words", ""),
    }


def _shown(request: Request, row: CustomerImport, errors: dict[str, Any]) -> HttpResponse:
    context: dict[str, Any] = {"row": row, "errors": errors, "days": importing.KEEP_DAYS}
    if row.state == State.MATCHING:
        preview = queries.preview(row)
        context |= {
            "preview": preview,
            "columns": list(zip(row.header, row.columns, strict=True)),
            "targets": queries.targets(),
            "encodings": sheets.ENCODINGS,
            "separators": [(",", ","), (";", ";"), ("tab", _("Tab")), ("|", "|")],
            "separator": {"\t": "tab"}.get(row.separator, row.separator),
            "typed": request.POST if errors else row.options | {"tags": ", ".join(row.options.get("tags", []))},
        }
    else:
        context["refused"] = queries.refused(row, limit=20)
    return render(request, "settings/import.html", context, status=422 if errors else 200)


class _Echo:
    """What csv writes to: it hands the line back."""

    def write(self, line: str) -> str:
        return line


@permit("customer.import")
def errors(request: Request, pk: int) -> StreamingHttpResponse:
    """The lines that were refused, as CSV to correct and bring again: as they were, with line and reasons behind."""
    row = access.customer_import(request.actor, pk)
    answer = StreamingHttpResponse(_lines(row), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="refused-{row.pk}.csv"'
    return answer


def _lines(row: CustomerImport) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # The mark tells spreadsheets that this is UTF-8.
    yield "\ufeff"
    names = [name or f"{place + 1}" for place, name in enumerate(row.header)]
    yield writer.writerow([*map(safe, names), _("Line number"), _("Why")])
    after = 0
    while found := queries.refused(row, after, BATCH):
        for line in found:
            cells = [*line.cells, *[""] * (len(names) - len(line.cells))]
            reasons = " ".join(str(fault_text(row, fault)) for fault in line.why)
            yield writer.writerow([*map(safe, cells), line.line, safe(reasons)])
        after = found[-1].line
