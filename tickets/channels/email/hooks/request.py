"""A provider's request as plain values, and what a reader makes of it. No Django request, no database."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from tickets.channels.email import headers as mail_headers
from tickets.channels.email import mime, params
from tickets.channels.email.hooks.assembly import Pieces

MOST_FIELDS = 1000
EMPTY_LINE = re.compile(rb"\r?\n\r?\n")


class BadHook(ValueError):
    """The request is not what its provider sends."""


class Ignored(Exception):
    """A request that brings no mail: a ping, a confirmation, news of mail that we sent.

    `confirm`: the address that a provider wants read as a proof that its requests are wanted here.
    """

    def __init__(self, why: str, confirm: str = "") -> None:
        super().__init__(why)
        self.confirm = confirm


@dataclass(frozen=True)
class Upload:
    """A file of a form."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Kept:
    """A file that the provider keeps and tells by name; `ref` is what to ask for."""

    name: str
    content_type: str
    size: int | None
    ref: str
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True)
class HookMail:
    """One mail: its bytes, and what the provider's envelope adds. `spam_*` None: the provider says nothing.

    `stripped`: what the provider holds to be the new part of the text. What it does not hand over: `unfetched` are
    files, `whole` is its own id of a mail whose text stays there too; `pieces` is what both go with.
    """

    data: bytes
    event_id: str = ""
    envelope_sender: str = ""
    recipients: tuple[str, ...] = ()
    spam_detected: bool | None = None
    spam_score: float | None = None
    stripped: str = ""
    unfetched: tuple[Kept, ...] = ()
    whole: str = ""
    pieces: Pieces | None = None

    @property
    def is_partial(self) -> bool:
        """Whether the provider must be asked for the rest."""
        return bool(self.unfetched or self.whole)


@dataclass(frozen=True)
class Request:
    """Method, path, headers (any case) and the body's bytes."""

    body: bytes
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    path: str = ""

    def header(self, name: str) -> str:
        """A header's value, "" when it is absent."""
        return next((str(value) for key, value in self.headers.items() if key.lower() == name.lower()), "")

    def json(self) -> Any:
        """The body as JSON. Raises BadHook."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as fault:
            raise BadHook(f"the body is not JSON: {fault}") from fault

    @cached_property
    def _form(self) -> tuple[dict[str, str], dict[str, Upload]]:
        kind, given = params.parameters(self.content_type)
        if kind == "application/x-www-form-urlencoded":
            return dict(parse_qsl(self.body.decode("utf-8", "replace"), True, max_num_fields=MOST_FIELDS)), {}
        if kind != "multipart/form-data" or not given.get("boundary"):
            raise BadHook("the body is neither a form nor a multipart form")
        return _multipart(self.body, given["boundary"])

    @property
    def form(self) -> dict[str, str]:
        """The form's fields, as UTF-8. Raises BadHook."""
        return self._form[0]

    @property
    def files(self) -> dict[str, Upload]:
        """The form's files by their field."""
        return self._form[1]

    def text(self, name: str, charset: str = "") -> str:
        """A field in the charset that the provider names for it."""
        value = self.form.get(name, "")
        if not charset or charset.lower().replace("-", "") == "utf8":
            return value
        try:
            return value.encode("utf-8", "surrogateescape").decode(charset)
        except (LookupError, UnicodeError):
            return value


def _multipart(body: bytes, boundary: str) -> tuple[dict[str, str], dict[str, Upload]]:
    """RFC 7578. A part's bytes are the file's: nothing within them is looked at."""
    mark = re.compile(rb"\r?\n--" + re.escape(boundary.encode("utf-8", "replace")) + rb"(?=--|[ \t]*\r?\n)")
    values: dict[str, str] = {}
    files: dict[str, Upload] = {}
    for piece in mark.split(b"\n" + body, MOST_FIELDS)[1:]:
        if piece.startswith(b"--"):
            break
        head, data = _halves(piece)
        _, named = params.parameters(head.get("content-disposition", ""))
        if head.get("content-transfer-encoding"):
            data = mime.read(piece.lstrip()).data
        if "filename" in named:
            files[named.get("name", "")] = Upload(named["filename"], _kind(head.get("content-type", "")), data)
        else:
            values[named.get("name", "")] = data.decode("utf-8", "surrogateescape")
    return values, files


def _halves(piece: bytes) -> tuple[dict[str, str], bytes]:
    rest = piece.partition(b"\n")[2]
    if rest[:2] == b"\r\n" or rest[:1] == b"\n":
        return {}, rest.partition(b"\n")[2]
    gap = EMPTY_LINE.search(rest)
    block, data = (rest[: gap.start()], rest[gap.end() :]) if gap else (rest, b"")
    fields, _ = mime.split(block + b"\r\n\r\n")
    return {name: mail_headers.raw_text(value) for name, value in reversed(fields)}, data


def _kind(content_type: str) -> str:
    return params.parameters(content_type)[0]
