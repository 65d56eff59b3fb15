"""Bytes to text. A charset that lies, is missing or unknown never stops a mail."""

from tickets.channels.email import charsetguess
from tickets.channels.email.charsetnames import codec_for

UNSEEN = dict.fromkeys([0, *range(0xD800, 0xE000)], "\ufffd") | {0: None}
ESCAPES_JP = (b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b(I")
# Codecs in which plain ASCII bytes may mean something else.
SHIFTING = ("utf-7", "hz", "iso2022")
# One byte a sign. What is clean UTF-8 and bears such a label was labelled wrongly.
ONE_BYTE = ("iso8859", "cp12", "cp8", "koi8", "mac", "cp4")
SAMPLE = 4_000


def decode(data: bytes, charset: str = "") -> str:
    """Text of these bytes: by the charset it names when that fits, else UTF-8, else a guess. Never raises.

    A mark of byte order at its start is none of the text, whatever the label.
    """
    return clean(_decode(data, charset)).removeprefix("\ufeff")


def _decode(data: bytes, charset: str) -> str:
    codec = codec_for(charset) if charset else ""
    escapes = b"\x1b" in data
    if data.isascii() and not escapes and b"\0" not in data and not codec.startswith(SHIFTING):
        return (b"+" in data and charsetguess.shifted(data)) or data.decode("ascii")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) and len(data) % 2 == 0:
        return data.decode("utf-16", "replace")
    if escapes and not codec.startswith("iso2022") and any(mark in data for mark in ESCAPES_JP):
        return data.decode("iso2022_jp_ext", "replace")
    if codec.startswith("utf-16") and (b"\0" in data or _utf8(data) is None):
        return data.decode(_wide(data, codec), "replace")
    text = _named(data, codec) if codec not in ("", "utf-8") else None
    return _guessed(data, codec) if text is None else text


def _wide(data: bytes, codec: str) -> str:
    """Which end comes first, by where the zero bytes are; big-endian when they do not tell (RFC 2781)."""
    first, second = data[0:SAMPLE:2].count(0), data[1:SAMPLE:2].count(0)
    if first == second:
        return "utf-16-be" if codec == "utf-16" else codec
    return "utf-16-be" if first > second else "utf-16-le"


def _named(data: bytes, codec: str) -> str | None:
    text = None if data.isascii() else _utf8(data)
    # windows-1252 reads anything, so it says nothing: only what is no UTF-8 may be it.
    if codec == "cp1252":
        return text
    if text and sum(not sign.isascii() for sign in text[:SAMPLE]) > (2 if codec.startswith(ONE_BYTE) else 3):
        return text
    if charsetguess.mislabelled(data, codec):
        return None
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        partly = data.decode(codec, "replace")
        return partly if partly.count("\ufffd") <= max(2, len(partly) // 50) else None


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _guessed(data: bytes, codec: str) -> str:
    text = _utf8(data)
    if text is not None:
        return text
    loose = data.decode("utf-8", "replace")
    broken = loose.count("\ufffd")
    whole = sum(not sign.isascii() for sign in loose) - broken
    # A sign cut in half at an end, or a few among many, does not make it another charset.
    if broken < whole if codec == "utf-8" else broken * 8 <= whole:
        return loose
    return charsetguess.foreign(data) or charsetguess.latin(data) or data.decode("cp1252", "replace")


def clean(text: str) -> str:
    """The same text without NUL and with lone surrogates replaced, so that a database takes it."""
    return text if text.isascii() and "\0" not in text else text.translate(UNSEEN)
