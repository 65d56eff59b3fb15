"""What came with a message: files and HTML bodies, both served so that they can do nothing."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.http import content_disposition_header

from helpdesk.accounts.permit import permit
from helpdesk.core import files
from helpdesk.core.errors import NotFound
from helpdesk.core.http import Request
from tickets import access
from tickets.channels.email import sanitize
from tickets.queries.pictures import inline_pictures

SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@permit("file.view")
def attachment(request: Request, token: str) -> HttpResponseBase:
    """A file of a message, to be kept rather than opened; only plain pictures are shown, with ?show."""
    found = access.get_attachment(request.actor, token)
    shown = found.content_type in SHOWN_INLINE and "show" in request.GET
    kind = found.content_type if shown else "application/octet-stream"
    response = HttpResponse(files.read(found.file), content_type=kind)
    response["Content-Disposition"] = content_disposition_header(not shown, found.name) or "attachment"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=3600"
    return response


@permit("ticket.view")
def html(request: Request, pk: int) -> HttpResponse:
    """The HTML body of a message, made harmless as the last step, for a frame without any rights."""
    message = access.get_message(request.actor, pk)
    if not message.html:
        raise NotFound
    clean = sanitize.clean(message.html, inline_pictures(message))
    language = (translation.get_language() or "en")[:2]
    response = HttpResponse(sanitize.frame_document(clean, language))
    response["Content-Security-Policy"] = sanitize.FRAME_POLICY
    response["Referrer-Policy"] = "no-referrer"
    return response
