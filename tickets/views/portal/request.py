"""One request: read, answered, said to be solved, kept. For a signed-in customer, and for a guest by their link."""

import hashlib
import unicodedata
import uuid
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from helpdesk.core import clock, files
from helpdesk.core.errors import Conflict, Invalid, NotFound, TooMany
from tickets import guestlinks
from tickets.actions import portal
from tickets.channels.chat import uploads
from tickets.channels.email import filenames
from tickets.models import Participant
from tickets.queries import kept, mine, theirs
from tickets.queries.theirs import Reader, Theirs
from tickets.views.portal.common import PortalRequest, View, page, reader_of, show, waits


@dataclass(frozen=True)
class Place:
    """A request as somebody came to it: `base` is its address for them, `guest`: by a link."""

    theirs: Theirs
    base: str
    guest: bool


def of_request(view: View) -> View:
    """The view gets the `Place` of its request, found by the session's customer."""

    @page(needs="customer")
    @wraps(view)
    def found(request: PortalRequest, language: str, number: int, **more: Any) -> HttpResponseBase:
        assert request.portal is not None, "the page needs a customer"
        own = theirs.by_number(reader_of(request.portal), number)
        return view(request, language, Place(own, f"/{language}/requests/{number}/", guest=False), **more)

    return found


def of_link(view: View) -> View:
    """The view gets the `Place` of its request, found by the guest's link.

    A forged link, one that was ended and one whose seat is gone look the same as none; one only too old says so.
    """

    @page(needs="link")
    @wraps(view)
    def found(request: PortalRequest, language: str, token: str, **more: Any) -> HttpResponseBase:
        link, seat = _seat(token)
        if link.until <= clock.now():
            return guarded(show(request, language, "portal/expired.html", {"token": token}, status=410))
        own = theirs.by_seat(_guest(seat), seat.ticket_id)
        return guarded(view(request, language, Place(own, f"/{language}/t/{token}/", guest=True), **more))

    return found


def guarded(response: HttpResponseBase) -> HttpResponseBase:
    """No other site and no search engine learns a link.

    Not `no-referrer`: with that a browser sends our own forms from the origin `null`, which is refused as forged.
    """
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _seat(token: str) -> tuple[guestlinks.Link, Participant]:
    named = guestlinks.seat_of(token)
    seat = theirs.seat(named) if named else None
    link = guestlinks.read(token, seat.links) if seat else None
    if link is None or seat is None:
        raise NotFound
    return link, seat


def _guest(seat: Participant) -> Reader:
    return Reader(seat.customer_id, seat.address, "" if seat.name == seat.address else seat.name, seat_id=seat.pk)


def look(
    request: PortalRequest,
    language: str,
    place: Place,
    status: int = 200,
    found: tuple[list[theirs.Said], int] | None = None,
    **more: Any,
) -> HttpResponse:
    """The page of a request; `found`: its conversation, read before."""
    before = request.GET.get("before", "")
    before = before if before.isascii() and before.isdecimal() and len(before) < 18 else ""
    said, earlier = found or theirs.conversation(place.theirs, int(before or 0))
    context = {
        "place": place,
        "ticket": place.theirs.ticket,
        "number": place.theirs.number,
        "said": said,
        "earlier": earlier,
        "older": bool(before),
        "standing": mine.standing(place.theirs),
        "helper": (place.theirs.ticket.assignee.name.split() or [""])[0] if place.theirs.ticket.assignee else "",
        "client_id": request.POST.get("client_id") or str(uuid.uuid4()),
        "stamp": stamp(said, place),
        "sent": "sent" in request.GET,
        "also": "also" in request.GET,
        "errors": {},
        **more,
    }
    return show(request, language, "portal/request.html", context, status=status)


def stamp(said: list[theirs.Said], place: Place) -> str:
    """Changes when anything changes that this reader sees, and with nothing else."""
    ticket = place.theirs.ticket
    words = [(one.pk, one.removed_at, [file.scan for file in one.files]) for one in said]
    state = (ticket.status, ticket.waiting_since, ticket.confirmed_at, ticket.assignee_id)
    return hashlib.sha256(repr((words, state)).encode()).hexdigest()[:16]


def read(request: PortalRequest, language: str, place: Place) -> HttpResponse:
    """Everything that was said, over all channels."""
    return look(request, language, place)


def news(request: PortalRequest, language: str, place: Place) -> HttpResponse:
    """The conversation anew when it is no longer what `?stamp=` says; else nothing. Pages ask every few seconds."""
    found = theirs.conversation(place.theirs)
    if request.GET.get("stamp") == stamp(found[0], place):
        return HttpResponse(status=204)
    return look(request, language, place, found=found)


def reply(request: PortalRequest, language: str, place: Place) -> HttpResponse:
    """Adds to the request. Nothing that was typed is lost when something is wrong."""
    body = request.POST.get("body", "")
    try:
        message = portal.write(
            theirs=place.theirs,
            body=body,
            files=uploads.taken(request.FILES.getlist("files")),
            client_id=request.POST.get("client_id", "")[:50],
        )
    except (Invalid, TooMany) as error:
        errors = error.errors if isinstance(error, Invalid) else waits(error)
        return look(request, language, place, error.status, errors=errors, typed=body)
    return redirect(f"{place.base}?sent#m-{message.pk}")


def solved(request: PortalRequest, language: str, place: Place) -> HttpResponse:
    """The customer's own word: solved, or not."""
    portal.say_solved(theirs=place.theirs, solved=request.POST.get("solved") == "yes")
    return redirect(f"{place.base}#standing")


def transcript(request: PortalRequest, language: str, place: Place, form: str) -> HttpResponse:
    """The whole conversation as a file to keep."""
    if form not in kept.FORMS:
        raise NotFound
    response = HttpResponse(kept.written(place.theirs, language, form), content_type=kept.FORMS[form])
    response["Content-Disposition"] = f'attachment; filename="request-{place.theirs.number}.{form}"'
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


def attachment(request: PortalRequest, language: str, place: Place, file: str) -> HttpResponse:
    """A file of a message that they may see, to be kept rather than opened."""
    found = theirs.file(place.theirs, file)
    if found.scan in ("pending", "infected"):
        raise Conflict("file_held", _("This file was not let through by the virus scanner, so nobody can open it."))
    name = filenames.clean(unicodedata.normalize("NFKC", found.name), found.content_type)
    response = HttpResponse(files.read(found.file), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@page(needs="link")
@require_POST
def renew(request: PortalRequest, language: str, token: str) -> HttpResponse:
    """A new link for one that is too old: by mail, to the address of the seat, which is not shown."""
    _link, seat = _seat(token)
    portal.send_link(seat=seat, language=language)
    return guarded(show(request, language, "portal/expired.html", {"token": token, "renewed": True}))  # type: ignore[return-value]


read_own, read_link = (wrap(require_safe(read)) for wrap in (of_request, of_link))
news_own, news_link = (wrap(require_safe(news)) for wrap in (of_request, of_link))
reply_own, reply_link = (wrap(require_POST(reply)) for wrap in (of_request, of_link))
solved_own, solved_link = (wrap(require_POST(solved)) for wrap in (of_request, of_link))
transcript_own, transcript_link = (wrap(require_safe(transcript)) for wrap in (of_request, of_link))
attachment_own, attachment_link = (wrap(require_safe(attachment)) for wrap in (of_request, of_link))
