"""Bytes to text. A charset that lies, is missing or unknown never stops a mail."""

import codecs
import re
from functools import lru_cache

ALIASES = {
    "ansi_x3.4-1968": "ascii",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ms932": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "unicode": "utf-8",
    "big5": "big5hkscs",
}
# Transforms and escapes that Python calls codecs but no mail may choose.
REFUSED = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
WORSE = re.compile(r"[\x80-\x9f\ufffd]")
UNSEEN = dict.fromkeys([0, *range(0xD800, 0xE000)], "\ufffd") | {0: None}
ESCAPES_JP = (b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b(I")


@lru_cache(maxsize=256)
def codec_for(charset: str) -> str:
    """The Python codec that reads this charset name, or "" when there is none."""
    name = charset.strip().strip("\"'").lower().split("*")[0].replace("cs_", "", 1)
    name = ALIASES.get(name, ALIASES.get(name.replace("_", "-"), name))
    for guess in (name, re.sub(r"^(x-|cp-|windows)-?", "cp", name), name.replace("-", "")):
        try:
            info = codecs.lookup(guess)
        except (LookupError, ValueError, UnicodeError):
            continue
        if info._is_text_encoding and info.name not in REFUSED:
            return info.name
    return ""


def decode(data: bytes, charset: str = "") -> str:
    """Text of these bytes: by the charset it names when that fits, else UTF-8, else windows-1252. Never raises."""
    return clean(_decode(data, charset))


def _decode(data: bytes, charset: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) and len(data) % 2 == 0:
        return data.decode("utf-16", "replace")
    codec = codec_for(charset) if charset else ""
    if codec and codec != "utf-8":
        text = _named(data, codec)
        if text is not None:
            return text
    return _guessed(data, codec)


def _named(data: bytes, codec: str) -> str | None:
    # windows-1252 reads anything, so bytes that are clean UTF-8 outweigh a label of Latin-1.
    if codec == "cp1252":
        if not data.isascii():
            return _utf8(data)
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
    if b"\x1b" in data and any(mark in data for mark in ESCAPES_JP):
        return data.decode("iso2022_jp_ext", "replace")
    text = _utf8(data)
    if text is not None:
        return text
    loose = data.decode("utf-8", "replace")
    broken = loose.count("\ufffd")
    if codec == "utf-8" and broken < sum(not sign.isascii() for sign in loose) - broken:
        return loose
    return _eastern(data) or data.decode("cp1252", "replace")


def _eastern(data: bytes) -> str:
    """Text when nearly every high byte stands in a pair of one eastern charset, else ""."""
    high = sum(1 for byte in data[:4000] if byte >= 0x80)
    if high < 8 or high < len(data[:4000]) // 3:
        return ""
    for codec in ("euc_jp", "cp932", "gb18030", "cp949"):
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    return ""


def clean(text: str) -> str:
    """The same text without NUL and with lone surrogates replaced, so that a database takes it."""
    return text if text.isascii() and "\0" not in text else text.translate(UNSEEN)
