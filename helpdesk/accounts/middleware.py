"""Who asks: sets request.user, request.actor and the language, calendar and time zone of this person."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from helpdesk.accounts import access
from helpdesk.accounts.models import User
from helpdesk.core import locale

Respond = Callable[[HttpRequest], HttpResponse]

# These never read a session: machines come here with keys, signatures or nothing.
MACHINE_PATHS = ("/api/", "/hooks/", "/healthz", "/readyz", "/metrics", "/static/", "/w/", "/w.js", "/w-shim.js")


def person(get_response: Respond) -> Respond:
    """Middleware. An ended session (epoch raised, person deactivated) is thrown away."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = None if request.path.startswith((*MACHINE_PATHS, *locale.CUSTOMER_PATHS)) else _signed_in(request)
        request.user = user or AnonymousUser()
        request.actor = access.actor_of(user) if user else None  # type: ignore[attr-defined]  # typed in core.http
        with locale.use(user.prefs if user else locale.default(asked_language(request))):
            response = get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
        if user:
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    return middleware


def asked_language(request: HttpRequest) -> str:
    """The language of somebody we do not know: in the address, else chosen before (cookie), else what the browser asks
    for."""
    if request.path.startswith(locale.CUSTOMER_PATHS):
        return request.path[1:3]
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in dict(settings.LANGUAGES):
        return chosen
    return translation.get_language_from_request(request)[:2]


def remember_epoch(sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
    """At sign-in the session learns the person's epoch; when that rises, the session ends."""
    request.session[access.EPOCH_KEY] = user.session_epoch


def _signed_in(request: HttpRequest) -> User | None:
    user = access.session_user(request.session)
    if user is None and SESSION_KEY in request.session:
        request.session.flush()
    return user
