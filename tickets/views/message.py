"""What is done with one message: its source, erasing, blocking its sender, whose mail it passes on."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.accounts.permit import permit
from helpdesk.core import files
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.http import Request, offer_undo
from tickets import access
from tickets.actions import blocks, passing, removal
from tickets.models import Message

MOST_SOURCE = 2 * 1024 * 1024


@permit("ticket.view")
def source(request: Request, pk: int) -> HttpResponse:
    """The mail as it came: as plain text that can do nothing, or (`?download`) as a file."""
    raw = access.source_of(request.actor, access.get_message(request.actor, pk))
    data = files.read(raw.file)
    kept = "download" in request.GET
    response = HttpResponse(
        data if kept else data[:MOST_SOURCE],
        content_type="application/octet-stream" if kept else "text/plain; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="message-{pk}.eml"' if kept else "inline"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


def _place(message: Message) -> str:
    return reverse("tickets:ticket", args=[message.ticket.number]) + f"#m-{message.pk}"


@permit("message.remove")
def erase(request: Request, pk: int) -> HttpResponse:
    """For leads: erases a message, words in it, or one of its files. Asked for on a page of its own: it is for good."""
    message = access.get_message(request.actor, pk, "message.remove")
    errors: dict[str, Any] = {}
    if request.method == "POST":
        try:
            flash.success(request, _erase(request, message))
            return redirect(_place(message))
        except Invalid as error:
            errors = error.errors
        except Conflict as error:
            errors = {"__all__": error.message}
    context = {
        "message": message,
        "ticket": message.ticket,
        "files": access.files_of(request.actor, message),
        "errors": errors,
        "passage": request.POST.get("passage", ""),
    }
    return render(request, "desk/erase.html", context, status=422 if errors else 200)


def _erase(request: Request, message: Message) -> str:
    what = request.POST.get("what", "")
    if what == "message":
        removal.remove(by=request.actor, message=message)
        return _("The message is erased.")
    if what == "words":
        removal.redact(by=request.actor, message=message, passage=request.POST.get("passage", ""))
        return _("The words are blacked out.")
    if what == "file":
        found = access.get_attachment(request.actor, request.POST.get("file", ""))
        if found.message_id != message.pk:
            raise NotFound
        removal.remove_file(by=request.actor, attachment=found)
        return _("The file is erased.")
    raise NotFound


@permit("ticket.view", post="ticket.spam")
@require_POST
def block(request: Request, pk: int) -> HttpResponse:
    """Mail of this message's sender goes to spam from now on; `?off`: no longer."""
    message = access.get_message(request.actor, pk, "ticket.spam")
    off = "off" in request.GET
    change: Callable[..., object] = blocks.unblock if off else blocks.block
    try:
        if message.kind != Message.Kind.IN or not message.from_address:
            raise NotFound
        change(by=request.actor, pattern=message.from_address)
        text = (
            _("Mail from %(address)s comes in again.") if off else _("Mail from %(address)s goes to spam from now on.")
        )
        undo = reverse("tickets:block", args=[pk]) + ("" if off else "?off")
        offer_undo(request, text % {"address": message.from_address}, undo)
    except Invalid as error:
        flash.error(request, " ".join(str(text) for text in error.errors.values()))
    return redirect(_place(message))


@permit("ticket.view", post="ticket.change")
@require_POST
def original(request: Request, pk: int) -> HttpResponse:
    """The ticket becomes that of whose mail was passed on to us; answers go to them."""
    message = access.get_message(request.actor, pk, "ticket.change")
    passing.to_original_sender(by=request.actor, message=message)
    flash.success(request, _("The ticket is now that of %(address)s.") % {"address": message.forwarded_from})
    return redirect(_place(message))
