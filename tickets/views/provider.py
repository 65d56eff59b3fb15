"""An inbox whose mail a provider hands over by HTTP: which provider, our address for it, its secret."""

from typing import Any

from django.conf import settings
from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.accounts import access as people
from helpdesk.accounts.models import Team
from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.http import Request
from tickets import access
from tickets.actions import inboxes as actions
from tickets.actions.inboxes import secrets_of
from tickets.channels.email.door import WAY, provider_of
from tickets.models import Inbox
from tickets.queries.hookwords import PROVIDERS, HookProvider

LONGEST = 5000


@permit("inbox.manage")
def new(request: Request) -> HttpResponse:
    """A new inbox: its name, its address, the provider. What the provider needs comes on the next page."""
    errors: dict[str, Any] = {}
    if request.method == "POST":
        try:
            made = actions.create_inbox(
                by=request.actor,
                kind="email",
                name=request.POST.get("name", ""),
                settings={"address": request.POST.get("address", ""), "receive": f"{WAY}{_chosen(request).key}"},
                team=_team(request),
            )
            return redirect("tickets:provider", pk=made.pk)
        except Invalid as error:
            errors = error.errors
        except Conflict as error:
            errors = {"address": error.message}
    context = {"errors": errors, "typed": request.POST, "teams": people.team_list(), "providers": _choices()}
    return render(request, "settings/provider_new.html", context, status=422 if errors else 200)


@permit("inbox.manage")
def change(request: Request, pk: int) -> HttpResponse:
    """The address for the provider, its secret, another provider."""
    inbox = access.get_inbox(request.actor, pk)
    errors: dict[str, Any] = {}
    if request.method == "POST":
        try:
            _save(request, inbox)
            flash.success(request, _("Saved."))
            return redirect("tickets:provider", pk=pk)
        except Invalid as error:
            errors = error.errors
    key = provider_of(inbox)
    hidden = secrets_of(inbox)
    context = {
        "row": inbox,
        "errors": errors,
        "provider": PROVIDERS.get(key),
        "providers": _choices(),
        "chosen": request.POST.get("provider") or key,
        "address": _address(inbox, PROVIDERS.get(key)),
        "has_secret": bool(hidden.get("secret")),
        "has_api_key": bool(hidden.get("api_key")),
    }
    return render(request, "settings/provider.html", context, status=422 if errors else 200)


def _save(request: Request, inbox: Inbox) -> None:
    provider = _chosen(request)
    secret, api = (request.POST.get(name, "").strip()[:LONGEST] for name in ("secret", "api_key"))
    given: dict[str, Any] = {"receive": f"{WAY}{provider.key}", "secret": secret, "api_key": api}
    if provider.key != provider_of(inbox):
        given |= {name: given[name] or None for name in ("secret", "api_key")}
    given |= {name: None for name in ("secret", "api_key") if request.POST.get(f"{name}_off")}
    actions.change_inbox(by=request.actor, inbox=inbox, team=inbox.team, settings=given)


def _chosen(request: Request) -> HookProvider:
    found = PROVIDERS.get(request.POST.get("provider", ""))
    if found is None:
        raise Invalid({"provider": _("Choose the provider that receives your mail.")})
    return found


def _choices() -> list[tuple[str, str]]:
    return [("", _("Choose…")), *((one.key, one.name) for one in PROVIDERS.values())]


def _address(inbox: Inbox, provider: HookProvider | None) -> str:
    plain = settings.PUBLIC_URL + reverse("tickets:mail_hook", args=[inbox.key])
    return plain + (provider.ending if provider else "")


def _team(request: Request) -> Team | None:
    raw = request.POST.get("team", "")
    return people.team_list().filter(pk=int(raw)).first() if raw.isascii() and raw.isdigit() and len(raw) < 18 else None
