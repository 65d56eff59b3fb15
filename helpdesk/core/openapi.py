"""The OpenAPI 3.1 document, made from what the resources themselves declare: it cannot say something else."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import override

from helpdesk.core.api import Operation, Resource
from helpdesk.core.shapes import Anything, Int, Kind, Many, Record, Schema, Str, answer, records

FAULT = answer("Fault", {"pointer": Str(500, blank=True), "code": Str(80), "detail": Str(2000)})
PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457. code is stable; detail is for people, in the language of Accept-Language.",
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string", "pattern": "^[a-z_]+$"},
        "request_id": {"type": "string"},
        "errors": Many(FAULT, 1000).schema(),
    },
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id", "errors"],
    "additionalProperties": Anything().schema(),
}
ALWAYS = (400, 401, 403, 404, 406, 429, 500, 503)
WITH_BODY = (409, 413, 415, 422)
MEANINGS = {
    200: "Done",
    201: "Made",
    400: "The request or its shape is wrong",
    401: "No key, or one that is not valid",
    403: "The key may not do this",
    404: "Not there, or not to be seen with this key",
    406: "Something other than JSON was asked for",
    409: "It does not fit the present state",
    412: "The version given is not the present one; current holds that",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "The shape is right, but a value cannot be used",
    428: "If-Match is missing",
    429: "Too often; Retry-After says how long to wait",
    500: "Our mistake",
    503: "Busy; nothing was changed",
}
HEADERS: dict[str, tuple[str, Schema]] = {
    "X-Request-Id": ("Names this request; tell it when you ask for help.", {"type": "string"}),
    "RateLimit": ("How many requests may follow at once.", {"type": "string"}),
    "RateLimit-Policy": ("The burst and the seconds in which it fills again.", {"type": "string"}),
    "X-RateLimit-Limit": ("As RateLimit-Policy, for older clients.", {"type": "string"}),
    "X-RateLimit-Remaining": ("As RateLimit, for older clients.", {"type": "string"}),
    "X-RateLimit-Reset": ("Seconds until the burst is full again.", {"type": "string"}),
    "Retry-After": ("Seconds to wait.", {"type": "string"}),
    "ETag": ("The version; send it back as If-Match.", {"type": "string"}),
    "Location": ("Where the new thing is.", {"type": "string"}),
    "Link": ("The next page.", {"type": "string"}),
    "Idempotency-Replayed": ("true when this is the kept answer of an earlier request.", {"type": "string"}),
}
RATE = (
    "X-Request-Id",
    "RateLimit",
    "RateLimit-Policy",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
)


@dataclass(frozen=True)
class Route:
    """One address of the API and the resource behind it. `path` has its parameters in braces."""

    path: str
    view: type[Resource]


def document(routes: Iterable[Route], title: str, server: str) -> dict[str, Any]:
    """The whole document, in English."""
    routes = list(routes)
    with override("en"):
        return {
            "openapi": "3.1.0",
            "info": {"title": title, "version": "1.0.0", "description": _INTRODUCTION},
            "servers": [{"url": server}],
            "security": [{"key": []}],
            "tags": [{"name": name} for name in dict.fromkeys(str(route.view.tag) for route in routes)],
            "paths": {route.path: _path(route) for route in routes},
            "components": _components(routes),
        }


_INTRODUCTION = (
    "JSON over HTTPS. Lists come in pages: follow next_cursor while has_more. Send an Idempotency-Key with every POST "
    "that you may repeat. Unknown fields and parameters are refused. Times are RFC 3339, answered in UTC."
)


def _components(routes: list[Route]) -> dict[str, Any]:
    found: dict[str, Record] = {FAULT.name: FAULT}
    for route in routes:
        for operation in route.view.operations.values():
            for record in (operation.answer, operation.body):
                found |= records(record) if record else {}
    schemas = {name: found[name].schema() for name in sorted(found)}
    return {
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        "schemas": schemas | {"Problem": PROBLEM},
        "headers": {name: {"description": text, "schema": schema} for name, (text, schema) in HEADERS.items()},
        "responses": {f"Problem{status}": _problem(status) for status in MEANINGS if status >= 400},
    }


def _problem(status: int) -> dict[str, Any]:
    names = (*RATE, "Retry-After") if status in (409, 429, 503) else RATE
    return {
        "description": MEANINGS[status],
        "headers": _headers(names),
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _headers(names: Iterable[str]) -> dict[str, Schema]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _path(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = {
        method.lower(): _operation(method, operation, route.view)
        for method, operation in sorted(route.view.operations.items())
    }
    if "{id}" in route.path:
        found["parameters"] = [_parameter("id", Int(), "path", required=True)]
    return found


def _parameter(name: str, kind: Kind, place: str, *, required: bool = False, note: Any = "") -> Schema:
    found: Schema = {"name": name, "in": place, "required": required, "schema": kind.ref()}
    return found | {"description": str(note)} if note else found


def _operation(method: str, operation: Operation, view: type[Resource]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.name,
        "summary": str(operation.summary),
        "tags": [str(view.tag)],
        "parameters": [
            *(_parameter(n, kind, "query", note=operation.notes.get(n, "")) for n, kind in operation.query.items()),
            *_header_parameters(method),
        ],
        "responses": _responses(method, operation),
    }
    if view.verbs[method] == "public":
        found["security"] = [{}, {"key": []}]
    if operation.body:
        content: Schema = {"schema": operation.body.ref()}
        if operation.example is not None:
            content["example"] = dict(operation.example)
        is_needed = bool(operation.body.required or operation.body.at_least_one)
        found["requestBody"] = {"required": is_needed, "content": {"application/json": content}}
    return found


def _header_parameters(method: str) -> list[Schema]:
    if method == "POST":
        schema = {"type": "string", "pattern": "^[!-~]{1,255}$"}
        return [{"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema}]
    if method == "PATCH":
        return [
            {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string", "examples": ['"3"']}}
        ]
    return []


def _responses(method: str, operation: Operation) -> dict[str, Any]:
    names = [*RATE]
    names += ["ETag"] if operation.versioned else []
    names += ["Link"] if "cursor" in operation.query else []
    names += ["Location"] if operation.status == 201 else []
    names += ["Idempotency-Replayed"] if method == "POST" else []
    content: Schema = {"schema": operation.answer.ref()}
    if operation.answer.example is not None:
        content["example"] = dict(operation.answer.example)
    done = {
        "description": MEANINGS[operation.status],
        "headers": _headers(names),
        "content": {"application/json": content},
    }
    statuses = {*ALWAYS, *operation.fails, *(WITH_BODY if method in ("POST", "PATCH") else ())}
    problems = {str(s): {"$ref": f"#/components/responses/Problem{s}"} for s in sorted(statuses)}
    return {str(operation.status): done, **problems}
