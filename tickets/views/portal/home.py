"""The first page: reach a person, see how long it takes now, and one's own open requests; and the house rules."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from tickets.queries import mine, office
from tickets.views.portal import places
from tickets.views.portal.common import PortalRequest, page, reader_of, show

SHOWN = 5


@page()
@require_safe
def home(request: PortalRequest, language: str) -> HttpResponse:
    """Search and incidents once somebody fills them, waiting times, hours, open requests."""
    asked = request.GET.get("q", "").strip()[:200]
    today, chat = office.today(office.mail_door()), office.chat_door()
    context: dict[str, Any] = {
        "today": today,
        "chat": chat,
        "waits": mine.waits(today, chat, language),
        "incidents": places.lines("incidents", "", language),
        "can_search": places.has("answers"),
        "asked": asked,
        "answers": places.lines("answers", asked, language) if asked else [],
        "left": "left" in request.GET and request.portal is None,
    }
    if request.portal is not None:
        context["rows"] = mine.rows(reader_of(request.portal), ended=False, limit=SHOWN)
    return show(request, language, "portal/home.html", context)


@page()
@require_safe
def accessibility(request: PortalRequest, language: str) -> HttpResponse:
    """What these pages promise to everybody, and where they fall short."""
    return show(request, language, "portal/accessibility.html")
