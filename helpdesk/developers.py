"""For integrators: the OpenAPI document, and the same as pages to read."""

import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern

from helpdesk.accounts.permit import permit
from helpdesk.accounts.rules.policy import SCOPE_OF
from helpdesk.core.api import Operation
from helpdesk.core.errors import NotFound
from helpdesk.core.openapi import Route, document
from helpdesk.core.problems import CODES
from helpdesk.core.shapes import Either, Int, Kind, Many, Matching, Maybe, Moment, OneOf, Record, Str, Words
from tickets.queries import signing


def routes() -> list[Route]:
    """Every address of the API with its resource."""
    from helpdesk.api_urls import RESOURCES  # the roof mounts this module too

    return [_route(pattern) for pattern in RESOURCES]


def _route(pattern: URLPattern) -> Route:
    path = "/" + str(pattern.pattern).replace("<int:pk>", "{id}")
    return Route(path, pattern.callback.cls)  # type: ignore[attr-defined]  # as_view() of DRF sets it


@lru_cache(maxsize=1)
def _document(server: str) -> bytes:
    return json.dumps(document(routes(), "Help desk API", server), ensure_ascii=False).encode()


@permit("public")
def openapi(request: HttpRequest) -> HttpResponse:
    """The document, for anybody."""
    response = HttpResponse(_document(settings.PUBLIC_URL), content_type="application/json")
    response["Cache-Control"] = "public, max-age=300"
    return response


@permit("public")
def reference(request: HttpRequest) -> HttpResponse:
    """All addresses, to read."""
    context = {"groups": _groups(), "codes": CODES, "server": settings.PUBLIC_URL}
    return render(request, "developers/reference.html", context)


@permit("public")
def widget(request: HttpRequest) -> HttpResponse:
    """The chat for other sites: how to put it in, what it can do, how a server signs its visitors."""
    context = {
        "snippet": signing.snippet(),
        "plain_snippet": signing.plain_snippet(),
        "samples": signing.samples(),
        "server": settings.PUBLIC_URL,
    }
    return render(request, "developers/widget.html", context)


CREATED = {
    "type": "message.created",
    "data": {
        "id": "m-1042",
        "from": {"id": "u-7", "name": "Mina Rad", "language": "fa"},
        "text": "سفارش من کجاست؟",
        "at": "2026-03-02T10:00:00Z",
        "files": [{"url": "https://app.example/f/9", "name": "box.jpg", "type": "image/jpeg"}],
    },
}
SEND = {
    "type": "message.send",
    "timestamp": "2026-03-02T10:05:00Z",
    "data": {"id": "k-77", "to": "u-7", "text": "در راه است.", "files": [], "public": False, "language": "fa"},
}


@permit("public")
def channel(request: HttpRequest) -> HttpResponse:
    """How another program becomes a channel: what it posts, what it takes, how both are signed."""
    return render(request, "developers/channel.html", {"created": _pretty(CREATED), "send": _pretty(SEND)})


@permit("public")
def error(request: HttpRequest, code: str) -> HttpResponse:
    """What an error code means and what to do about it."""
    if code not in CODES:
        raise NotFound
    title, advice = CODES[code]
    return render(request, "developers/error.html", {"code": code, "title": title, "advice": advice})


def _groups() -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for route in routes():
        for method, operation in route.view.operations.items():
            entry = _entry(route.path, method, operation, route.view.verbs[method])
            groups.setdefault(str(route.view.tag), []).append(entry)
    return [{"name": name, "entries": entries} for name, entries in groups.items()]


def _entry(path: str, method: str, operation: Operation, verb: str) -> dict[str, Any]:
    body = operation.body
    return {
        "name": operation.name,
        "method": method,
        "path": path,
        "summary": operation.summary,
        "scope": SCOPE_OF.get(verb, ""),
        "parameters": [
            {"name": name, "kind": kind_words(kind), "note": operation.notes.get(name, ""), "needed": False}
            for name, kind in operation.query.items()
        ],
        "fields": _fields(body) if body else [],
        "one_of": body.one_of if body else (),
        "curl": _curl(path, method, operation),
        "status": operation.status,
        "example": _pretty(operation.answer.example),
    }


def _fields(record: Record) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "kind": kind_words(kind),
            "note": record.notes.get(name, ""),
            "needed": name in record.required,
        }
        for name, kind in record.fields.items()
    ]


def kind_words(kind: Kind) -> str:
    """A kind in the few words that programmers read in any language."""
    match kind:
        case Maybe(inner):
            return f"{kind_words(inner)} | null"
        case Either(kinds):
            return " | ".join(kind_words(one) for one in kinds)
        case Many(item, most):
            return f"[{kind_words(item)}] ≤ {most}"
        case OneOf(words):
            return " | ".join(word or '""' for word in words)
        case Str(most) | Matching(_, most):
            return f"string ≤ {most}"
        case Int():
            return "integer"
        case Moment():
            return "date-time"
        case Record() | Words():
            return "object" if isinstance(kind, Words) else "{" + ", ".join(kind.fields) + "}"
    return "boolean"


def _curl(path: str, method: str, operation: Operation) -> str:
    shown = path.replace("{id}", "42")
    lines = [f"curl -X {method} {settings.PUBLIC_URL}{shown}", '  -H "Authorization: Bearer $KEY"']
    if method == "POST":
        lines.append('  -H "Idempotency-Key: $(uuidgen)"')
    if method == "PATCH":
        lines.append("  -H 'If-Match: \"3\"'")
    if operation.example is not None:
        body = json.dumps(dict(operation.example), ensure_ascii=False, indent=2)
        lines += ['  -H "Content-Type: application/json"', f"  -d '{body}'"]
    return " \\\n".join(lines)


def _pretty(example: Any) -> str:
    return json.dumps(example, ensure_ascii=False, indent=2, default=dict) if example is not None else ""
