"""What the customers' pages share: who is here, the frame around a page, and what a page needs before it runs."""

from collections.abc import Callable, Mapping
from functools import wraps
from types import EllipsisType
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from customers import access
from customers.models import PortalSession
from helpdesk.accounts.permit import permit
from helpdesk.accounts.views.common import safe_next
from helpdesk.core.errors import NotFound, TooMany
from helpdesk.core.http import Request, error_page
from tickets.models import Inbox
from tickets.queries import office
from tickets.queries.theirs import Reader

COOKIE = "portal"
LANGUAGES = ("en", "fa")
View = Callable[..., HttpResponseBase]


class PortalRequest(Request):
    """A request to a customer's page: whose session it came with, if any."""

    portal: PortalSession | None


def cookie_name() -> str:
    """The customers' own cookie; over https bound to this host."""
    return f"__Host-{COOKIE}" if settings.SECURE else COOKIE


def page(*, needs: str = "nobody") -> Callable[[View], View]:
    """A customers' page. `needs`: nobody; a `customer`, who is led to sign in first; or a guest's `link`.

    To the policy all of them are public: no role reads them. What somebody may see there is decided by their session or
    link alone (queries/theirs.py), and a test generated from the routes looks at every page.
    """

    def wrap(view: View) -> View:
        @permit("public")
        @wraps(view)
        def guarded(request: HttpRequest, language: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            session = access.portal_session(request.COOKIES.get(cookie_name(), "")) if needs != "link" else None
            request.portal = session  # type: ignore[attr-defined]  # typed in PortalRequest
            if needs == "customer" and session is None:
                return private(to_enter(request, language))
            return private(view(request, language, *args, **kwargs))

        guarded.needs = needs  # type: ignore[attr-defined]  # read by the generated matrix
        return guarded

    return wrap


def private(response: HttpResponseBase) -> HttpResponseBase:
    """No cache keeps a customer's page, and no page that it leads to learns its address."""
    response.headers.setdefault("Cache-Control", "private, no-store")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response


def to_enter(request: HttpRequest, language: str) -> HttpResponse:
    """On to the sign-in and back. Words that were sent meanwhile come back to whoever sent them."""
    onto = request.path if request.method in ("GET", "HEAD") else f"/{language}/requests/"
    door = f"/{language}/enter/?" + urlencode({"next": onto})
    words = request.POST.get("body", "").strip() if request.method == "POST" else ""
    if words:
        return show(request, language, "portal/signed_out.html", {"words": words[:50_000], "door": door}, status=401)
    return redirect(door)


def reader_of(session: PortalSession) -> Reader:
    """The signed-in customer, as what they may see is asked for."""
    name = session.customer.name
    return Reader(session.customer_id, session.address, "" if name == session.address else name)


def onto(raw: str, language: str) -> str:
    """A customers' page to go on to; anything else becomes the list of requests."""
    ours = raw.startswith(tuple(f"/{each}/" for each in LANGUAGES))
    return safe_next(raw, f"/{language}/requests/") if ours else f"/{language}/requests/"


def frame(request: HttpRequest, language: str, *, chat: Inbox | EllipsisType | None = ...) -> dict[str, Any]:
    """What stands around every page, besides what the address tells. `chat`: our live chat, when it is known."""
    rest = request.path[3:]
    return {
        "nav": "" if rest.startswith(("/requests/new/", "/requests/sent/")) else rest.strip("/").partition("/")[0],
        "private_page": rest.startswith("/t/"),
        "root": f"/{language}",
        "session": getattr(request, "portal", None),
        "alternates": [(each, f"{settings.PUBLIC_URL}/{each}{rest}") for each in LANGUAGES],
        "chat": office.chat_door() if chat is ... else chat,
    }


def show(
    request: HttpRequest, language: str, template: str, context: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """The page in its frame."""
    given = context or {}
    return render(request, template, {**frame(request, language, chat=given.get("chat", ...)), **given}, status=status)


@page()
def missing(request: PortalRequest, language: str, rest: str) -> HttpResponse:
    """No such page; or one whose address lacks its last stroke."""
    if rest and not rest.endswith("/") and request.method in ("GET", "HEAD"):
        return redirect(f"/{language}/{rest}/")
    return error_page(request, NotFound())


def waits(error: TooMany) -> dict[str, Any]:
    """A refusal for being too fast, as the errors of a form."""
    return {"__all__": error.message}
