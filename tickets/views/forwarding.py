"""Checking that mail to an inbox's address comes in: two coded mails go out, and their return is looked for."""

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from helpdesk.accounts.permit import permit
from helpdesk.core.errors import NotFound
from helpdesk.core.http import Request
from tickets import access
from tickets.actions import forwarding
from tickets.channels.email import receiving, sending
from tickets.models import Inbox
from tickets.queries.troublewords import Trouble, explain


@permit("inbox.manage")
def check(request: Request, pk: int) -> HttpResponse:
    """What came of the last check (`do=look` looks again); `do=send` begins a new one."""
    inbox = access.get_inbox(request.actor, pk)
    if inbox.kind != "email":
        raise NotFound
    trouble, seen = None, None
    if request.method == "POST" and request.POST.get("do") == "send":
        trouble = _send(request, inbox)
        if trouble is None:
            flash.success(request, _("Two test mails are on their way. Look here again in a minute."))
            return redirect("tickets:forwarding", pk=pk)
    elif request.method == "POST":
        receiving.ring_for(inbox.pk)
        seen = forwarding.look(by=request.actor, inbox=inbox)
    context = {"row": inbox, "trouble": trouble, "seen": seen, "begun": inbox.settings.get("check_code")}
    return render(request, "settings/forwarding.html", context, status=422 if trouble else 200)


def _send(request: Request, inbox: Inbox) -> Trouble | None:
    words = (
        _("Forwarding check"),
        _("Your help desk sent this mail to itself to see whether mail comes in. You need not do anything."),
    )
    for letter in forwarding.begin(by=request.actor, inbox=inbox):
        tried = sending.letter(inbox, letter.to, words, letter.message_id)
        if tried.fault:
            return explain(tried.fault)
    return None
