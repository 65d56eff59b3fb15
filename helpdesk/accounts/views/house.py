"""Settings for admins: the workspace, teams, the audit."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.accounts import access, actions, queries
from helpdesk.accounts.forms import HolidayForm, TeamForm, WorkspaceForm
from helpdesk.accounts.models import Team
from helpdesk.accounts.permit import permit
from helpdesk.accounts.views.common import attempt, form_page, posted
from helpdesk.accounts.views.door import GET_OR_POST
from helpdesk.core import clock, locale
from helpdesk.core.http import Request
from helpdesk.core.rules.dates import parts
from helpdesk.core.rules.digits import number

NEW = {"is_active": True, "timezone": "Asia/Tehran"}


@permit("workspace.manage")
@require_GET
def index(request: Request) -> HttpResponse:
    """All settings at a glance."""
    return render(request, "settings/index.html")


@permit("workspace.manage")
@require_http_methods(GET_OR_POST)
def workspace(request: Request) -> HttpResponse:
    """Name, logo, language, time zone, currency."""
    row = access.workspace()
    initial = {name: getattr(row, name) for name in ("name", "language", "timezone", "currency")}
    form = WorkspaceForm(posted(request), request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "logo"}
        if attempt(form, lambda: actions.change_workspace(by=request.actor, logo=form.logo_bytes(), **values)):
            messages.success(request, _("Saved."))
            return redirect("accounts:workspace")
    return form_page(request, "settings/workspace.html", form, row=row)


@permit("team.manage")
@require_GET
def teams(request: Request) -> HttpResponse:
    """All teams with their people."""
    return render(request, "settings/teams.html", {"teams": queries.teams_with_people(request.actor)})


@permit("team.manage")
@require_http_methods(GET_OR_POST)
def new_team(request: Request) -> HttpResponse:
    """One more team."""
    form = TeamForm(posted(request), initial=TeamForm.initial_for(Team(hours=actions.OFFICE_HOURS)))
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("name", "name_fa", "timezone")}
        if attempt(form, lambda: actions.create_team(by=request.actor, hours=form.week(), **given)):
            messages.success(request, _("The team is made. Put people into it under Users."))
            return redirect("accounts:teams")
    return form_page(request, "settings/teams_one.html", form, edit=form)


def _team_page(request: Request, row: Team, form: TeamForm | HolidayForm | None = None) -> HttpResponse:
    edit = form if isinstance(form, TeamForm) else TeamForm(initial=TeamForm.initial_for(row))
    holiday = form if isinstance(form, HolidayForm) else HolidayForm()
    days = queries.holidays(request.actor, row)
    return form_page(
        request,
        "settings/teams_one.html",
        form or edit,
        team=row,
        edit=edit,
        holiday=holiday,
        days=days,
        years=_years(),
    )


@permit("team.manage")
@require_http_methods(GET_OR_POST)
def team(request: Request, pk: int) -> HttpResponse:
    """One team: names, time zone, hours, days off."""
    row = access.team(request.actor, pk)
    if request.method != "POST":
        return _team_page(request, row)
    form = TeamForm(request.POST)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("name", "name_fa", "timezone", "is_active")}
        if attempt(form, lambda: actions.change_team(by=request.actor, team=row, hours=form.week(row.hours), **given)):
            messages.success(request, _("Saved."))
            return redirect("accounts:teams")
    return _team_page(request, row, form)


@permit("team.manage")
@require_POST
def add_holiday(request: Request, pk: int) -> HttpResponse:
    """A day off."""
    row = access.team(request.actor, pk)
    form = HolidayForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        whose = None if given["everyone"] else row
        if attempt(
            form, lambda: actions.add_holiday(by=request.actor, team=whose, day=given["day"], name=given["title"])
        ):
            return redirect("accounts:team", pk)
    return _team_page(request, row, form)


@permit("team.manage")
@require_POST
def add_public_holidays(request: Request, pk: int) -> HttpResponse:
    """Iran's days off of this or the next Jalali year, for this team."""
    row = access.team(request.actor, pk)
    year = next((year for year in _years() if str(year) == request.POST.get("year")), _years()[0])
    new = actions.add_public_holidays(by=request.actor, team=row, year=year)
    said = ngettext("%(count)s day off is added.", "%(count)s days off are added.", new)
    messages.success(
        request, said % {"count": number(new, locale.current().language)} if new else _("Nothing was new.")
    )
    return redirect("accounts:team", pk)


def _years() -> tuple[int, int]:
    """This Jalali year and the next."""
    this = parts(clock.now().date(), "jalali")[0]
    return this, this + 1


@permit("team.manage")
@require_POST
def remove_holiday(request: Request, pk: int, day: int) -> HttpResponse:
    """A working day again."""
    row = access.team(request.actor, pk)
    actions.remove_holiday(by=request.actor, holiday=queries.holiday(request.actor, row, day))
    return redirect("accounts:team", pk)


@permit("audit.view")
@require_GET
def audit(request: Request) -> HttpResponse:
    """Who did what, newest first."""
    before = request.GET.get("before", "")
    page = queries.audit_page(request.actor, int(before) if before.isascii() and before.isdigit() else None)
    return render(request, "settings/audit.html", {"entries": page.entries, "after": page.older})
