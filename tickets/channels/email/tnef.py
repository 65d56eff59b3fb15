"""What Outlook packs into winmail.dat (MS-OXTNEF): its files and its text. Bounded by what came, and never raising."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from tickets.channels.email import charsets

SIGNATURE = b"\x78\x9f\x3e\x22"
TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")
MOST_FILES, MOST_ATTRIBUTES, MOST_PROPERTIES, MOST_DEPTH = 200, 5_000, 5_000, 4
BODY, CODE_PAGE, MESSAGE_PROPS = 0x800C, 0x9007, 0x9003
FILE_BEGINS, TITLE, DATA, FILE_PROPS = 0x9002, 0x8010, 0x800F, 0x9005
TEXT, HTML, BYTES, SHORT_NAME, LONG_NAME, MIME_TYPE, CONTENT_ID = 0x1000, 0x1013, 0x3701, 0x3704, 0x3707, 0x370E, 0x3712
STRING8, UNICODE, OBJECT, BINARY = 0x1E, 0x1F, 0x0D, 0x102
VARIED = (STRING8, UNICODE, OBJECT, BINARY)
FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16, 0x01: 0}
MANY, NAMED = 0x1000, 0x8000
GUID = 16


@dataclass
class File:
    """One file inside."""

    name: str = ""
    content_type: str = ""
    content_id: str = ""
    data: bytes = b""
    long_name: str = ""


@dataclass
class Packet:
    """What one winmail.dat holds."""

    text: str = ""
    html: str = ""
    files: list[File] = field(default_factory=list)
    code_page: str = "cp1252"


def read(data: bytes, depth: int = 0) -> Packet | None:
    """What is inside, as far as it can be read; None when it is no TNEF or nothing can."""
    packet = Packet()
    if not data.startswith(SIGNATURE) or depth > MOST_DEPTH:
        return None
    try:
        for name, value in _attributes(data):
            _take(packet, name, value, depth)
    except (struct.error, IndexError, _Broken):
        pass
    packet.files = [one for one in packet.files if one.data]
    return packet if packet.files or packet.text or packet.html else None


class _Broken(ValueError):
    """The rest cannot be read."""


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    for _ in range(MOST_ATTRIBUTES):
        if at + 9 > len(data):
            return
        name, size = struct.unpack_from("<HxxI", data, at + 1)
        yield name, data[at + 9 : at + 9 + size]
        at += 9 + size + 2


def _take(packet: Packet, name: int, value: bytes, depth: int) -> None:
    if name == CODE_PAGE and len(value) >= 4:
        packet.code_page = f"cp{struct.unpack_from('<I', value)[0]}"
    elif name == BODY:
        packet.text = packet.text or charsets.decode(value.rstrip(b"\0"), packet.code_page)
    elif name == FILE_BEGINS and len(packet.files) < MOST_FILES:
        packet.files.append(File())
    elif name == MESSAGE_PROPS:
        _of_message(packet, value)
    elif packet.files:
        _of_file(packet, name, value, depth)


def _of_message(packet: Packet, value: bytes) -> None:
    for name, kind, data in _properties(value):
        if name == TEXT:
            packet.text = packet.text or _words(kind, data, packet.code_page)
        elif name == HTML:
            packet.html = _words(kind, data, "")


def _of_file(packet: Packet, name: int, value: bytes, depth: int) -> None:
    file = packet.files[-1]
    if name == TITLE:
        file.name = charsets.decode(value.rstrip(b"\0"), packet.code_page)
    elif name == DATA:
        file.data = value
    elif name == FILE_PROPS:
        for which, kind, data in _properties(value):
            _property(packet, file, which, kind, data, depth)


def _property(packet: Packet, file: File, which: int, kind: int, data: bytes, depth: int) -> None:
    if which in (LONG_NAME, SHORT_NAME) and not file.long_name:
        word = _words(kind, data, packet.code_page)
        file.name, file.long_name = word, word if which == LONG_NAME else ""
    elif which == MIME_TYPE:
        file.content_type = _words(kind, data, packet.code_page).lower()
    elif which == CONTENT_ID:
        file.content_id = _words(kind, data, packet.code_page).strip("<> ")
    elif which == BYTES and not file.data:
        inner = read(data[GUID:], depth + 1) if kind == OBJECT else None
        if inner:
            packet.files[-1:-1] = inner.files[: MOST_FILES - len(packet.files)]
        file.data = b"" if inner else data[GUID:] if kind == OBJECT else data


def _words(kind: int, data: bytes, charset: str) -> str:
    return charsets.decode(data, "utf-16-le" if kind == UNICODE else charset).rstrip("\0")


def _properties(value: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Each property of a list: its number, its type, its first value."""
    (count,) = struct.unpack_from("<I", value)
    at = 4
    for _ in range(min(count, MOST_PROPERTIES)):
        kind, name = struct.unpack_from("<HH", value, at)
        at = _after_name(value, at + 4) if name >= NAMED else at + 4
        found, at = _value(value, at, kind)
        yield name, kind & ~MANY, found


def _after_name(value: bytes, at: int) -> int:
    (sort,) = struct.unpack_from("<I", value, at + GUID)
    if sort == 0:
        return at + GUID + 8
    size: int = struct.unpack_from("<I", value, at + GUID + 4)[0]
    return at + GUID + 8 + size + -size % 4


def _value(value: bytes, at: int, kind: int) -> tuple[bytes, int]:
    plain, many = kind & ~MANY, bool(kind & MANY)
    if plain not in VARIED:
        if plain not in FIXED:
            raise _Broken
        times, at = (struct.unpack_from("<I", value, at)[0], at + 4) if many else (1, at)
        return value[at : at + FIXED[plain]], at + times * FIXED[plain]
    (times,) = struct.unpack_from("<I", value, at)
    at, first = at + 4, b""
    for turn in range(min(times, MOST_PROPERTIES)):
        (size,) = struct.unpack_from("<I", value, at)
        first = value[at + 4 : at + 4 + size] if turn == 0 else first
        at += 4 + size + -size % 4
    return first, at
