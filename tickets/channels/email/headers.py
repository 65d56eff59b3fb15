"""Header values: encoded words (RFC 2047), parameters (RFC 2045, 2231), all tolerant and linear."""

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from tickets.channels.email import charsets

TOKEN = re.compile(r"[^\s;=\"]+")
SPACES = re.compile(r"[ \t]*[\r\n]+[ \t]*|\t")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
Q_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Word:
    """A run of one header value: text, or the bytes of an encoded word with its charset."""

    data: bytes
    charset: str
    start: int
    end: int


def unfold(value: str) -> str:
    """One line: folds become a space, control characters go."""
    return CONTROLS.sub("", SPACES.sub(" ", value)).strip()


def raw_text(value: bytes, charset: str = "") -> str:
    """A header's bytes as text, encoded words untouched."""
    return unfold(value.decode("ascii") if value.isascii() else charsets.decode(value, charset))


def q_bytes(text: str) -> bytes:
    """The bytes of Q-encoded text; broken escapes stay as they are."""
    data = text.replace("_", " ").encode("utf-8", "replace")
    return Q_ESCAPE.sub(lambda hit: bytes([int(hit[1], 16)]), data)


def b_bytes(data: bytes) -> bytes:
    """The bytes of base64, forgiving about padding and foreign characters."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    try:
        return base64.b64decode(kept + b"=" * (-len(kept) % 4))
    except (binascii.Error, ValueError):
        return data


def words(value: str) -> list[Word]:
    """The encoded words of a value, in order."""
    found: list[Word] = []
    at = value.find("=?")
    while at >= 0:
        word = _word_at(value, at)
        if word:
            found.append(word)
        elif value.find("?=", at + 2) < 0:
            break
        at = value.find("=?", word.end if word else at + 2)
    return found


def _word_at(value: str, at: int) -> Word | None:
    mark = value.find("?", at + 2, at + 80)
    if mark < 0 or value[mark + 1 : mark + 2] not in set("bBqQ") or value[mark + 2 : mark + 3] != "?":
        return None
    end = value.find("?=", mark + 3)
    # An empty Q word, and one whose text itself starts with "=".
    if end < 0:
        return None
    charset, kind, text = value[at + 2 : mark], value[mark + 1], value[mark + 3 : end]
    if not charset or " " in charset:
        return None
    data = q_bytes(text) if kind in "qQ" else b_bytes(text.encode("utf-8", "replace"))
    return Word(data, charset.lower(), at, end + 2)


def decode_words(value: str) -> str:
    """The value with its encoded words read; neighbours of one charset join first, for characters cut in two."""
    found = words(value)
    if not found:
        return value
    out, at, run = [], 0, b""
    for index, word in enumerate(found):
        between = value[at : word.start]
        if between.strip() or index == 0:
            out.append(between)
        run += word.data
        after = found[index + 1] if index + 1 < len(found) else None
        if not (after and after.charset == word.charset and not value[word.end : after.start].strip()):
            out.append(charsets.decode(run, word.charset))
            run = b""
        at = word.end
    return unfold("".join([*out, value[at:]]))


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """A structured value (`text/plain; charset=x`) as its lower-case head and its decoded parameters."""
    head, _, rest = value.partition(";")
    pairs: dict[str, str] = {}
    for name, text in _pairs(rest):
        pairs.setdefault(name, text)
    return "".join(head.split()).lower(), _joined(pairs)


def _pairs(rest: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at, size = 0, len(rest)
    while at < size and len(found) < 100:
        equals = rest.find("=", at)
        if equals < 0:
            break
        name = rest[at:equals].rpartition(";")[2].strip().lower()
        text, at = _value(rest, equals + 1)
        if name:
            found.append((name, text))
    return found


def _value(rest: str, at: int) -> tuple[str, int]:
    while at < len(rest) and rest[at] in " \t":
        at += 1
    if rest[at : at + 1] == '"':
        return _quoted(rest, at + 1)
    end = rest.find(";", at)
    end = len(rest) if end < 0 else end
    return rest[at:end].strip(), end + 1


def _quoted(rest: str, at: int) -> tuple[str, int]:
    out: list[str] = []
    while at < len(rest) and rest[at] != '"':
        # A backslash before anything but a quote is a Windows path, not an escape.
        if rest[at] == "\\" and rest[at + 1 : at + 2] in ('"', "\\"):
            at += 1
        out.append(rest[at])
        at += 1
    end = rest.find(";", at)
    return "".join(out), (len(rest) if end < 0 else end) + 1


def _joined(pairs: dict[str, str]) -> dict[str, str]:
    plain = {name: decode_words(text) for name, text in pairs.items() if "*" not in name}
    bases = {name.partition("*")[0] for name in pairs if "*" in name}
    return plain | {base: _extended(base, pairs) for base in bases}


def _extended(base: str, pairs: dict[str, str]) -> str:
    """RFC 2231: charset and language, pieces `name*0*=`."""
    if f"{base}*" in pairs:
        charset, text = _charset_of(pairs[f"{base}*"])
        return charsets.decode(unquote_to_bytes(text), charset)
    data, charset = b"", ""
    for index in range(100):
        if f"{base}*{index}*" in pairs:
            text = pairs[f"{base}*{index}*"]
            if index == 0:
                charset, text = _charset_of(text)
            data += unquote_to_bytes(text)
        elif f"{base}*{index}" in pairs:
            data += pairs[f"{base}*{index}"].encode("utf-8", "replace")
        else:
            break
    return decode_words(charsets.decode(data, charset or "utf-8"))


def _charset_of(text: str) -> tuple[str, str]:
    pieces = text.split("'", 2)
    return (pieces[0], pieces[2]) if len(pieces) == 3 else ("", text)
