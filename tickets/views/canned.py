"""Canned answers: keeping them, and handing them to the composer."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.accounts import access as people
from helpdesk.accounts.permit import permit
from helpdesk.accounts.rules.policy import can, sees_every_ticket
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.http import Request
from tickets.actions import canned as actions
from tickets.queries import canned as queries

FIELDS = ("shortcut", "title", "text_en", "text_fa")


@permit("canned.use")
def index(request: Request) -> HttpResponse:
    """My answers, my teams' and everybody's; a new one, or a changed one (`?edit=`)."""
    if request.method == "POST":
        try:
            return _saved(request)
        except Invalid as error:
            return _page(request, error.errors)
        except Conflict as error:
            return _page(request, {"shortcut": error.message})
    return _page(request)


def _pk(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 18 else 0


def _saved(request: Request) -> HttpResponse:
    given = request.POST
    pk, scope = _pk(given.get("pk", "")), given.get("scope", actions.MINE)
    actions.save(
        by=request.actor,
        scope=scope,
        team=people.team_list().filter(pk=_pk(scope.removeprefix("team."))).first() if "." in scope else None,
        answer=queries.get(request.actor, pk) if pk else None,
        **{name: given.get(name, "") for name in FIELDS},
    )
    flash.success(request, _("Saved."))
    return redirect("tickets:canned")


def _page(request: Request, errors: dict[str, Any] | None = None) -> HttpResponse:
    rows = list(queries.answers(request.actor))
    edited = next((row for row in rows if row.pk == _pk(request.GET.get("edit", ""))), None)
    typed = request.POST if errors else edited
    context = {
        "rows": rows,
        "edited": edited,
        "typed": typed,
        "errors": errors or {},
        "scopes": _scopes(request),
        "shared": can(request.actor, "canned.share"),
        "scope": request.POST.get("scope") if errors else _scope_of(edited),
    }
    return render(request, "desk/canned.html", context, status=422 if errors else 200)


def _scope_of(row: Any) -> str:
    if row is None or row.owner_id:
        return actions.MINE
    return f"team.{row.team_id}" if row.team_id else actions.EVERYBODY


def _scopes(request: Request) -> list[tuple[str, Any]]:
    """For whom an answer may be, by who asks."""
    offered: list[tuple[str, Any]] = [(actions.MINE, _("Only me"))]
    if can(request.actor, "canned.share"):
        mine = [
            team for team in people.team_list() if sees_every_ticket(request.actor) or team.pk in request.actor.team_ids
        ]
        offered += [(f"team.{team.pk}", team) for team in mine]
        offered.append((actions.EVERYBODY, _("Everybody")))
    return offered


@permit("canned.use")
def everything(request: Request) -> HttpResponse:
    """All of mine for the composer, which finds among them while one types."""
    rows = [
        {"id": row.pk, "shortcut": row.shortcut, "title": row.title, "en": row.text_en, "fa": row.text_fa}
        for row in queries.answers(request.actor)
    ]
    response = JsonResponse({"answers": rows})
    response["Cache-Control"] = "no-store"
    return response


@permit("canned.use")
@require_POST
def used(request: Request, pk: int) -> HttpResponse:
    """It was put into an answer."""
    actions.note_use(answer=queries.get(request.actor, pk))
    return HttpResponse(status=204)


@permit("canned.use")
@require_POST
def remove(request: Request, pk: int) -> HttpResponse:
    """Takes one away."""
    actions.remove(by=request.actor, answer=queries.get(request.actor, pk))
    flash.success(request, _("Removed."))
    return redirect("tickets:canned")
