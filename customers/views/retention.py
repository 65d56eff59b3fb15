"""How long data is kept: the schedule, what a run would drop now, and saving it."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from customers.actions import retention as actions
from customers.queries.contact import policy
from customers.views.contacting import number, shown_number
from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Invalid, Stale
from helpdesk.core.http import Request


@permit("privacy.manage")
def retention(request: Request) -> HttpResponse:
    """Each kind with its days; `try` counts what would go, by age, and changes nothing."""
    errors: dict[str, Any] = {}
    tried: dict[str, actions.Tried] = {}
    typed = _typed(request) if request.method == "POST" else None
    if typed is not None:
        try:
            if "try" in request.POST:
                tried = {one.kind.slug: one for one in actions.attempt(actions.checked(typed))}
            else:
                actions.change(by=request.actor, days=typed, version=number(request.POST.get("version", "")))
                flash.success(request, _("Saved. What is older goes within minutes, a batch at a time."))
                return redirect("customers:retention")
        except Invalid as error:
            errors = error.errors
        except Stale as error:
            errors = {"__all__": error.message}
    rows = [_row(request, kept, tried, errors) for kept in actions.schedule()]
    context = {"rows": rows, "errors": errors, "tried": bool(tried), "version": policy().version}
    return render(request, "settings/retention.html", context, status=422 if errors else 200)


def _typed(request: Request) -> dict[str, int | None]:
    given = {kind.slug: request.POST.get(kind.slug, "") for kind in actions.kinds()}
    return {slug: number(text) if text.strip() else None for slug, text in given.items()}


def _row(request: Request, kept: actions.Kept, tried: dict[str, actions.Tried], errors: dict[str, Any]) -> Any:
    slug = kept.kind.slug
    days = "" if kept.days is None else shown_number(kept.days)
    return {
        "kind": kept.kind,
        "days": request.POST.get(slug, "")[:9] if request.method == "POST" else days,
        "tried": tried.get(slug),
        "error": errors.get(slug, ""),
    }
