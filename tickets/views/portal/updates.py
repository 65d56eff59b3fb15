"""Answers at one more address: given, proven by a code, and only then written to."""

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters

from customers.actions import entry
from helpdesk.core.errors import Conflict, Invalid, NotFound, TooMany
from tickets.actions import portal
from tickets.views.portal.common import PortalRequest, show, waits
from tickets.views.portal.request import Place, of_request

ASKED, SALT, SECONDS = "portal_adding", "portal.adding", entry.CODE_MINUTES * 60


@of_request
@sensitive_post_parameters("code")
def updates(request: PortalRequest, language: str, place: Place) -> HttpResponse:
    """The address, then the code that went to it. Only whose matter it is may have it written elsewhere too."""
    if not place.theirs.mine:
        raise NotFound
    address = _asked(request)
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponse(status=405)
    if request.method != "POST":
        return _page(request, language, place, address)
    try:
        return _step(request, language, place, address)
    except Invalid as error:
        return _page(request, language, place, address, error.errors, error.status)
    except (Conflict, TooMany) as error:
        errors = waits(error) if isinstance(error, TooMany) else {"code": error.message}
        return _page(request, language, place, address, errors, error.status)


def _step(request: PortalRequest, language: str, place: Place, address: str) -> HttpResponse:
    session = request.portal
    assert session is not None, "the page needs a customer"
    if "code" in request.POST and address:
        identity = entry.prove(session=session, address=address, code=request.POST["code"][:40])
        portal.follow_at(theirs=place.theirs, identity=identity)
        response = redirect(f"{place.base}?also")
        response.delete_cookie(ASKED, path=f"/{language}/")
        return response
    wanted = entry.ask_proof(session=session, address=request.POST.get("address", ""), language=language)
    response = redirect(f"{place.base}updates/")
    kept = signing.dumps([session.pk, wanted], salt=SALT)
    response.set_cookie(
        ASKED, kept, max_age=SECONDS, secure=settings.SECURE, httponly=True, samesite="Lax", path=f"/{language}/"
    )
    return response


def _asked(request: PortalRequest) -> str:
    """The address that a code was just sent to, by this very session."""
    try:
        session, address = signing.loads(request.COOKIES.get(ASKED, ""), salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError):
        return ""
    return address if request.portal is not None and session == request.portal.pk else ""


def _page(
    request: PortalRequest,
    language: str,
    place: Place,
    address: str,
    errors: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    again = "again" in request.GET or not address or "address" in request.POST
    context = {"place": place, "errors": errors or {}, "address": address, "give": again}
    return show(request, language, "portal/updates.html", {**context, "typed": request.POST.get("address", "")}, status)
