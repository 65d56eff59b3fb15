"""Header values: unfolding and encoded words (RFC 2047), tolerant and linear."""

import base64
import binascii
import re
from dataclasses import dataclass

from tickets.channels.email import charsets

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
    if "\n" in value or "\r" in value:
        value = " ".join(line.strip(" \t") for line in value.replace("\r", "\n").split("\n") if line.strip(" \t"))
    return CONTROLS.sub("", value.replace("\t", " ")).strip()


def raw_text(value: bytes, charset: str = "") -> str:
    """A header's bytes as text, encoded words untouched; `charset` is what bare bytes that are no UTF-8 may be in."""
    try:
        return unfold(charsets.clean(value.decode("utf-8")))
    except UnicodeDecodeError:
        return unfold(charsets.decode(value, charset))


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
