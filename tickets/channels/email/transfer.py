"""Transfer encodings undone; what is broken is read as far as it goes, what only claims an encoding stays as it is."""

import base64
import binascii
import quopri
import re

from tickets.channels.email.params import without_comments

UU_BEGIN = re.compile(rb"(?m)^begin(?:-base64)? [0-7]{3,4} ")
SOFT_BREAK = re.compile(rb"=[ \t]*(?:\r\n|\r|\n)")
CODED_LINE = re.compile(rb"[A-Za-z0-9+/]+={0,3}\Z")
FOREIGN = re.compile(rb"[^A-Za-z0-9+/]")
SPACES = b" \t\r\n\0\x0b\x0c"


def undo(body: bytes, encoding: str) -> bytes:
    """The bytes behind a transfer encoding."""
    name = name_of(encoding)
    if name == "base64":
        return unbase64(body)
    if name == "quoted-printable":
        return quopri.decodestring(SOFT_BREAK.sub(b"", body))
    return uu(body)[0] if name == "uuencode" else body


def name_of(encoding: str) -> str:
    """The encoding's one name, whatever was made of it: `Quoted_Printable;`, `"base64"`, `(x) BASE-64`, `x-uue`."""
    plain = without_comments(encoding).partition(";")[0].lower()
    key = "".join(sign for sign in plain if sign.isascii() and sign.isalnum()).removeprefix("x")
    if key.startswith("quotedprint") or key in ("qp", "quoted"):
        return "quoted-printable"
    return "uuencode" if key in ("uuencode", "uue", "uu") else "base64" if key in ("base64", "b64") else key


def unbase64(body: bytes) -> bytes:
    """The bytes of base64, also without padding, with rubbish between, in several pieces, or with a footer below."""
    packed = body.translate(None, SPACES)
    if b" " not in body.strip():
        try:
            return base64.b64decode(packed, validate=True)
        except binascii.Error:
            pass
    lines = [line for line in body.translate(None, b"\0").split() if line] if _is_dense(body) else []
    good = sum(bool(CODED_LINE.match(line)) for line in lines)
    return _pieces(lines) if lines and good * 2 >= len(lines) else body


def _is_dense(body: bytes) -> bool:
    """Whether lines hold no words: a body in plain language was only labelled base64."""
    lines = [line for line in body.split(b"\n", 2_000) if line.strip()]
    wordy = sum(b" " in line.strip() for line in lines)
    return wordy * 2 < max(1, len(lines))


def _pieces(lines: list[bytes]) -> bytes:
    out: list[bytes] = []
    run: list[bytes] = []
    for line in lines:
        if not run and out and not CODED_LINE.match(line):
            # Padding ended the file; what follows was appended by a list server.
            break
        run.append(FOREIGN.sub(b"", line))
        if line.endswith(b"="):
            out.append(_run(b"".join(run)))
            run = []
    return b"".join([*out, _run(b"".join(run))])


def _run(kept: bytes) -> bytes:
    kept = kept[:-1] if len(kept) % 4 == 1 else kept
    try:
        return base64.b64decode(kept + b"=" * (-len(kept) % 4))
    except (binascii.Error, ValueError):
        return b""


def uu(body: bytes) -> tuple[bytes, int]:
    """The bytes of the uuencoded file that starts at the first `begin` line, and where it ends."""
    begin = UU_BEGIN.search(body)
    if not begin:
        return body, len(body)
    at = body.find(b"\n", begin.end()) + 1
    if begin[0].startswith(b"begin-base64"):
        end = body.find(b"\n====", at)
        return unbase64(body[at : end if end >= 0 else len(body)]), end + 5 if end >= 0 else len(body)
    out: list[bytes] = []
    while 0 < at < len(body):
        end = body.find(b"\n", at)
        end = len(body) if end < 0 else end
        line, at = body[at:end].rstrip(b"\r"), end + 1
        if line.strip() == b"end":
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
