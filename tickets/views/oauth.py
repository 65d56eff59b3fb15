"""Connecting a mailbox by signing in with Google or Microsoft: there with a state and a PKCE challenge, and back."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from customers.rules.identity import BadHandle, Handle, clean
from helpdesk.accounts import access as people
from helpdesk.accounts.models import Team
from helpdesk.accounts.permit import permit
from helpdesk.core import clock, egress
from helpdesk.core import secrets as sealed
from helpdesk.core.errors import Conflict, NotFound
from helpdesk.core.http import Request
from tickets import access
from tickets.actions import connecting, oauthtokens
from tickets.actions.inboxes import secrets_of
from tickets.actions.oauthtokens import Tokens
from tickets.channels.email import oauth, receiving, sending
from tickets.channels.email.probe import Tried
from tickets.models import Inbox
from tickets.queries import oldmail
from tickets.queries.troublewords import explain
from tickets.rules.issuers import ISSUERS, Issuer, doorway
from tickets.rules.mailtrouble import said_by

KEPT = "signing_in"
# So long may somebody take at the provider's.
MINUTES = 15


def _back() -> str:
    return str(settings.PUBLIC_URL).rstrip("/") + reverse("tickets:oauth_back")


@permit("inbox.manage")
def begin(request: Request, provider: str) -> HttpResponse:
    """Asks for the address and the client that was registered with the provider, then leads there."""
    issuer = ISSUERS.get(provider)
    if issuer is None:
        raise NotFound
    raw = request.POST.get("inbox") or request.GET.get("inbox", "")
    inbox = access.get_inbox(request.actor, int(raw)) if raw.isascii() and raw.isdigit() and len(raw) < 18 else None
    typed, errors = _typed(request, inbox), {}
    if request.method == "POST":
        errors = _errors(typed)
        if not errors:
            return _leave(request, issuer, typed, inbox)
    context = _context(issuer, inbox, typed, errors)
    return render(request, "settings/oauth.html", context, status=422 if errors else 200)


def _context(issuer: Issuer, inbox: Inbox | None, typed: dict[str, str], errors: dict[str, Any]) -> dict[str, Any]:
    lists = {"teams": people.team_list(), "old_ways": oldmail.choices("imap")}
    return lists | {"issuer": issuer, "row": inbox, "typed": typed, "errors": errors, "back": _back()}


def _typed(request: Request, inbox: Inbox | None) -> dict[str, str]:
    names = ("address", "name", "client", "secret", "team", "old")
    typed = {name: request.POST.get(name, "").strip()[:500] for name in names}
    if inbox is not None:
        kept = secrets_of(inbox)
        typed |= {"address": inbox.address, "name": inbox.name}
        typed["client"] = typed["client"] or str(inbox.settings.get("oauth_client", ""))
        typed["secret"] = typed["secret"] or kept.get("oauth_secret", "")
    elif request.method != "POST":
        first = people.team_list().first()
        typed |= {"name": people.workspace().name, "team": str(first.pk) if first else ""}
    typed["old"] = typed["old"] if typed["old"] in receiving.OLD["imap"] else "leave"
    return typed


def _errors(typed: dict[str, str]) -> dict[str, Any]:
    errors: dict[str, Any] = {}
    try:
        typed["address"] = clean(Handle("email", typed["address"])).value
    except BadHandle:
        errors["address"] = _("Write an e-mail address such as support@example.com.")
    if not typed["name"]:
        errors["name"] = _("Give the inbox a name.")
    if not typed["client"]:
        errors["client"] = _("Write the client ID that the provider gave you.")
    return errors


def _leave(request: Request, issuer: Issuer, typed: dict[str, str], inbox: Inbox | None) -> HttpResponse:
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    given = typed | {"secret": sealed.seal(typed["secret"]), "verifier": sealed.seal(verifier), "state": state}
    given |= {"issuer": issuer.key, "inbox": str(inbox.pk) if inbox else "", "at": str(clock.now().timestamp())}
    request.session[KEPT] = given
    address = typed["address"]
    door = doorway(issuer, client_id=typed["client"], back=_back(), state=state, verifier=verifier, address=address)
    # A link and not a redirect: our pages' policy lets no form lead to another site.
    return render(request, "settings/oauth.html", {"issuer": issuer, "row": inbox, "typed": typed, "door": door})


@permit("inbox.manage")
def back(request: Request) -> HttpResponse:
    """The provider sent the browser back: a code for the state that we gave, once, or a refusal."""
    kept = request.session.pop(KEPT, None) or {}
    state = request.GET.get("state", "")
    fresh = kept and clock.now().timestamp() - float(kept["at"]) < MINUTES * 60
    if not fresh or not constant_time_compare(state, kept["state"]):
        flash.error(request, _("This sign-in was not begun here, or took too long. Begin again."))
        return redirect("tickets:connect")
    issuer = ISSUERS[kept["issuer"]]
    inbox = access.get_inbox(request.actor, int(kept["inbox"])) if kept["inbox"] else None
    fault, error = "", {}
    try:
        tokens = _exchange(request, issuer, kept)
        given = _settings(issuer, kept, tokens)
        draft = connecting.draft(kept["address"], given, inbox)
        found = receiving.attempt(draft, kept["old"])
        fault = found.fault or sending.attempt(draft).fault
        if not fault:
            return _keep(request, inbox, kept, given, found)
    except Conflict as conflict:
        error = {"address": conflict.message}
    except (oauth.SignInAgain, egress.Refused, OSError) as refused:
        fault = said_by(refused)
    context = _context(issuer, inbox, kept | {"secret": ""}, error)
    return render(request, "settings/oauth.html", context | {"trouble": explain(fault)}, status=422)


def _exchange(request: Request, issuer: Issuer, kept: dict[str, str]) -> Tokens:
    if request.GET.get("error") or not request.GET.get("code"):
        raise oauth.SignInAgain(f"oauth: {request.GET.get('error', '')[:100]}")
    verifier, secret = sealed.unseal(kept["verifier"]), sealed.unseal(kept["secret"])
    code, client = request.GET["code"][:4000], kept["client"]
    return oauth.exchange(issuer, code=code, verifier=verifier, back=_back(), client=client, secret=secret)


def _settings(issuer: Issuer, kept: dict[str, str], tokens: Tokens) -> dict[str, Any]:
    plain: dict[str, Any] = {"oauth": issuer.key, "oauth_client": kept["client"], "receive": "imap"}
    for side, way in (("imap", issuer.imap), ("smtp", issuer.smtp)):
        plain |= {f"{side}_host": way.host, f"{side}_port": way.port, f"{side}_tls": way.security}
        plain[f"{side}_user"] = kept["address"]
    return plain | {"oauth_secret": sealed.unseal(kept["secret"])} | oauthtokens.fields(tokens)


def _keep(
    request: Request, inbox: Inbox | None, kept: dict[str, str], given: dict[str, Any], found: Tried
) -> HttpResponse:
    if inbox is None:
        connecting.connect(
            by=request.actor,
            name=kept["name"],
            address=kept["address"],
            settings=given | {"ack": True, "from_person": True},
            team=_team(kept["team"]),
            leave=receiving.left(kept["old"], "imap", found),
        )
    else:
        connecting.reconnect(by=request.actor, inbox=inbox, name=inbox.name, settings=given, team=inbox.team)
    receiving.ring()
    flash.success(
        request, _("%(name)s is connected. New mail appears in the queue by itself.") % {"name": kept["name"]}
    )
    return redirect("tickets:inboxes")


def _team(raw: str) -> Team | None:
    return people.team_list().filter(pk=int(raw)).first() if raw.isascii() and raw.isdigit() and len(raw) < 18 else None
