"""Settings of messengers and the like: which there are, a new one, and the page of one."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.accounts import access as people
from helpdesk.accounts.models import Team
from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.http import Request
from tickets import access
from tickets.actions import inboxes, voiceboxes
from tickets.actions.inboxes import secrets_of
from tickets.models import Inbox
from tickets.queries import copywords, voicekinds
from tickets.queries.voicekinds import Kind
from tickets.rules.inboxes import SECRET


def _team(request: Request) -> Team | None:
    raw = request.POST.get("team", "")
    return people.team_list().filter(pk=int(raw)).first() if raw.isascii() and raw.isdigit() and len(raw) < 18 else None


def _given(request: Request, kind: Kind) -> dict[str, Any]:
    """What was typed; a secret that is left empty stays as it was."""
    typed = {one.name: request.POST.get(one.name, "").strip()[:2000] for one in kind.fields}
    return {name: value for name, value in typed.items() if value or name not in SECRET}


def _kind(slug: str) -> Kind:
    found = next((kind for kind in voicekinds.offered() if kind.slug == slug), None)
    if found is None:
        raise NotFound
    return found


@permit("inbox.manage")
def new(request: Request, kind: str = "") -> HttpResponse:
    """Which network; then its name, team and fields."""
    if not kind:
        return render(request, "settings/voice_kinds.html", {"kinds": voicekinds.offered()})
    chosen, errors = _kind(kind), {}
    if request.method == "POST":
        try:
            made = inboxes.create_inbox(
                by=request.actor,
                kind=kind,
                name=request.POST.get("name", ""),
                team=_team(request),
                settings=_given(request, chosen),
            )
            flash.success(request, _("The inbox is there. Now follow the steps below."))
            return redirect("tickets:inbox", pk=made.pk)
        except Invalid as error:
            errors = error.errors
    context = {"kind": chosen, "errors": errors, "values": request.POST, "teams": people.team_list()}
    return render(request, "settings/voice_new.html", context, status=422 if errors else 200)


def page(request: Request, inbox: Inbox) -> HttpResponse:
    """The page of one, and saving it; settings.inbox() hands it on."""
    if request.method != "POST":
        return _page(request, inbox)
    try:
        inboxes.change_inbox(
            by=request.actor,
            inbox=inbox,
            name=request.POST.get("name"),
            team=_team(request),
            settings=_given(request, _kind(inbox.kind)),
            is_active=bool(request.POST.get("is_active")),
        )
    except Invalid as error:
        return _page(request, inbox, errors=error.errors)
    flash.success(request, _("Saved."))
    return redirect("tickets:inbox", pk=inbox.pk)


def _page(request: Request, inbox: Inbox, errors: dict[str, Any] | None = None, made: str = "") -> HttpResponse:
    kept = secrets_of(inbox)
    context = {
        "row": inbox,
        "kind": _kind(inbox.kind),
        "address": voiceboxes.address_of(inbox),
        "values": request.POST if errors else inbox.settings | {"address": inbox.address},
        "teams": people.team_list(),
        "errors": errors or {},
        "has": sorted(kept),
        "made": made,
        "trouble": copywords.voiced("failed", inbox.last_error),
    }
    return render(request, "settings/voice.html", context, status=422 if errors else 200)


def _voice(request: Request, pk: int) -> Inbox:
    found = access.get_inbox(request.actor, pk)
    _kind(found.kind)
    return found


@permit("inbox.manage")
@require_POST
def secret(request: Request, pk: int, what: str) -> HttpResponse:
    """A fresh secret, shown this once, or the old one forgotten."""
    inbox = _voice(request, pk)
    if what == "new":
        made = voiceboxes.new_secret(by=request.actor, inbox=inbox)
        return _page(request, access.get_inbox(request.actor, pk), made=made)
    if what != "forget":
        raise NotFound
    voiceboxes.forget_old_secret(by=request.actor, inbox=inbox)
    flash.success(request, _("Only the newest secret is good now."))
    return redirect("tickets:inbox", pk=pk)


@permit("inbox.manage")
@require_POST
def connect(request: Request, pk: int) -> HttpResponse:
    """Tries the connection, and says in words what came of it."""
    inbox = _voice(request, pk)
    result = voiceboxes.connect(by=request.actor, inbox=inbox)
    if result.ok:
        flash.success(request, _("It works: the network knows us."))
    else:
        flash.error(request, str(copywords.voiced("failed", result.error)))
    return redirect("tickets:inbox", pk=pk)
