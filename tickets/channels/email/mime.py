"""MIME as a tree of parts: our own reader, since the library's raises on one mangled mail in seven.

Linear in the size of the mail, no recursion deeper than MAX_DEPTH, and no exception but UnreadableMail.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tickets.channels.email import cms, headers
from tickets.channels.email.limits import MAX_DEPTH, MAX_HEADER_BYTES, MAX_PARTS, UnreadableMail, check_headers
from tickets.channels.email.params import parameters
from tickets.channels.email.transfer import name_of, undo

FIELD = re.compile(rb"^([!-9;-~]{1,200})[ \t]*:(.*)$", re.DOTALL)
BLANK = re.compile(rb"\r?\n[ \t]*\r?\n|\r[ \t]*\r")
EMPTY = re.compile(rb"\r?\n\r?\n|\r\r")
DELIMITER = re.compile(rb"(?:\A|[\r\n])--")
DELIMITER_END = re.compile(rb"[ \t]{0,200}(--)?[ \t]{0,200}(?=[\r\n]|\Z)")
LINE_END = re.compile(rb"\r\n|\n|\r")
SHORT_TYPES = {"text": "text/plain", "html": "text/html"}
TYPE = re.compile(r"[a-z0-9][\w.+-]{0,60}/[\w.+*-]{1,80}\Z")
# Without a usable boundary: the first line that looks like one and is followed by a header.
LIKELY = re.compile(rb"(?m)^--([^\s-][^\r\n]{0,100}|-{2,60}[^\s-][^\r\n]{3,100})\r?\n[Cc]ontent-[A-Za-z-]{2,40}:")
UNTYPED = re.compile(rb"\s{0,20}(?:This is a multi-?part message in MIME format[^\r\n]{0,20}\s{1,20})?--[^\s-]", re.I)
CHARSET = re.compile(rb"charset[ \t]{0,9}=[ \t]{0,9}[\"']?([A-Za-z0-9_:.-]{3,40})", re.I)
CALLED = re.compile(r"[\w .()+-]{1,100}\.\w{1,8}\Z")
# Headers that a mail has once: a blank-looking line above one that was missing so far did not end the headers.
ONCE = {"from", "to", "subject", "date", "message-id", "mime-version", "content-type"}


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
    hint: str = ""

    def raw(self, name: str) -> bytes:
        """The first value of a header, still bytes; b"" when it is absent."""
        return next((value for key, value in self.fields if key == name), b"")

    def all(self, name: str) -> list[str]:
        """Every value of a header, unfolded, encoded words untouched."""
        return [headers.raw_text(value, self.hint) for key, value in self.fields if key == name]

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
    hint: str = ""


def read(raw: bytes) -> Part:
    """The mail as a tree. Raises UnreadableMail at a limit and nothing else."""
    return _part(_body_start(raw), "text/plain", 0, _Count(hint=_hint(raw)))


def _hint(raw: bytes) -> str:
    """The first charset that any part names: bare bytes in headers are most likely in it."""
    named = CHARSET.search(raw, 0, MAX_HEADER_BYTES)
    return named[1].decode("ascii") if named else ""


def _body_start(raw: bytes) -> bytes:
    """Without a byte order mark, blank lines or an mbox `From ` line before the headers."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if raw.count(b"\r") > 2 * raw.count(b"\n"):
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if raw.startswith((b"From ", b">From ")) and not raw[5:].lstrip(b" \t").startswith(b":"):
        raw = raw.partition(b"\n")[2]
    return raw


def _part(raw: bytes, default: str, depth: int, count: _Count) -> Part:
    count.parts += 1
    if depth > MAX_DEPTH:
        raise UnreadableMail(f"parts nested more than {MAX_DEPTH} deep")
    if count.parts > MAX_PARTS:
        raise UnreadableMail(f"more than {MAX_PARTS} parts")
    fields, body = split(raw)
    part = _typed(Part(fields=fields, body=body, hint=count.hint), default)
    if depth == 0 and not part.typed and UNTYPED.match(body) and (named := LIKELY.search(body, 0, 2_000)):
        part.content_type = "multipart/mixed" if b"--%b--" % named[1].strip() in body else part.content_type
    if part.content_type.startswith("multipart/"):
        _open_multipart(part, depth, count)
    elif part.content_type in ("message/rfc822", "message/global"):
        part.children = [_part(_body_start(part.data), "text/plain", depth + 1, count)]
    elif part.content_type in cms.TYPES and (inside := cms.content(part.data)):
        part.children = [_part(inside, "text/plain", depth + 1, count)]
    return part


def split(raw: bytes) -> tuple[list[tuple[str, bytes]], bytes]:
    """Header fields and body. A line that is no header ends the headers, as mail programs read it."""
    if raw[:1] in (b"\n", b"\r"):
        return [], LINE_END.sub(b"", raw, count=1)
    block, rest = _block(raw)
    check_headers(block)
    # Nothing stands above the first line that it could go on from.
    lines = LINE_END.split(block.lstrip(b" \t"))
    last = max((at for at, line in enumerate(lines) if FIELD.match(line)), default=-1)
    if last < 0:
        return [], raw
    found: list[tuple[str, list[bytes]]] = []
    rest_from = -1
    for at, line in enumerate(lines):
        hit = None if line[:1] in (b" ", b"\t") else FIELD.match(line)
        if hit:
            found.append((hit[1].decode("ascii").lower(), [hit[2].strip()]))
        elif at > last and line[:1] not in (b" ", b"\t"):
            rest_from = at
            break
        elif found and line[:1] != b":":
            found[-1][1].append(line.strip())
    fields = [(name, b"\n ".join(pieces)) for name, pieces in found]
    return fields, rest if rest_from < 0 else b"\n".join([*lines[rest_from:], b"", rest])


def _block(raw: bytes) -> tuple[bytes, bytes]:
    """The headers and what follows the blank line. A line of spaces alone is a fold when headers go on after it."""
    blank, empty = BLANK.search(raw), EMPTY.search(raw, 0, MAX_HEADER_BYTES + 4)
    if blank and empty and blank.start() < empty.start():
        goes_on = _go_on(raw[: blank.start()], raw[blank.end() : empty.start()])
        blank = empty if goes_on else blank
    return (raw[: blank.start()], raw[blank.end() :]) if blank else (raw, b"")


def _go_on(before: bytes, after: bytes) -> bool:
    lines = LINE_END.split(after)
    if not all(line[:1] in (b" ", b"\t") or FIELD.match(line) for line in lines):
        return False
    return bool((_names(lines) & ONCE) - _names(LINE_END.split(before)))


def _names(lines: list[bytes]) -> set[str]:
    return {hit[1].decode("ascii").lower() for line in lines if (hit := FIELD.match(line))}


def _typed(part: Part, default: str) -> Part:
    head, part.params = parameters(part.get("content-type"))
    part.typed = bool(TYPE.match(head))
    loose = "text/plain" if head.startswith("text/") else SHORT_TYPES.get(head, default)
    part.content_type = head if part.typed else loose
    part.disposition, named = parameters(part.get("content-disposition"))
    part.filename = (
        named.get("filename") or part.params.get("name") or part.params.get("filename") or named.get("name", "")
    )
    if not part.filename and not part.content_type.startswith(("text/", "multipart/")):
        place = part.get("content-location").rpartition("/")[2]
        part.filename = place if CALLED.match(place) else ""
    return part


def _open_multipart(part: Part, depth: int, count: _Count) -> None:
    default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    body = part.body
    if name_of(part.get("content-transfer-encoding")) in ("base64", "quoted-printable") and b"--" not in body[:200]:
        body = part.data
    boundary = _boundary(part, body)
    pieces = _pieces(body, boundary)
    part.children = [_part(piece, default, depth + 1, count) for piece in pieces]
    if not part.children:
        part.content_type = "text/plain"
        part.body = part.body.replace(b"--" + boundary + b"--", b"") if boundary else part.body


def _boundary(part: Part, body: bytes) -> bytes:
    """The boundary that stands in the body: as named, without the quotes, in other letters, or the likeliest line."""
    named = part.params.get("boundary", "").strip().encode("utf-8", "replace")
    for spelling in (named, named.strip(b"'\"")):
        if spelling and (b"--" + spelling) in body:
            return spelling
    at = body.lower().find(b"--" + named.lower()) if named else -1
    if at >= 0:
        return body[at + 2 : at + 2 + len(named)]
    guess = LIKELY.search(body)
    return guess[1].rstrip() if guess else named


def _pieces(body: bytes, boundary: bytes) -> list[bytes]:
    if not boundary:
        return []
    found, start = [], -1
    for before, end in _delimiters(body, boundary):
        if start >= 0:
            found.append(_without_last_break(body[start:before]))
        start = -1 if end[1] else _after_break(body, end.end())
        if len(found) > MAX_PARTS:
            raise UnreadableMail(f"more than {MAX_PARTS} parts")
    if 0 <= start < len(body):
        found.append(body[start:])
    return found


def _delimiters(body: bytes, boundary: bytes) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Where each line of the boundary begins, and its end. No pattern of the boundary itself: each mail has another."""
    for dashes in DELIMITER.finditer(body):
        if body.startswith(boundary, dashes.end()):
            end = DELIMITER_END.match(body, dashes.end() + len(boundary))
            if end:
                yield dashes.end() - 2, end


def _after_break(body: bytes, at: int) -> int:
    broken = LINE_END.match(body, at)
    return broken.end() if broken else at


def _without_last_break(piece: bytes) -> bytes:
    for end in (b"\r\n", b"\n", b"\r"):
        if piece.endswith(end):
            return piece[: -len(end)]
    return piece
