"""Every error of the API as RFC 9457 problem+json: one place turns exceptions into answers."""

import json
import logging
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.views import set_rollback

from helpdesk.core.errors import DomainError, Invalid, NotFound
from helpdesk.core.shapes import Unfit, escape

log = logging.getLogger(__name__)
Text = Any  # str or a lazy translation
OURS = ("type", "title", "status", "detail", "instance", "code", "request_id", "errors")

# code -> (title, what to do). Each has its page at /developers/errors/<code>/.
CODES: dict[str, tuple[Text, Text]] = {
    "bad_request": (_("The request cannot be read"), _("Check the request line, the headers and the body.")),
    "bad_json": (_("The body is not JSON"), _("Send one JSON object in UTF-8, at most 20 levels deep.")),
    "bad_input": (
        _("Some input does not fit"),
        _("Look at errors: each pointer names a place in the body, or ?name a parameter. Unknown fields are refused."),
    ),
    "no_key": (_("A key is needed"), _("Send Authorization: Bearer and the key. Make one under Settings, API keys.")),
    "bad_key": (_("The key is not valid"), _("It is mistyped, revoked, or its person no longer works here.")),
    "not_allowed": (
        _("This is not allowed"),
        _("The key lacks the scope, or its person the role. Make a key with more scopes, or ask an admin."),
    ),
    "import_scope_needed": (_("Past times need the scope import"), _("Make a key with the scope import.")),
    "not_found": (
        _("There is no such thing"),
        _("It does not exist, or this key may not see it; the two look the same. Paths end with a slash."),
    ),
    "method_not_allowed": (_("This address does not take this method"), _("The header Allow lists those it takes.")),
    "not_acceptable": (_("We answer JSON only"), _("Leave Accept out, or let it contain application/json.")),
    "erased": (
        _("It was erased"),
        _("Somebody had it erased. What is gone cannot be joined, parted or given back."),
    ),
    "handle_taken": (
        _("Another customer has this handle"),
        _("owner is the id of that customer. Use that customer, or merge the two."),
    ),
    "import_begun": (
        _("This import has begun"),
        _("Bring the file again to match its columns otherwise; nobody is made twice."),
    ),
    "import_failed": (_("This file could not be read"), _("Mend the file where trouble says, and bring it again.")),
    "handle_theirs": (_("They have this handle already"), _("Nothing needs to be done.")),
    "merged_away": (
        _("One of them has been joined with another customer"),
        _("Read both customers again: the answer's id is who they are now."),
    ),
    "name_taken": (_("This name is on the list already"), _("Choose another name, or change the one that is there.")),
    "domain_taken": (_("Another organisation has this domain"), _("Look whether the two organisations are one.")),
    "memory_full": (_("A hundred things are remembered already"), _("Forget one, then remember the new one.")),
    "status_not_possible": (
        _("This does not follow from the present status"),
        _("Read the ticket, then decide again."),
    ),
    "public_answer": (
        _("All the world would read it"),
        _("Say that it is meant (`sure`), or answer in private."),
    ),
    "newer_messages": (_("Something newer came in"), _("Read the new messages, then send with the new seen_seq.")),
    "colleague_replying": (
        _("A colleague is answering"),
        _("who is the colleague. Wait, or send without seen_seq."),
    ),
    "too_late": (_("It has already left"), _("Send a correction instead.")),
    "not_failed": (_("Nothing has failed here"), _("Only failed copies can be sent again.")),
    "request_in_flight": (_("The first try is still under way"), _("Wait a second and send the same request again.")),
    "stale": (
        _("Somebody changed it meanwhile"),
        _("current is how it is now. Decide again, and send If-Match with the new ETag."),
    ),
    "too_large": (_("The body is too large"), _("Keep a request under 1 MiB, a batch of events under 8 MiB.")),
    "unsupported_media_type": (_("The body must be JSON"), _("Send Content-Type: application/json.")),
    "invalid": (_("Some input cannot be used"), _("Look at errors: each pointer names the place and what to do.")),
    "key_reused": (_("The Idempotency-Key was used before"), _("Use a new key for every new request.")),
    "if_match_missing": (
        _("If-Match is needed"),
        _("Read the resource, and send its ETag as If-Match, so that nobody's change is lost."),
    ),
    "too_many": (_("Too many requests"), _("Wait as many seconds as Retry-After says.")),
    "internal": (_("Something went wrong on our side"), _("Try again. If it stays, tell us the request_id.")),
    "busy": (_("We are busy just now"), _("Try again in a second; nothing was changed.")),
}

# DRF's exceptions -> our code; the sentence is the code's own advice.
KNOWN: tuple[tuple[type[Exception], int, str], ...] = (
    (exceptions.AuthenticationFailed, 401, "bad_key"),
    (exceptions.NotAuthenticated, 401, "no_key"),
    (exceptions.PermissionDenied, 403, "not_allowed"),
    (exceptions.MethodNotAllowed, 405, "method_not_allowed"),
    (exceptions.NotAcceptable, 406, "not_acceptable"),
    (exceptions.UnsupportedMediaType, 415, "unsupported_media_type"),
    (exceptions.ParseError, 400, "bad_json"),
    (RequestDataTooBig, 413, "too_large"),
    (UnreadablePostError, 400, "bad_request"),
    (SuspiciousOperation, 400, "bad_request"),
    (BadRequest, 400, "bad_request"),
    (MultiPartParserError, 400, "bad_request"),
    (OperationalError, 503, "busy"),
    (InterfaceError, 503, "busy"),
)


def answer(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """DRF's exception handler: the problem that `error` is. What nobody expected is logged and becomes a 500."""
    set_rollback()
    request: HttpRequest = context["request"]._request
    if isinstance(error, Http404):
        error = NotFound()
    if isinstance(error, DomainError):
        return _domain(request, error)
    if isinstance(error, Unfit):
        errors = [{"pointer": f.pointer, "code": f.code, "detail": str(f.detail)} for f in error.faults]
        return problem(request, 400, "bad_input", errors=errors)
    status, code = next(((s, c) for kind, s, c in KNOWN if isinstance(error, kind)), (500, "internal"))
    if status >= 500:
        log.error("%s %s failed", request.method, request.path, exc_info=error)
    response = problem(request, status, code)
    if status == 401:
        response["WWW-Authenticate"] = getattr(error, "auth_header", "Bearer")
    if status == 503:
        response["Retry-After"] = "1"
    return response


def refusal(request: HttpRequest, error: Exception) -> HttpResponse:
    """As answer(), for a view that is none of DRF's."""
    return answer(error, {"request": SimpleNamespace(_request=request)})


def _domain(request: HttpRequest, error: DomainError) -> HttpResponse:
    fields = error.errors if isinstance(error, Invalid) else {}
    errors = [
        {"pointer": _pointer(name), "code": "invalid", "detail": str(text)} for name, text in sorted(fields.items())
    ]
    response = problem(request, error.status, error.code, detail=error.message, errors=errors, facts=error.facts)
    if "retry_after" in error.facts:
        response["Retry-After"] = str(error.facts["retry_after"])
    return response


def _pointer(path: str) -> str:
    """RFC 6901: `attributes/seats` is a step into `attributes`."""
    return "".join("/" + escape(step) for step in path.split("/"))


def problem(
    request: HttpRequest,
    status: int,
    code: str,
    *,
    detail: Text = "",
    errors: list[dict[str, str]] | None = None,
    facts: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """One problem document, in the language of the request."""
    title, advice = CODES.get(code, (detail, detail))
    body = {
        **{name: value for name, value in (facts or {}).items() if name not in OURS},
        "type": f"{settings.PUBLIC_URL}/developers/errors/{code}/",
        "title": str(title),
        "status": status,
        "detail": str(detail or advice),
        "instance": request.path[:500],
        "code": code,
        "request_id": str(getattr(request, "request_id", "")),
        "errors": errors or [],
    }
    text = json.dumps(body, ensure_ascii=False, default=str)
    return HttpResponse(text, status=status, content_type="application/problem+json")
