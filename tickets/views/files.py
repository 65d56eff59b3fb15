"""What came with a message: files, HTML bodies and pictures, all served so that they can do nothing."""

import unicodedata

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from helpdesk.accounts.permit import permit
from helpdesk.core import fetch, files, pictures
from helpdesk.core.errors import Conflict, NotFound
from helpdesk.core.http import Request
from tickets import access
from tickets.actions import senders
from tickets.channels.email import filenames, sanitize
from tickets.models import Attachment
from tickets.queries import pictures as queries
from tickets.rules.pictures import is_drawn

MOST_PAGES = 10
PLAYED = ("image", "video", "audio")


@permit("file.view")
def attachment(request: Request, token: str) -> HttpResponseBase:
    """A file of a message, to be kept rather than opened."""
    found = _given(request, token)
    # Letters that look like others become those (NFKC) before the cleaning, which then sees every slash and dot.
    name = filenames.clean(unicodedata.normalize("NFKC", found.name), found.content_type)
    response = _inert(files.read(found.file), "application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


@permit("file.view")
def picture(request: Request, token: str, page: int) -> HttpResponseBase:
    """A picture of a file, drawn anew: itself, or a page of a PDF. `?small`: for a list."""
    found = _given(request, token)
    if not is_drawn(found.content_type, found.scan):
        raise NotFound
    data, side = files.read(found.file), pictures.SMALL if "small" in request.GET else pictures.LARGE
    is_pdf = found.content_type.lower() == pictures.PDF
    made = pictures.page(data, page, side) if is_pdf else pictures.draw([data], side)[0]
    return _drawn(made, seconds=3600)


@permit("file.view")
def preview(request: Request, token: str) -> HttpResponse:
    """A page that shows the picture, or the first pages of the PDF."""
    found = _given(request, token)
    if not is_drawn(found.content_type, found.scan):
        raise NotFound
    is_pdf = found.content_type.lower() == pictures.PDF
    count = pictures.pages(files.read(found.file)) if is_pdf else 1
    context = {"file": found, "pages": range(1, min(count, MOST_PAGES) + 1), "count": count, "is_pdf": is_pdf}
    return render(request, "desk/preview.html", context)


@permit("ticket.view")
def html(request: Request, pk: int) -> HttpResponse:
    """The HTML body of a message, made harmless as the last step, for a frame without any rights.

    `?pictures`: with those from elsewhere, through our proxy.
    """
    message = access.get_message(request.actor, pk)
    if not message.html:
        raise NotFound
    permits = queries.Permits(message, request.actor.user_id)
    wanted = queries.are_wanted(message, "pictures" in request.GET)
    clean = sanitize.clean(message.html, queries.inline_pictures(message), permits if wanted else None)
    language = (translation.get_language() or "en")[:2]
    response = HttpResponse(sanitize.frame_document(clean, language))
    response["Content-Security-Policy"] = sanitize.frame_policy(
        request.build_absolute_uri(permits.base) if wanted else ""
    )
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


@permit("public")
def remote(request: Request, pk: int, token: str) -> HttpResponse:
    """A picture from elsewhere, fetched by us and drawn anew, for whom the token names and as long as they may."""
    found = queries.permitted(pk, token)
    try:
        made = pictures.draw([fetch.get(found.address)])[0]
    except fetch.Unfetched:
        made = b""
    return _drawn(made, seconds=900)


@permit("ticket.view", post="ticket.change")
def always(request: Request, pk: int) -> HttpResponse:
    """Whether pictures of this message's sender are always shown, or only when asked for (`ask`)."""
    message = access.get_message(request.actor, pk)
    if request.method == "POST":
        change = senders.distrust if "ask" in request.POST else senders.trust
        change(by=request.actor, message=message)
    return redirect(reverse("tickets:ticket", args=[message.ticket.number]) + f"#m-{pk}")


def _given(request: Request, token: str) -> Attachment:
    """The file, unless the virus scanner holds it."""
    found = access.get_attachment(request.actor, token)
    if found.scan == Attachment.Scan.PENDING:
        raise Conflict("file_pending", _("This file is being checked for viruses. Try again in a minute."))
    if found.scan == Attachment.Scan.INFECTED:
        raise Conflict("file_infected", _("The virus scanner found something in this file, so nobody can open it."))
    return found


def _drawn(made: bytes, *, seconds: int) -> HttpResponse:
    if not made:
        return HttpResponse(status=404, headers={"Cache-Control": "private, max-age=60"})
    response = _inert(made, pictures.kind_of(made), seconds)
    response["Content-Disposition"] = "inline"
    return response


@permit("public")
def sent(request: Request, token: str) -> HttpResponseBase:
    """A file of an answer of ours, for the network that takes it to the customer; a day long, by a signed address."""
    found = access.sent_file(token)
    safe = found.content_type if found.content_type.partition("/")[0] in PLAYED else "application/octet-stream"
    response = _inert(files.read(found.file), "application/octet-stream" if "svg" in safe else safe)
    name = filenames.clean(unicodedata.normalize("NFKC", found.name), found.content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _inert(data: bytes, kind: str, seconds: int = 3600) -> HttpResponse:
    """Bytes that no browser takes for a page of ours."""
    response = HttpResponse(data, content_type=kind)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"private, max-age={seconds}"
    return response
