"""Addresses of the customers' pages, the same in both languages."""

from typing import Any

from django.urls import URLPattern, path

from tickets.views.portal import allowed, data, door, home, me, request, requests, updates
from tickets.views.portal.common import missing


def urls(language: str) -> list[URLPattern]:
    """All of them in one language."""
    return [path(route, view, {"language": language}) for route, view in ROUTES]


OWN, LINK = "requests/<int:number>/", "t/<str:token>/"
ROUTES: list[tuple[str, Any]] = [
    ("", home.home),
    ("accessibility/", home.accessibility),
    ("me/", me.me),
    ("me/facts/<int:pk>/<slug:what>/", me.fact),
    ("me/contact/", allowed.contact),
    ("me/contact/<slug:what>/", allowed.change),
    ("me/looks/", me.looked),
    ("me/data/", data.data),
    ("me/data/copy/", data.copy),
    ("me/data/copies/<int:pk>/", data.fetch),
    ("me/data/erase/", data.erase),
    ("consent/<str:token>/", allowed.confirm),
    ("enter/", door.enter),
    ("enter/code/", door.code),
    ("leave/", door.leave),
    ("requests/", requests.index),
    ("requests/new/", requests.new),
    ("requests/sent/<int:number>/", requests.sent),
    (OWN, request.read_own),
    (OWN + "news/", request.news_own),
    (OWN + "reply/", request.reply_own),
    (OWN + "solved/", request.solved_own),
    (OWN + "transcript/<slug:form>/", request.transcript_own),
    (OWN + "files/<str:file>/", request.attachment_own),
    (OWN + "updates/", updates.updates),
    (LINK, request.read_link),
    (LINK + "news/", request.news_link),
    (LINK + "reply/", request.reply_link),
    (LINK + "solved/", request.solved_link),
    (LINK + "transcript/<slug:form>/", request.transcript_link),
    (LINK + "files/<str:file>/", request.attachment_link),
    (LINK + "renew/", request.renew),
    ("<path:rest>", missing),
]
