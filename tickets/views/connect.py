"""Connecting an inbox on one page: guess the servers, try both, keep it only when both work."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from helpdesk.accounts import access as people
from helpdesk.accounts.models import Team, User
from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.http import Request
from tickets import access
from tickets.actions import connecting
from tickets.channels.email import probe, receiving, smtp
from tickets.channels.email.probe import Tried
from tickets.models import Inbox
from tickets.queries import oldmail as olds
from tickets.queries.troublewords import Trouble, explain
from tickets.views import connectform
from tickets.views.connectform import Typed

# More mails than this are not taken in without a question: each of them would become a ticket.
MANY = 20
# Troubles that no other server name would mend.
PASSWORD_CAUSES = frozenset({"password", "app_password"})
ACCOUNT_CAUSES = PASSWORD_CAUSES | {"basic_off", "switched_off", "too_many", "expired"}


@dataclass(frozen=True)
class Shown:
    """One try as the page shows it."""

    tried: Tried
    trouble: Trouble | None


@permit("inbox.manage")
def new(request: Request) -> HttpResponse:
    """A new inbox."""
    return _page(request, None)


@permit("inbox.manage")
def again(request: Request, pk: int) -> HttpResponse:
    """New servers or passwords for an inbox that is there."""
    return _page(request, access.get_inbox(request.actor, pk))


def _page(request: Request, inbox: Inbox | None) -> HttpResponse:
    if request.method != "POST":
        return _render(request, inbox, _begin(request, inbox), {})
    typed = connectform.read(request, inbox)
    tries = {} if typed.errors else _try(request, typed, inbox)
    if request.POST.get("do") == "connect" and not typed.errors and _all_well(typed, tries):
        saved = _save(request, typed, inbox, tries)
        if saved is not None:
            return saved
    return _render(request, inbox, typed, tries)


def _begin(request: Request, inbox: Inbox | None) -> Typed:
    connectform.forget(request)
    if inbox is not None:
        return connectform.of(inbox)
    first = people.team_list().first()
    return connectform.fresh(people.workspace().name, str(first.pk) if first else "")


def _try(request: Request, typed: Typed, inbox: Inbox | None) -> dict[str, Shown]:
    """Whatever the pressed button tries."""
    do = request.POST.get("do", "")
    draft = connecting.draft(typed.address, _given(typed), inbox)
    tries: dict[str, Tried] = {}
    if do in ("receive", "connect"):
        tries["receive"] = receiving.attempt(draft, typed.old)
    if do in ("send", "connect") and not (do == "connect" and tries["receive"].fault):
        tries["send"] = _send(request, typed, draft)
    return {name: Shown(tried, explain(tried.fault, typed.provider)) for name, tried in tries.items()}


def _given(typed: Typed) -> dict[str, Any]:
    """Empty passwords are not given: then those of the inbox stay."""
    return {name: value for name, value in typed.settings().items() if value or not name.endswith("password")}


def _send(request: Request, typed: Typed, draft: Inbox) -> Tried:
    server = smtp.server_of(draft)
    user = request.user
    me = user.email if isinstance(user, User) else ""
    to = typed.address if typed.values["test_to"] == "inbox" or not me else me
    words = (
        _("Your inbox can send: %(address)s") % {"address": typed.address},
        _("This mail was sent by your help desk to see whether %(address)s can send. You need not do anything.")
        % {"address": typed.address},
    )
    return probe.send(server, typed.address, to, words) if server else Tried(fault="no server")


def _all_well(typed: Typed, tries: dict[str, Shown]) -> bool:
    if len(tries) < 2 or any(one.trouble for one in tries.values()):
        return False
    return not _asks_for_old(typed, tries)


def _asks_for_old(typed: Typed, tries: dict[str, Shown]) -> int:
    """How many mails lie there that somebody must first decide about; 0 when nobody must."""
    found = tries.get("receive")
    many = found is not None and found.tried.mails > MANY
    return found.tried.mails if found and many and not typed.old else 0


def _save(request: Request, typed: Typed, inbox: Inbox | None, tries: dict[str, Shown]) -> HttpResponse | None:
    given: dict[str, Any] = {"by": request.actor, "name": typed.values["name"], "settings": _given(typed)}
    given["team"] = _team(str(typed.values["team"]))
    try:
        if inbox is None:
            inbox = connecting.connect(
                address=typed.address,
                leave=receiving.left(typed.old, str(typed.values["receive"]), tries["receive"].tried),
                **given,
            )
        else:
            inbox = connecting.reconnect(inbox=inbox, **given)
    except Invalid as error:
        typed.errors |= error.errors
        return None
    except Conflict as error:
        typed.errors["address"] = error.message
        return None
    connectform.forget(request)
    receiving.ring()
    flash.success(request, _("%(name)s is connected. New mail appears in the queue by itself.") % {"name": inbox.name})
    return redirect("tickets:inboxes")


def _team(raw: str) -> Team | None:
    return people.team_list().filter(pk=int(raw)).first() if raw.isascii() and raw.isdigit() and len(raw) < 18 else None


def _render(request: Request, inbox: Inbox | None, typed: Typed, tries: dict[str, Shown]) -> HttpResponse:
    causes = {one.trouble.cause for one in tries.values() if one.trouble}
    before = explain(inbox.last_error, typed.provider) if inbox and not tries else None
    unknown = (causes | ({before.cause} if before else set())) & PASSWORD_CAUSES
    context = {
        "row": inbox,
        "first": request.method != "POST",
        "typed": typed.values,
        "errors": typed.errors,
        "provider": typed.provider,
        "tries": tries,
        "old_mails": _asks_for_old(typed, tries),
        "old_ways": olds.choices(str(typed.values["receive"])),
        "wrong_password": bool(unknown),
        "has_password": not unknown and bool(typed.passwords.get("password") or (inbox and inbox.secret_box)),
        "open_servers": bool(causes - ACCOUNT_CAUSES)
        or request.POST.get("do") == "guess"
        or any("_" in name for name in typed.errors),
        "teams": people.team_list(),
        "trouble": before,
    }
    return render(request, "settings/connect.html", context, status=422 if typed.errors or causes else 200)
