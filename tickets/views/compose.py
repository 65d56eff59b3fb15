"""Writing: answers and notes are separate addresses, so that a note can never be sent to the customer."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.accounts.permit import permit
from helpdesk.core.errors import Conflict, DomainError, Invalid, TooMany
from helpdesk.core.http import Request
from tickets import access
from tickets.actions import copies, desk, replies
from tickets.happenings import TemplateUse
from tickets.models import Message, Ticket
from tickets.queries.mentions import blind, mentioned
from tickets.rules.templates import filled, gaps
from tickets.views.people import files_of, recipients_of
from tickets.views.queue import filters_of
from tickets.views.ticket import aside, beside, page, place, shown

# What the button beside a refusal is called: each doubt is confirmed by itself, and stays confirmed.
CONFIRMS = {"answer_elsewhere": "elsewhere", "address_suspended": "insist", "public_answer": "sure"}


@permit("ticket.view", post="ticket.reply")
@require_POST
def reply(request: Request, number: int) -> HttpResponse:
    """Queues an answer; then the composer is empty, the answer stands in the conversation, and undo is offered."""
    found = access.get(request.actor, number, "ticket.reply")
    given = request.POST

    def write() -> Message:
        use, words = template_of(given, found)
        return replies.reply(
            by=request.actor,
            ticket=found,
            body=words if use else given.get("body", ""),
            channel=given.get("channel", "")[:16],
            template=use,
            public=bool(given.get("public")),
            sure=bool(given.get("sure")),
            client_id=given.get("client_id", "")[:64],
            seen_seq=None if given.get("anyway") else seen_of(given),
            resolve=given.get("then") in ("resolve", "resolve_next"),
            attachments=files_of(request),
            recipients=recipients_of(given),
        )

    return _written(request, found, "reply", write)


@permit("ticket.view", post="ticket.note")
@require_POST
def note(request: Request, number: int) -> HttpResponse:
    """Writes a note for colleagues and tells those whom it mentions."""
    found = access.get(request.actor, number, "ticket.note")
    body = request.POST.get("body", "")

    def write() -> Message:
        return replies.note(
            by=request.actor,
            ticket=found,
            body=body,
            client_id=request.POST.get("client_id", "")[:64],
            mentions=mentioned(body),
        )

    return _written(request, found, "note", write)


def template_of(given: QueryDict, found: Ticket) -> tuple[TemplateUse | None, str]:
    """The approved words that were chosen, filled in, and how they read. Raises Invalid for a gap that is left."""
    raw = given.get("template", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 18):
        return None, ""
    row = access.template(found, given.get("channel", ""), int(raw))
    values = [given.get(f"v{row.pk}-{number}", "").strip() for number in range(1, gaps(row.body) + 1)]
    if not all(values):
        raise Invalid({"body": _("Fill in every place of the template.")})
    return TemplateUse(row.name, row.language, tuple(values), row.header, row.shape), filled(row.body, values)


def seen_of(given: QueryDict) -> int | None:
    """The last message that the writer had before their eyes, by the form."""
    raw = given.get("seen")
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def _written(request: Request, found: Ticket, mode: str, write: Callable[[], Message]) -> HttpResponse:
    try:
        message = write()
    except (Invalid, Conflict, TooMany) as error:
        return _refused(request, found, mode, error)
    if request.POST.get("then") == "resolve_next":
        return _go(request, beside(request.actor, found.number, request.GET.get("view", "all"), filters_of(request)))
    fresh = access.get(request.actor, found.number)
    untold = [str(person) for person in blind(fresh, mentioned(message.text))] if mode == "note" else []
    if request.htmx:
        more = {"message": message, "untold": untold, "live": True}
        return render(request, "desk/_written.html", shown(request, fresh, mode=mode) | aside(request, fresh) | more)
    if mode == "note":
        flash.success(request, _("The note is saved; only colleagues see it."))
    if untold:
        flash.warning(request, _("Not told, because they may not see this ticket: %s") % ", ".join(untold))
    return redirect(f"/desk/t/{found.number}/?{place(request)}#m-{message.pk}")


def _go(request: Request, address: str) -> HttpResponse:
    if request.htmx:
        response = HttpResponse()
        response["HX-Redirect"] = address
        return response
    return redirect(address)


def _refused(request: Request, found: Ticket, mode: str, error: DomainError) -> HttpResponse:
    """Nothing was sent; what was typed stays, and the reason stands beside it."""
    fresh = access.get(request.actor, found.number)
    typed = request.POST.get("body", "")
    context: dict[str, Any] = {"refusal": error, "fields": getattr(error, "errors", {}), "mode": mode}
    context["confirm"] = CONFIRMS.get(error.code, "anyway")
    context["confirmed"] = [name for name in (*CONFIRMS.values(), "anyway") if request.POST.get(name)]
    if request.htmx:
        response = render(
            request, "desk/_refusal.html", context | {"ticket": fresh, "seen": fresh.seq}, status=error.status
        )
        response["HX-Retarget"] = f"#refusal-{mode}"
        response["HX-Reswap"] = "innerHTML"
        return response
    return page(request, fresh, status=error.status, **context | {f"{mode}_text": typed})


@permit("ticket.view")
@require_POST
def draft(request: Request, number: int) -> HttpResponse:
    """Keeps what is typed."""
    found = access.get(request.actor, number)
    mode = "note" if request.POST.get("mode") == "note" else "reply"
    desk.save_draft(by=request.actor, ticket=found, mode=mode, body=request.POST.get("body", ""))
    return HttpResponse(status=204)


@permit("ticket.view", post="ticket.reply")
@require_POST
def undo(request: Request, pk: int) -> HttpResponse:
    """Takes back an answer that has not left; its text is in the composer again."""
    message = access.get_message(request.actor, pk, "ticket.reply")
    replies.undo(by=request.actor, message=message)
    fresh = access.get(request.actor, message.ticket.number)
    if request.htmx:
        more = {"live": True, "undone": True}
        return render(request, "desk/_undone.html", shown(request, fresh, mode="reply") | aside(request, fresh) | more)
    flash.success(request, _("Taken back. Your text is in the answer box again."))
    return redirect("tickets:ticket", number=fresh.number)


@permit("ticket.view", post="message.release")
@require_POST
def release(request: Request, pk: int) -> HttpResponse:
    """Lets a held message count."""
    message = access.get_message(request.actor, pk, "message.release")
    replies.release(by=request.actor, message=message)
    return redirect(f"/desk/t/{message.ticket.number}/#m-{pk}")


@permit("ticket.view", post="ticket.reply")
@require_POST
def retry(request: Request, pk: int) -> HttpResponse:
    """Sends a failed copy again, or to another address when one is given."""
    delivery = access.get_delivery(request.actor, pk)
    address = request.POST.get("address", "").strip()
    try:
        if address:
            copies.send_elsewhere(by=request.actor, delivery=delivery, address=address)
        else:
            copies.send_again(by=request.actor, delivery=delivery)
    except Invalid as error:
        flash.error(request, " ".join(str(text) for text in error.errors.values()))
    return redirect(f"/desk/t/{delivery.message.ticket.number}/#m-{delivery.message_id}")
