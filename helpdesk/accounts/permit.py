"""Every page names its verb here; the policy then decides before the view runs."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render

from helpdesk.accounts.rules.policy import VERBS, can
from helpdesk.core.errors import NotAllowed

View = Callable[..., HttpResponseBase]


def permit(verb: str, *, post: str | None = None) -> Callable[[View], View]:
    """The view needs `verb` (`post`: another one for everything but reading). `public` needs no sign-in.

    Nobody signed in: on to the sign-in page and back. Not allowed: the page that says who can help; which things
    there are it does not say, for nothing was looked up.
    """
    for name in (verb, post or verb):
        if name not in VERBS:
            raise ValueError(f"unknown verb {name!r}")

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            needed = verb if request.method in {"GET", "HEAD", "OPTIONS"} else post or verb
            actor = getattr(request, "actor", None)
            if can(actor, needed):
                return view(request, *args, **kwargs)
            if actor is None:
                return to_sign_in(request)
            raise NotAllowed

        guarded.verb = verb  # type: ignore[attr-defined]  # read by the generated matrix
        guarded.post_verb = post or verb  # type: ignore[attr-defined]  # read by the generated matrix
        return guarded

    return wrap


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Leads to the sign-in page and, for a page that can be shown again, back."""
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else "/desk/"
    if request.headers.get("HX-Request") == "true":
        shown = request.headers.get("HX-Current-URL", "")
        path = "/" + shown.split("://", 1)[-1].partition("/")[2] if "://" in shown else "/desk/"
        response = HttpResponse(status=401)
        response["HX-Redirect"] = "/sign-in/?" + urlencode({"next": path})
        return response
    if request.method == "POST" and request.POST.get("body", "").strip():
        return _keep_words(request)
    return HttpResponseRedirect("/sign-in/?" + urlencode({"next": back}))


def _keep_words(request: HttpRequest) -> HttpResponse:
    """Somebody wrote for long and was signed out meanwhile, without the script that keeps it: their words come back
    to them, to be taken along. The form's own token proved that they sent them."""
    came = urlsplit(request.headers.get("Referer", ""))
    onto = came.path if came.netloc == request.get_host() else "/desk/"
    context = {"words": request.POST["body"][:200_000], "sign_in": "/sign-in/?" + urlencode({"next": onto})}
    response = render(request, "accounts/signed_out.html", context, status=401)
    response["Cache-Control"] = "no-store"
    return response
