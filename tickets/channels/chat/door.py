"""The door of the widget's API: no cookie is read or set, the token is the only proof, refusals are problem+json.

Posts are counted by address and by inbox in PostgreSQL, so that losing Redis opens no flood.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import APIException

from helpdesk.accounts.permit import permit
from helpdesk.core import clock, problems, throttle
from helpdesk.core.errors import DomainError, NotAllowed, NotFound, TooMany
from helpdesk.core.http import Request
from helpdesk.core.locale import default, use
from helpdesk.core.shapes import Unfit
from tickets.channels.chat import tokens
from tickets.models import Inbox
from tickets.rules.sitters import Sitter
from tickets.rules.visitors import Widget

MINUTE = 60
# What one address, and what one widget, may ask for in a minute.
BOOTS, BOOTS_OF_INBOX = 120, 6_000
POSTS, POSTS_OF_INBOX = 1_200, 12_000
# New conversations of one address and of one widget in an hour: the most rows a flood can make.
STARTS, STARTS_OF_INBOX, HOUR = 120, 3_000, 3600

# All that may be wrong with what a page sends; anything else is ours to mend.
REFUSALS = (
    DomainError,
    APIException,
    Unfit,
    BadRequest,
    SuspiciousOperation,
    MultiPartParserError,
    UnreadablePostError,
)
Call = Callable[..., HttpResponseBase]


def api(*methods: str) -> Callable[[Call], Call]:
    """A view of the widget's API: open to everybody, in the visitor's language, and with errors as problems."""

    def wrap(view: Call) -> Call:
        @csrf_exempt
        @permit("public")
        @require_http_methods(list(methods))
        @wraps(view)
        def answered(request: Request, key: str, **more: Any) -> HttpResponseBase:
            with use(default(language_of(request))):
                try:
                    response = view(request, _sound(key), **more)
                except REFUSALS as error:
                    response = problems.refusal(request, error)
            response["Cache-Control"] = "no-store"
            return response

        return answered

    return wrap


def _sound(key: str) -> str:
    """A key as it might be ours. Raises NotFound for one that no database takes."""
    if "\x00" in key:
        raise NotFound("no_widget", _("This chat is not in use any more."))
    return key


def language_of(request: Request) -> str:
    """The language that the page says it is in."""
    return "fa" if request.headers.get("X-Locale", request.GET.get("locale", ""))[:2] == "fa" else "en"


def inbox_of(key: str) -> Inbox:
    """The widget in use with this key, with its team. Raises NotFound in words for the visitor."""
    found = Inbox.objects.select_related("team").filter(key=_sound(key), kind="chat", is_active=True).first()
    if found is None:
        raise NotFound("no_widget", _("This chat is not in use any more."))
    return found


def check_origin(request: Request, inbox: Inbox, origin: str) -> None:
    """Raises NotAllowed for a host page that the settings do not name; ours are. The browser's own check beside this
    one is `frame-ancestors` (pages.py)."""
    ours = ("", settings.PUBLIC_URL, request.build_absolute_uri("/")[:-1])
    if origin not in ours and not Widget.of(inbox.settings).allows(origin):
        raise NotAllowed("bad_origin", _("This chat may not be shown on this page."))


def share(request: Request, inbox: Inbox, response: HttpResponse) -> HttpResponse:
    """Lets a host page that the settings name read this answer (CORS); all others cannot."""
    origin = request.headers.get("Origin", "")
    patch_vary_headers(response, ["Origin"])
    if origin and Widget.of(inbox.settings).allows(origin):
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response["Access-Control-Max-Age"] = "600"
    return response


def bearer(request: Request) -> str:
    """The token that the page sent; "" for none."""
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind == "Bearer" else ""


def sitter_of(request: Request, key: str) -> Sitter:
    """Who the token says they are. Raises NotAllowed for none, a forged one, an old one, or another widget's."""
    found = tokens.read(key, bearer(request), clock.now())
    if found is None:
        raise NotAllowed("bad_token", _("This conversation is too old to go on here. Start again."))
    return found


def chat_of(given: Any) -> int:
    """The conversation that a page names. Raises NotFound."""
    pk = tokens.read_chat_id(given) if isinstance(given, str) else None
    if pk is None:
        raise NotFound
    return pk


def count(request: Request, inbox_key: str, what: str, most: int, most_of_inbox: int, seconds: int = MINUTE) -> None:
    """Counts one try of this address and of this widget. Raises TooMany."""
    address = request.META.get("REMOTE_ADDR", "")
    told = throttle.hit_all({f"chat:{what}:{address}": most, f"chat:{what}:inbox:{inbox_key}": most_of_inbox}, seconds)
    if not told.allowed:
        raise TooMany(told.reset_seconds or 1)


def answer(data: Any, status: int = 200) -> HttpResponse:
    """JSON as it is, Persian letters and all."""
    return JsonResponse(data, status=status, json_dumps_params={"ensure_ascii": False})
