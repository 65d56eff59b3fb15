"""Sixty files that are two things at once: fifteen bodies, each under four names and types."""

import gzip
import struct
import zlib
from io import BytesIO

from PIL import Image

from tests.browser.payloads import JS

PAGE = f"<html><body><script>{JS}</script><img src=x onerror='{JS}'></body></html>".encode()
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{JS}"><script>{JS}</script></svg>'.encode()
XHTML = f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>{JS}</script></html>'.encode()
CLAIMS = [
    ("image/png", "cat.png"),
    ("image/svg+xml", "cat.svg"),
    ("text/html", "cat.html"),
    ("application/pdf", "cat.pdf"),
]


def drawn(kind: str) -> bytes:
    """A true picture."""
    out = BytesIO()
    Image.new("RGB", (40, 30), (10, 120, 200)).save(out, kind)
    return out.getvalue()


def _png_with_page() -> bytes:
    data = drawn("PNG")
    text = b"Comment\0" + PAGE
    chunk = struct.pack(">I", len(text)) + b"tEXt" + text + struct.pack(">I", zlib.crc32(b"tEXt" + text))
    return data[:33] + chunk + data[33:]


def _jpeg_with_page() -> bytes:
    data = drawn("JPEG")
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(PAGE) + 2) + PAGE + data[2:]


def _pdf() -> bytes:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/AA<</O<</S/URI/URI(http://evil.example/pdf)>>>>>>",
    ]
    out = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 4\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)
    )


def bodies() -> dict[str, bytes]:
    """Fifteen."""
    return {
        "page": PAGE,
        "svg": SVG,
        "xhtml": XHTML,
        "gif and script": b"GIF89a/*" + b"\x01\0\x01\0\x80\0\0*/=1;" + JS.encode(),
        "gif then page": drawn("GIF") + PAGE,
        "png with page": _png_with_page(),
        "png then page": drawn("PNG") + PAGE,
        "jpeg with page": _jpeg_with_page(),
        "jpeg then svg": drawn("JPEG") + SVG,
        "webp then page": drawn("WEBP") + PAGE,
        "pdf": _pdf(),
        "page then pdf": PAGE + _pdf(),
        "utf-16 page": b"\xff\xfe" + PAGE.decode().encode("utf-16-le"),
        "utf-7 page": b"+ADw-script+AD4-" + JS.encode() + b"+ADw-/script+AD4-",
        "packed svg": gzip.compress(SVG),
    }


def polyglots() -> list[tuple[str, str, bytes]]:
    """Name, claimed type, bytes."""
    return [(name, kind, data) for data in bodies().values() for kind, name in CLAIMS]
