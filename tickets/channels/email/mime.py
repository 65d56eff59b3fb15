"""MIME as a tree of parts: our own reader, since the library's raises on one mangled mail in seven.

Linear in the size of the mail, no recursion deeper than MAX_DEPTH, and no exception but UnreadableMail.
"""

import binascii
import quopri
import re
from dataclasses import dataclass, field

from tickets.channels.email import headers
from tickets.channels.email.limits import MAX_DEPTH, MAX_PARTS, UnreadableMail, check_headers

FIELD = re.compile(rb"^([!-9;-~]{1,200})[ \t]*:(.*)$", re.DOTALL)
BLANK = re.compile(rb"\r?\n[ \t]*\r?\n|\r[ \t]*\r")
DELIMITER_END = re.compile(rb"(--)?[ \t]{0,200}(?:\r?\n|\r|\Z)")
LINE_END = re.compile(rb"\r\n|\n|\r")
SHORT_TYPES = {"text": "text/plain", "html": "text/html"}
UU_BEGIN = re.compile(rb"(?m)^begin(?:-base64)? [0-7]{3,4} ")


@dataclass
class Part:
    """One node: headers as they came (names lower case), decoded type, and either children or a body."""

    fields: list[tuple[str, bytes]]
    content_type: str = "text/plain"
    params: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    filename: str = ""
    body: bytes = b""
    children: list["Part"] = field(default_factory=list)
    typed: bool = False

    def raw(self, name: str) -> bytes:
        """The first value of a header, still bytes; b"" when it is absent."""
        return next((value for key, value in self.fields if key == name), b"")

    def all(self, name: str) -> list[str]:
        """Every value of a header, unfolded, encoded words untouched."""
        return [headers.raw_text(value) for key, value in self.fields if key == name]

    def get(self, name: str) -> str:
        """The first value of a header, unfolded, encoded words untouched; "" when it is absent."""
        return next(iter(self.all(name)), "")

    def has(self, name: str) -> bool:
        """Whether a header of that name stands here."""
        return any(key == name for key, _ in self.fields)

    def walk(self) -> list["Part"]:
        """This part and all below, in the order of the mail."""
        out, stack = [], [self]
        while stack:
            part = stack.pop()
            out.append(part)
            stack.extend(reversed(part.children))
        return out

    @property
    def data(self) -> bytes:
        """The body with its transfer encoding undone."""
        return undo(self.body, self.get("content-transfer-encoding"))


@dataclass
class _Count:
    parts: int = 0


def read(raw: bytes) -> Part:
    """The mail as a tree. Raises UnreadableMail at a limit and nothing else."""
    return _part(_body_start(raw), "text/plain", 0, _Count())


def _body_start(raw: bytes) -> bytes:
    """Without a byte order mark, blank lines or an mbox `From ` line before the headers."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if raw.count(b"\r") > 2 * raw.count(b"\n"):
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    return raw


def _part(raw: bytes, default: str, depth: int, count: _Count) -> Part:
    count.parts += 1
    if depth > MAX_DEPTH:
        raise UnreadableMail(f"parts nested more than {MAX_DEPTH} deep")
    if count.parts > MAX_PARTS:
        raise UnreadableMail(f"more than {MAX_PARTS} parts")
    fields, body = split(raw)
    part = _typed(Part(fields=fields, body=body), default)
    if part.content_type.startswith("multipart/"):
        _open_multipart(part, depth, count)
    elif part.content_type in ("message/rfc822", "message/global"):
        part.children = [_part(_body_start(part.data), "text/plain", depth + 1, count)]
    return part


def split(raw: bytes) -> tuple[list[tuple[str, bytes]], bytes]:
    """Header fields and body. A line that is no header ends the headers, as mail programs read it."""
    if raw[:1] in (b"\n", b"\r"):
        return [], LINE_END.sub(b"", raw, count=1)
    blank = BLANK.search(raw)
    block, rest = (raw[: blank.start()], raw[blank.end() :]) if blank else (raw, b"")
    check_headers(block)
    lines = LINE_END.split(block)
    last = max((at for at, line in enumerate(lines) if FIELD.match(line)), default=-1)
    if last < 0:
        return [], raw
    fields: list[tuple[str, bytes]] = []
    for at, line in enumerate(lines):
        hit = None if line[:1] in (b" ", b"\t") else FIELD.match(line)
        if hit:
            fields.append((hit[1].decode("ascii").lower(), hit[2].strip()))
        elif at > last and line[:1] not in (b" ", b"\t"):
            return fields, b"\n".join([*lines[at:], b"", rest])
        elif fields:
            fields[-1] = (fields[-1][0], fields[-1][1] + b"\n " + line.strip())
    return fields, rest


def _typed(part: Part, default: str) -> Part:
    head, part.params = headers.parameters(part.get("content-type"))
    part.typed = "/" in head
    part.content_type = head if part.typed and not head.startswith("/") else SHORT_TYPES.get(head, default)
    part.disposition, named = headers.parameters(part.get("content-disposition"))
    part.filename = named.get("filename") or part.params.get("name") or named.get("name") or ""
    return part


def _open_multipart(part: Part, depth: int, count: _Count) -> None:
    default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    body = part.body
    if part.get("content-transfer-encoding").lower() in ("base64", "quoted-printable") and b"--" not in body[:200]:
        body = part.data
    pieces = _pieces(body, _boundary(part, body))
    part.children = [_part(piece, default, depth + 1, count) for piece in pieces]
    if not part.children:
        part.content_type = "text/plain"


def _boundary(part: Part, body: bytes) -> bytes:
    named = part.params.get("boundary", "").strip().encode("utf-8", "replace")
    if named and (b"--" + named) in body:
        return named
    # Without a usable boundary, the first line that looks like one and is followed by a header.
    guess = re.search(rb"(?m)^--([^\s-][^\r\n]{3,100}|-{2,}[^\r\n]{4,100})\r?\n[Cc]ontent-", body)
    return guess[1].rstrip() if guess else named


def _pieces(body: bytes, boundary: bytes) -> list[bytes]:
    if not boundary:
        return []
    mark, found, start, at = b"--" + boundary, [], -1, 0
    while (at := body.find(mark, at)) >= 0:
        tail = DELIMITER_END.match(body, at + len(mark))
        if tail is None or (at and body[at - 1 : at] not in (b"\n", b"\r")):
            at += len(mark)
            continue
        if start >= 0:
            found.append(_without_last_break(body[start:at]))
        start = -1 if tail[1] else tail.end()
        at = tail.end()
        if len(found) > MAX_PARTS:
            raise UnreadableMail(f"more than {MAX_PARTS} parts")
    if 0 <= start < len(body):
        found.append(body[start:])
    return found


def _without_last_break(piece: bytes) -> bytes:
    for end in (b"\r\n", b"\n", b"\r"):
        if piece.endswith(end):
            return piece[: -len(end)]
    return piece


def undo(body: bytes, encoding: str) -> bytes:
    """The bytes behind a transfer encoding; what is broken is read as far as it goes."""
    name = encoding.partition(";")[0].strip().strip("\"'").lower()
    if name == "base64":
        return headers.b_bytes(body) if body.strip() else b""
    if name in ("quoted-printable", "quoted-printeable", "quotedprintable"):
        return quopri.decodestring(body)
    if name in ("x-uuencode", "x-uue", "uuencode", "uue"):
        return uu(body)[0]
    return body


def uu(body: bytes) -> tuple[bytes, int]:
    """The bytes of the uuencoded file that starts at the first `begin` line, and where it ends."""
    begin = UU_BEGIN.search(body)
    if not begin:
        return body, len(body)
    at = body.find(b"\n", begin.end()) + 1
    out: list[bytes] = []
    while 0 < at < len(body):
        end = body.find(b"\n", at)
        end = len(body) if end < 0 else end
        line, at = body[at:end].rstrip(b"\r"), end + 1
        if line.strip() in (b"end", b"===="):
            break
        out.append(_uu_line(line))
    return b"".join(out), at


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        size = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
        try:
            return binascii.a2b_uu(line[:size])
        except binascii.Error:
            return b""
