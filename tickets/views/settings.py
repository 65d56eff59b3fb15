"""Settings of inboxes. A secret can be written here and never read back."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.accounts import access as people
from helpdesk.accounts.models import Team
from helpdesk.accounts.permit import permit
from helpdesk.core import egress
from helpdesk.core.errors import Conflict, DomainError, Invalid
from helpdesk.core.http import Request
from tickets import access
from tickets.actions import inboxes as actions
from tickets.queries import health
from tickets.queries.troublewords import explain
from tickets.rules.mailproviders import by_servers
from tickets.rules.windows import VOICES
from tickets.views import voices, widget

PLAIN = (
    *("imap_host", "imap_port", "imap_user", "imap_tls", "imap_folder"),
    *("smtp_host", "smtp_port", "smtp_user", "smtp_tls"),
    "region",
)
WORDS = ("signature_en", "signature_fa", "ack_en", "ack_fa", "ack_closed_en", "ack_closed_fa")
SWITCHES = ("ack", "from_person")
SECRETS = ("imap_password", "smtp_password")
HOSTS = ("imap_host", "pop_host", "smtp_host")
PATIENCE = 5.0


def _team(request: Request) -> Team | None:
    raw = request.POST.get("team", "")
    return people.team_list().filter(pk=int(raw)).first() if raw.isascii() and raw.isdigit() and len(raw) < 18 else None


def _given(request: Request) -> dict[str, Any]:
    plain: dict[str, Any] = {name: request.POST[name].strip() for name in PLAIN if request.POST.get(name, "").strip()}
    for name in ("imap_port", "smtp_port"):
        if name in plain:
            if not (plain[name].isascii() and plain[name].isdigit() and 0 < int(plain[name]) < 65536):
                raise Invalid({name: _("Write a number from 1 to 65535.")})
            plain[name] = int(plain[name])
    return plain | _words(request) | {name: request.POST[name] for name in SECRETS if request.POST.get(name)}


def _words(request: Request) -> dict[str, Any]:
    """Signatures and automatic answers, from pages that show them."""
    if not request.POST.get("words"):
        return {}
    texts: dict[str, Any] = {name: request.POST.get(name, "").strip()[:5000] for name in WORDS}
    return texts | {name: bool(request.POST.get(name)) for name in SWITCHES}


@permit("inbox.manage")
def inboxes(request: Request) -> HttpResponse:
    """All inboxes, and a new one."""
    errors: dict[str, Any] = {}
    if request.method == "POST":
        try:
            made = actions.create_inbox(
                by=request.actor,
                kind="email",
                name=request.POST.get("name", ""),
                settings=_given(request) | {"address": request.POST.get("address", "")},
                team=_team(request),
            )
            flash.success(request, _("The inbox is there."))
            return redirect("tickets:inbox", pk=made.pk)
        except Invalid as error:
            errors = error.errors
        except Conflict as error:
            errors = {"address": error.message}
    context = {
        "rows": access.inboxes(request.actor).select_related("team"),
        "red": set(health.silent().values_list("pk", flat=True)),
        "teams": people.team_list(),
        "errors": errors,
        "typed": request.POST,
    }
    return render(request, "settings/inboxes.html", context, status=422 if errors else 200)


@permit("inbox.manage")
def inbox(request: Request, pk: int) -> HttpResponse:
    """One inbox: name, team, servers; a chat has a page of its own."""
    found = access.get_inbox(request.actor, pk)
    if found.kind == "chat":
        return widget.page(request, found)
    if found.kind in VOICES or found.kind == "phone":
        return voices.page(request, found)
    errors: dict[str, Any] = {}
    if request.method == "POST":
        try:
            actions.change_inbox(
                by=request.actor,
                inbox=found,
                name=request.POST.get("name"),
                team=_team(request),
                settings=_given(request),
                is_active=bool(request.POST.get("is_active")),
            )
            flash.success(request, _("Saved."))
            return redirect("tickets:inbox", pk=pk)
        except Invalid as error:
            errors = error.errors
    values = {"from_person": True} | found.settings | (request.POST.dict() if errors else {})
    context = {
        "row": found,
        "values": values,
        "teams": people.team_list(),
        "errors": errors,
        "trouble": explain(found.last_error, by_servers(*(str(values.get(name, "")) for name in HOSTS))),
        "red": health.silent().filter(pk=pk).exists(),
    }
    return render(request, "settings/inbox.html", context, status=422 if errors else 200)


@permit("inbox.manage")
@require_POST
def test_inbox(request: Request, pk: int) -> HttpResponse:
    """Tries to reach both servers, through the same guard as all that leaves; says only yes or no."""
    found = access.get_inbox(request.actor, pk)
    for kind in ("imap", "smtp"):
        host, port = found.settings.get(f"{kind}_host"), found.settings.get(f"{kind}_port")
        if host and port:
            _report(request, kind.upper(), _reaches(str(host), int(port)))
    return redirect("tickets:inbox", pk=pk)


def _reaches(host: str, port: int) -> bool:
    try:
        egress.connect(host, port, PATIENCE).close()
    except (OSError, DomainError):
        return False
    return True


def _report(request: Request, kind: str, reached: bool) -> None:
    if reached:
        flash.success(request, _("%(server)s answers.") % {"server": kind})
    else:
        flash.error(request, _("%(server)s cannot be reached. Check its name and port.") % {"server": kind})
