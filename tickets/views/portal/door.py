"""Coming in and going out: an address, a code by mail, a session."""

import json
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from customers.actions import entry
from customers.models import PortalSession
from helpdesk.accounts.views.common import client_ip
from helpdesk.core.errors import Invalid, TooMany
from tickets.actions import links
from tickets.views.portal.common import PortalRequest, cookie_name, onto, page, show, waits

GET_OR_POST = ["GET", "HEAD", "POST"]
# Who asked for a code, and where they want to go: signed, for the time that a code works, in this browser alone.
ASKED, ASKED_SECONDS = "portal_asked", entry.CODE_MINUTES * 60 + 60
SALT = "portal.asked"


@page()
@require_http_methods(GET_OR_POST)
def enter(request: PortalRequest, language: str) -> HttpResponse:
    """The address. The answer is the same whether we know it or not."""
    wanted = onto(request.POST.get("next") or request.GET.get("next", ""), language)
    if request.portal is not None:
        return redirect(wanted)
    errors: dict[str, Any] = {}
    address = request.POST.get("address", "")[:400]
    if request.method == "POST":
        try:
            known = entry.ask_code(address=address, ip=client_ip(request), language=language)
            return _asked(redirect(f"/{language}/enter/code/"), known, wanted)
        except Invalid as error:
            errors, status = error.errors, 422
        except TooMany as error:
            errors, status = waits(error), 429
    context = {"errors": errors, "address": address, "next": wanted}
    return show(request, language, "portal/enter.html", context, status=status if errors else 200)


def _asked(response: HttpResponse, address: str, wanted: str) -> HttpResponse:
    kept = signing.dumps([address, wanted], salt=SALT)
    response.set_cookie(
        ASKED, kept, max_age=ASKED_SECONDS, secure=settings.SECURE, httponly=True, samesite="Lax", path="/"
    )
    return response


def _who_asked(request: PortalRequest) -> tuple[str, str]:
    try:
        address, wanted = signing.loads(request.COOKIES.get(ASKED, ""), salt=SALT, max_age=ASKED_SECONDS)
    except (signing.BadSignature, ValueError, json.JSONDecodeError):
        return "", ""
    return address, wanted


@page()
@sensitive_post_parameters("code")
@require_http_methods(GET_OR_POST)
def code(request: PortalRequest, language: str) -> HttpResponse:
    """The code. Sent with `again`, another one leaves."""
    address, wanted = _who_asked(request)
    if not address:
        return redirect(f"/{language}/enter/")
    errors: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            return _again(request, language, address, wanted) or _enter(request, language, address, wanted)
        except Invalid as error:
            errors, status = error.errors, 422
        except TooMany as error:
            errors, status = waits(error), 429
    context = {"errors": errors, "address": address, "seconds": entry.AGAIN_SECONDS, "again": "again" in request.GET}
    return show(request, language, "portal/code.html", context, status=status)


def _again(request: PortalRequest, language: str, address: str, wanted: str) -> HttpResponse | None:
    if "again" not in request.POST:
        return None
    entry.ask_code(address=address, ip=client_ip(request), language=language)
    return _asked(redirect(f"/{language}/enter/code/?again"), address, wanted)


def _enter(request: PortalRequest, language: str, address: str, wanted: str) -> HttpResponse:
    before = request.COOKIES.get(cookie_name(), "")[:100]
    entered = entry.enter(address=address, code=request.POST.get("code", "")[:40], ip=client_ip(request), before=before)
    rotate_token(request)
    response = redirect(onto(wanted, language))
    response.set_cookie(
        cookie_name(),
        entered.token,
        max_age=entry.SESSION_DAYS * entry.DAY,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    response.delete_cookie(ASKED)
    return response


def _end(session: PortalSession, *, everywhere: bool) -> None:
    if everywhere:
        links.leave_everywhere(session=session)
    else:
        entry.leave(session=session)


@page()
@require_POST
def leave(request: PortalRequest, language: str) -> HttpResponse:
    """Ends this session, or with `everywhere` all of this customer's with the links that they were mailed."""
    if request.portal is not None:
        _end(request.portal, everywhere="everywhere" in request.POST)
    response = redirect(f"/{language}/?left")
    response.delete_cookie(cookie_name())
    return response
