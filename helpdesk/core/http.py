"""Pages: typed htmx requests, fragment or page, and domain errors rendered once."""

import asyncio
import logging
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from typing import IO, Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django_htmx.middleware import HtmxDetails

from helpdesk.core.actor import Actor
from helpdesk.core.errors import Busy, DomainError, Invalid, OnlySent
from helpdesk.core.locale import CUSTOMER_PATHS

log = logging.getLogger(__name__)
PIECE = 256 * 1024
# A statement or a lock took too long, or the database is away.
BUSY = (OperationalError, InterfaceError)


class Request(HttpRequest):
    """A request after our middleware: who asks, and whether htmx does."""

    htmx: HtmxDetails
    actor: Actor
    request_id: str


Respond = Callable[[HttpRequest], HttpResponse]


def errors_become_pages(get_response: Respond) -> "ErrorPages":
    """Middleware: gives each request an id and renders DomainErrors as a page or a fragment."""
    return ErrorPages(get_response)


class ErrorPages:
    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = f"req_{secrets.token_hex(8)}"  # type: ignore[attr-defined]  # typed in Request
        response = self.get_response(request)
        if _is_blank_refusal(request, response):
            allowed, response = response["Allow"], error_page(request, OnlySent())
            response["Allow"] = allowed
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]  # typed in Request
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A DomainError becomes its page, a database that does not answer a 503; anything else stays an error."""
        if isinstance(error, BUSY):
            log.error("%s %s: the database did not answer", request.method, request.path, exc_info=error)
            error = Busy()
        return error_page(request, error) if isinstance(error, DomainError) else None


def _is_blank_refusal(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether a reader opened the address that a form sends to, and would see an empty page."""
    is_reader = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    return is_reader and response.status_code == OnlySent.status and not response.content


def _before(request: HttpRequest) -> str:
    """The page of ours from which a form was sent; "" when nobody knows, or when this page is itself a page."""
    came = urlsplit(request.headers.get("Referer", ""))
    is_ours = came.netloc == request.get_host() and came.path.startswith("/") and came.path != request.path
    return came._replace(scheme="", netloc="", fragment="").geturl() if is_ours else ""


def error_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page, or with htmx the fragment, that says what went wrong and what to do."""
    is_fragment = bool(getattr(request, "htmx", False))
    whole = "portal/error.html" if request.path.startswith(CUSTOMER_PATHS) else "errors/page.html"
    template = "errors/_fragment.html" if is_fragment else whole
    context: dict[str, Any] = {
        "error": error,
        "status": error.status,
        "fields": error.errors if isinstance(error, Invalid) else {},
        "request_id": getattr(request, "request_id", ""),
        "before": "" if request.method == "GET" and error.status != OnlySent.status else _before(request),
    }
    response = render(request, template, context, status=error.status)
    if is_fragment:
        # A refusal is told beside the page's content and never replaces what the reader was working on.
        response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
    if "retry_after" in error.facts:
        response["Retry-After"] = str(error.facts["retry_after"])
    return response


def sent_file(source: IO[bytes], content_type: str) -> StreamingHttpResponse:
    """An open file, whole, as an answer that is read and sent a piece at a time, and closed in the end."""
    answer = StreamingHttpResponse(_pieces(source), content_type=content_type)
    answer["Content-Length"] = os.fstat(source.fileno()).st_size
    return answer


async def _pieces(source: IO[bytes]) -> AsyncIterator[bytes]:
    with source:
        while piece := await asyncio.to_thread(source.read, PIECE):
            yield piece


def offer_undo(request: HttpRequest, text: Any, address: str) -> None:
    """Says on the next page that something is done, with a button that posts to `address` to take it back."""
    messages.success(request, text, extra_tags=address)


def broken(request: HttpRequest) -> HttpResponse:
    """handler500: what nobody caught, in both languages and without the database, which may be what is away."""
    is_busy = isinstance(sys.exception(), BUSY)
    status, template = (503, "503.html") if is_busy else (500, "500.html")
    context = {"request_id": getattr(request, "request_id", "")}
    response = HttpResponse(render_to_string(template, context), status=status)
    if is_busy:
        response["Retry-After"] = "1"
    return response
