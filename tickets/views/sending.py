"""How an inbox sends: by its SMTP server, or by a provider's API, which is tried before it is kept."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from helpdesk.accounts.models import User
from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Invalid
from helpdesk.core.http import Request
from tickets import access
from tickets.actions import connecting
from tickets.actions import inboxes as actions
from tickets.actions.inboxes import secrets_of
from tickets.channels.email import sending
from tickets.models import Inbox
from tickets.queries.troublewords import Trouble, explain
from tickets.rules.senders import APIS

LONGEST = 500


@permit("inbox.manage")
def change(request: Request, pk: int) -> HttpResponse:
    """The way, the key and the region. A test mail goes to whoever presses; only a way that works is kept."""
    inbox = access.get_inbox(request.actor, pk)
    errors: dict[str, Any] = {}
    trouble: Trouble | None = None
    if request.method == "POST":
        try:
            given = _given(request, inbox)
            trouble = _try(request, inbox, given)
            if trouble is None:
                actions.change_inbox(by=request.actor, inbox=inbox, team=inbox.team, settings=given)
                flash.success(request, _("Saved."))
                return redirect("tickets:sending", pk=pk)
        except Invalid as error:
            errors = error.errors
    return _page(request, inbox, errors, trouble)


def _page(request: Request, inbox: Inbox, errors: dict[str, Any], trouble: Trouble | None) -> HttpResponse:
    now = {name: str(inbox.settings.get(name) or "") for name in ("send_by", "send_region", "send_url")}
    context = {
        "row": inbox,
        "errors": errors,
        "trouble": trouble,
        "typed": request.POST if errors or trouble else now,
        "ways": [("", _("By the SMTP server of the inbox")), *((one.key, one.name) for one in APIS.values())],
        "regions": [("", _("Worldwide (USA)")), ("eu", _("European Union"))],
        "has_key": bool(secrets_of(inbox).get("send_key")),
        "sends_by": APIS.get(now["send_by"]),
    }
    return render(request, "settings/sending.html", context, status=422 if errors or trouble else 200)


def _given(request: Request, inbox: Inbox) -> dict[str, Any]:
    typed = {name: request.POST.get(name, "").strip()[:LONGEST] for name in ("send_by", "send_url", "send_key")}
    typed["send_region"] = "eu" if request.POST.get("send_region") == "eu" else ""
    way = APIS.get(typed["send_by"])
    if way is None:
        if typed["send_by"]:
            raise Invalid({"send_by": _("Choose how mail is sent.")})
        return {"send_by": "", "send_key": None}
    same = typed["send_by"] == inbox.settings.get("send_by")
    if not typed["send_key"] and not (same and secrets_of(inbox).get("send_key")):
        raise Invalid({"send_key": _("Write the provider's API key.")})
    if way.pair and typed["send_key"] and ":" not in typed["send_key"]:
        raise Invalid({"send_key": _("Write both keys with a colon between them: key:secret.")})
    if not way.url and not typed["send_url"].startswith("https://"):
        raise Invalid({"send_url": _("Write the server's address, such as https://postal.example.com/.")})
    return typed


def _try(request: Request, inbox: Inbox, given: dict[str, Any]) -> Trouble | None:
    user = request.user
    if not given["send_by"] or not isinstance(user, User) or not user.email:
        return None
    words = (
        _("Your inbox can send: %(address)s") % {"address": inbox.address},
        _("This mail was sent by your help desk to see whether %(address)s can send. You need not do anything.")
        % {"address": inbox.address},
    )
    # A key that is kept goes to the provider that it was given for, at the place where that is.
    draft = connecting.draft(inbox.address, {name: value for name, value in given.items() if value}, inbox)
    draft.settings |= {name: given[name] for name in ("send_region", "send_url")}
    draft.name = inbox.name
    return explain(sending.proof(draft, user.email, words).fault)
