"""The product's pages, and an empty one behind the same middleware: what every page costs before it does anything."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from helpdesk.accounts.permit import permit


@permit("account.self")
def empty(request: HttpRequest) -> HttpResponse:
    """A signed-in page without content."""
    return HttpResponse("<!doctype html><title>empty</title>")


urlpatterns = [path("bench/empty/", empty), path("", include("helpdesk.urls"))]
