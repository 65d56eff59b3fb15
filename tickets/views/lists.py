"""Settings of the bilingual lists: tags, contact reasons, custom fields."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.http import Request
from tickets.actions import lists as actions
from tickets.queries import words


@permit("lists.manage")
def index(request: Request) -> HttpResponse:
    """All three lists on one page."""
    return page(request)


def page(request: Request, errors: dict[str, Any] | None = None, kind: str = "") -> HttpResponse:
    """The page, also to say there what went wrong with one list."""
    context = words.everything() | {"errors": errors or {}, "kind": kind, "typed": request.POST}
    return render(request, "settings/lists.html", context, status=422 if errors else 200)


@permit("lists.manage")
@require_POST
def save(request: Request, kind: str) -> HttpResponse:
    """A new word on a list, or a changed one (`pk`)."""
    given = request.POST
    names = {"name": given.get("name", ""), "name_fa": given.get("name_fa", "")}
    shown = not given.get("retired")
    try:
        if kind == "tag":
            actions.save_tag(by=request.actor, is_active=shown, tag=_old(words.everything()["tags"], given), **names)
        elif kind == "reason":
            old = _old(words.everything()["reasons"], given)
            actions.save_reason(by=request.actor, is_active=shown, reason=old, **names)
        elif kind == "field":
            actions.save_field(
                by=request.actor,
                kind=given.get("kind", "text"),
                choices=given.get("choices", "").splitlines(),
                is_active=shown,
                field=_old(words.everything()["fields"], given),
                **names,
            )
        else:
            raise NotFound
    except Invalid as error:
        return page(request, error.errors, kind)
    except Conflict as error:
        return page(request, {"name": error.message}, kind)
    flash.success(request, _("Saved."))
    return redirect("tickets:lists")


def _old(rows: Any, given: Any) -> Any:
    raw = given.get("pk", "")
    if not raw:
        return None
    found = rows.filter(pk=int(raw)).first() if raw.isascii() and raw.isdigit() and len(raw) < 18 else None
    if found is None:
        raise NotFound
    return found
