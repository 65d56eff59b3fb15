"""The manners that every resource of the API shares. A resource says what it takes and gives; this does the rest."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn
from urllib.parse import urlencode

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.views import APIView

from helpdesk.core import buckets, clock, idempotency, strict_json
from helpdesk.core.errors import DomainError, Invalid, NotFound, Stale, TooMany
from helpdesk.core.idempotency import Answer as Answer
from helpdesk.core.shapes import BIGGEST, Fault, Kind, Record, Unfit, shown

if TYPE_CHECKING:
    from helpdesk.core.actor import Actor

Text = Any  # str or a lazy translation
KEY_SHAPE = re.compile(r"[\x21-\x7e]{1,255}\Z")
JSON_RANGES = ("*/*", "application/*", "application/json")


@dataclass(frozen=True)
class Operation:
    """What one method of one resource promises; the OpenAPI document and the reference page are made from it."""

    name: str
    summary: Text
    answer: Record
    status: int = 200
    query: Mapping[str, Kind] = field(default_factory=dict)
    notes: Mapping[str, Text] = field(default_factory=dict)
    body: Record | None = None
    versioned: bool = False
    fails: tuple[int, ...] = ()
    example: Mapping[str, Any] | None = None


class Precondition(DomainError):
    """A header that guards against lost changes is missing."""

    status = 428


class Resource(APIView):
    """One address. A subclass sets `verbs` and `operations`, and is one or more of Reads, Creates and Changes."""

    verbs: ClassVar[dict[str, str]] = {}
    operations: ClassVar[dict[str, Operation]] = {}
    tag: ClassVar[Text] = ""
    operation: Operation
    actor: "Actor"
    spent: buckets.Spent | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Method, Accept, key, rate, permission: in this order."""
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in self.operations:
            raise exceptions.MethodNotAllowed(method)
        self.operation = self.operations[method]
        _accepts_json(request)
        self.perform_authentication(request)
        self.actor = request._request.actor  # type: ignore[attr-defined]  # set by KeyAuthentication
        self._spend(request)
        self.check_permissions(request)
        if any(value > BIGGEST for value in kwargs.values()):
            raise NotFound

    def _spend(self, request: Request) -> None:
        key = getattr(request.auth, "pk", None)
        self.spent = buckets.spend(f"key:{key}" if key else f"ip:{request.META.get('REMOTE_ADDR', '')}")
        if not self.spent.allowed:
            raise TooMany(self.spent.wait)

    def _respond(self, answer: Answer) -> HttpResponse:
        text = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":"))
        response = HttpResponse(text, status=answer.status, content_type="application/json", headers=answer.headers)
        if answer.replayed:
            response["Idempotency-Replayed"] = "true"
        return response

    def finalize_response(  # type: ignore[override]  # ours are plain HttpResponses, which DRF passes through
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Adds what every answer carries."""
        final: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[arg-type]  # as above
        final["Cache-Control"] = "no-store"
        final["Vary"] = "Accept-Language, Authorization"
        if self.spent is not None:
            for name, value in buckets.headers(self.spent).items():
                final[name] = value
        return final

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> NoReturn:
        """Without a key 401, with one 403."""
        if request.successful_authenticator is None:
            raise exceptions.NotAuthenticated
        raise exceptions.PermissionDenied

    @property
    def allowed_methods(self) -> list[str]:
        """For the header Allow."""
        return sorted(self.operations)


class Reads(Resource, ABC):
    """A resource that answers GET."""

    @abstractmethod
    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """The answer to a checked query."""

    def get(self, request: Request, **path: int) -> HttpResponse:
        """Checks the query, then read()."""
        return self._respond(self.read(query_of(request, self.operation.query), **path))


class Creates(Resource, ABC):
    """A resource that answers POST, with a body of at most `most_bytes`."""

    most_bytes: ClassVar[int] = strict_json.MOST_BYTES

    @abstractmethod
    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """Does it, once per Idempotency-Key."""

    def post(self, request: Request, **path: int) -> HttpResponse:
        """Checks the body, then create(), or the stored answer of the same request."""
        query_of(request, {})
        raw = strict_json.read(request._request, self.most_bytes)
        body = (self.operation.body or EMPTY).check(raw)
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return self._respond(self.create(body, **path))
        if not KEY_SHAPE.match(key):
            raise Unfit([Fault("Idempotency-Key", "malformed", _("Use 1 to 255 visible ASCII characters."))])
        print_ = idempotency.fingerprint("POST", request.path, raw)
        return self._respond(idempotency.once(self.actor.label, key, print_, lambda: self.create(body, **path)))


class Changes(Resource, ABC):
    """A resource that answers PATCH."""

    @abstractmethod
    def change(self, body: dict[str, Any], **path: int) -> Answer:
        """Changes what the body names."""

    def patch(self, request: Request, **path: int) -> HttpResponse:
        """Checks the body, then change()."""
        query_of(request, {})
        body = (self.operation.body or EMPTY).check(strict_json.read(request._request))
        return self._respond(self.change(body, **path))


class Nowhere(Resource):
    """Any address under the API that does not exist."""

    verbs: ClassVar[dict[str, str]] = dict.fromkeys(("GET", "POST", "PATCH", "PUT", "DELETE"), "public")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """There is nothing here, whoever asks and however."""
        raise NotFound


EMPTY = Record("Nothing", {})


def _accepts_json(request: Request) -> None:
    header = request.headers.get("Accept", "").lower().replace(" ", "")
    if header and not any(_takes(part) for part in header.split(",")):
        raise exceptions.NotAcceptable


def _takes(part: str) -> bool:
    name, *parameters = part.split(";")
    return name in JSON_RANGES and not any(re.fullmatch(r"q=0(\.0*)?", one) for one in parameters)


def query_of(request: Request, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """The query parameters, each known, given once and of its kind. Raises Unfit."""
    faults, read = [], {}
    for name, values in request._request.GET.lists():
        try:
            if name not in kinds:
                unknown = _("This parameter is unknown. Leave it out.")
                raise Unfit([Fault(f"?{shown(name)}", "unknown_parameter", unknown)])
            if len(values) > 1:
                raise Unfit([Fault(f"?{name}", "repeated", _("Give this parameter once."))])
            read[name] = kinds[name].check(kinds[name].from_text(values[0]), f"?{name}")
        except Unfit as error:
            faults += error.faults
    if faults:
        raise Unfit(faults)
    return read


def stamp(at: datetime | None) -> str | None:
    """A time as the API writes it: RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def etag(version: int) -> dict[str, str]:
    """The header that names this version of a resource."""
    return {"ETag": f'"{version}"'}


def expect_match(request: Request, version: int, current: Mapping[str, Any]) -> None:
    """Raises a 428 without If-Match and a 412 (with what is current) when it names another version."""
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise Precondition("if_match_missing", _("Send If-Match with the ETag that you read."))
    if header != "*" and f'"{version}"' not in [part.strip() for part in header.split(",")]:
        raise Stale("stale", _("Somebody changed this meanwhile. Look again, then save."), current=current)


def past(name: str, at: datetime | None, may_import: bool) -> datetime | None:
    """A backdated time, for whoever may import. Raises 403 without the scope, 422 for the future."""
    if at is None:
        return None
    if not may_import:
        raise ImportNeeded("import_scope_needed", _("Only a key with the scope import may set past times."))
    if at > clock.now():
        raise Invalid({name: _("This time must lie in the past.")})
    return at


class ImportNeeded(DomainError):
    """Backdating is for moving in."""

    status = 403


def next_link(request: Request, page: Mapping[str, Any]) -> dict[str, str]:
    """The Link header of a page that has a next one."""
    if not page["next_cursor"]:
        return {}
    query = request._request.GET.dict() | {"cursor": page["next_cursor"]}
    return {"Link": f'<{request.path}?{urlencode(query)}>; rel="next"'}
