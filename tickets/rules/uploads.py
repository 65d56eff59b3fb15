"""Which files a visitor may send, told by their content and never by their name alone. Pure."""

import re
import unicodedata

MOST_BYTES = 20 * 1024 * 1024
MOST_FILES = 5
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
ZIPPED = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "zip": "application/zip",
}
OLD_OFFICE = {"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint"}
PLAIN = {"txt": "text/plain", "csv": "text/csv", "log": "text/plain", "json": "application/json", "md": "text/plain"}
# What the page's file chooser offers.
ACCEPT = (
    *("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "audio/*", "video/mp4", "video/webm"),
    *(f".{one}" for one in (*ZIPPED, *OLD_OFFICE, *PLAIN)),
)
HEADS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)
UNFIT = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
LONGEST_NAME = 120


def kind_of(name: str, data: bytes) -> str | None:
    """The content type of a file that may be sent; None for one that may not."""
    for head, kind in HEADS:
        if data.startswith(head):
            return kind
    if data[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(data[8:12])
    if data[4:8] == b"ftyp":
        return "audio/mp4" if data[8:11] == b"M4A" else "video/mp4"
    ending = name.rpartition(".")[2].lower()
    if data.startswith(b"PK\x03\x04"):
        return ZIPPED.get(ending)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return OLD_OFFICE.get(ending)
    return PLAIN.get(ending) if _is_text(data) else None


def _is_text(data: bytes) -> bool:
    if b"\x00" in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def tidy_name(name: str) -> str:
    """The name without what could make it a path, a header or a disguise; its ending stays."""
    plain = UNFIT.sub(" ", unicodedata.normalize("NFKC", name)).strip(". ")
    plain = UNFIT.sub(" ", " ".join(plain.split())) or "file"
    stem, dot, ending = plain.rpartition(".")
    if len(plain) <= LONGEST_NAME or not dot or len(ending) > 10:
        return plain[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
