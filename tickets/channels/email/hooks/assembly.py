"""Mails out of pieces: providers that hand over fields get the same bytes for the same fields, so repeats are known."""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.header import Header

from tickets.channels.email import transfer

CRLF = b"\r\n"
FIELD_NAME = re.compile(r"[!-9;-~]{1,200}\Z")
# Fields that describe a body which we put together anew.
OURS = frozenset({"content-type", "content-transfer-encoding", "content-disposition", "mime-version", "content-length"})
TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}\Z")


@dataclass(frozen=True)
class File:
    """A file of a mail. With a `content_id` it belongs into the text."""

    name: str
    content_type: str
    data: bytes
    content_id: str = ""
    inline: bool = False


Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Pieces:
    """What a provider has told of a mail; its files may have to be asked for."""

    fields: Fields
    text: str = ""
    html: str = ""
    files: tuple[File, ...] = ()

    def mail(self, *more: File) -> bytes:
        """The mail, with these files as well."""
        return assemble(self.fields, self.text, self.html, (*self.files, *more))


def assemble(fields: Fields, text: str, html: str, files: Iterable[File] = ()) -> bytes:
    """A whole mail with these header fields, texts and files."""
    seed = hashlib.sha256(repr((list(fields), text, html)).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    bodies = [_text(kind, body) for kind, body in (("plain", text), ("html", html)) if body] or [_text("plain", "")]
    content = bodies[0] if len(bodies) == 1 else _multipart("alternative", f"a{seed}", bodies)
    parts = [_file(one) for one in files]
    if parts:
        content = _multipart("mixed", f"m{seed}", [content, *parts])
    return (
        CRLF.join(_field(name, value) for name, value in _kept(fields)) + CRLF + b"MIME-Version: 1.0" + CRLF + content
    )


def reheaded(fields: Fields, body: bytes) -> bytes:
    """The mail `body` with `fields` instead of headers of its own."""
    return CRLF.join(_field(name, value) for name, value in _kept(fields)) + CRLF + CRLF + body


def with_missing(fields: Fields, **given: str) -> list[tuple[str, str]]:
    """The fields, and those of `given` (`reply_to` for Reply-To) that are not among them."""
    there = {name.lower() for name, _ in fields}
    more = [(name.replace("_", "-").title(), value) for name, value in given.items() if value]
    return [*fields, *((name, value) for name, value in more if name.lower() not in there)]


def _kept(fields: Fields) -> list[tuple[str, str]]:
    return [(name, value) for name, value in fields if name.lower() not in OURS and FIELD_NAME.match(name)]


def _field(name: str, value: str) -> bytes:
    plain = " ".join(str(value).replace("\x00", "").split())
    try:
        return f"{name}: {plain}".encode("ascii")
    except UnicodeEncodeError:
        return f"{name}: {plain}".encode("utf-8", "surrogateescape")


def _text(kind: str, body: str) -> bytes:
    data = body.encode("utf-8", "surrogateescape")
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + _base64(data)


def _file(one: File) -> bytes:
    kind = one.content_type.partition(";")[0].strip().lower()
    # A mail inside a mail is opened by whoever reads it; what is only a file's bytes must stay a file.
    kind = kind if TYPE.match(kind) and not kind.startswith("multipart/") else "application/octet-stream"
    inline = one.inline or bool(one.content_id)
    lines = [f"Content-Type: {kind}", "Content-Transfer-Encoding: base64"]
    place = "inline" if inline else "attachment"
    name = Header(one.name, "utf-8").encode() if not one.name.isascii() else one.name.replace('"', "'")
    lines.append(f'Content-Disposition: {place}; filename="{name}"' if one.name else f"Content-Disposition: {place}")
    if one.content_id:
        lines.append(f"Content-ID: <{one.content_id.strip('<>')}>")
    clean = [" ".join(line.split()) for line in lines]
    return "\r\n".join(clean).encode("utf-8", "replace") + CRLF + CRLF + _base64(one.data)


def _multipart(kind: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    mark = f"--=_{boundary}".encode()
    head = f'Content-Type: multipart/{kind}; boundary="=_{boundary}"\r\n\r\n'.encode()
    return head + b"".join(mark + CRLF + part + CRLF for part in parts) + mark + b"--" + CRLF


def _base64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", CRLF)


def undo_base64(text: str) -> bytes:
    """Bytes that a provider sends in base64; what is broken is read as far as it goes."""
    return transfer.unbase64(text.encode("ascii", "ignore"))
