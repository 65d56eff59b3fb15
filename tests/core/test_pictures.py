"""Pictures and PDFs drawn anew: only pixels come through, and a bomb costs nobody but its sender."""

import signal
import struct
import subprocess
import sys
import time
import zlib
from io import BytesIO

import pypdfium2
import pytest
from PIL import Image

from helpdesk.core import pictures
from tests.support.picturehost import picture

pytestmark = pytest.mark.load


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data), formats=["PNG", "JPEG"])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_each_kind_comes_back_as_ours(kind: str) -> None:
    made = pictures.draw([picture(kind, (800, 400))], pictures.SMALL)[0]
    assert opened(made).size == (320, 160)
    assert pictures.kind_of(made) in ("image/png", "image/jpeg")


def test_what_was_hidden_in_a_picture_stays_behind() -> None:
    exif = Image.Exif()
    exif[0x010E] = "<script>alert(1)</script>"
    out = BytesIO()
    Image.new("RGB", (9, 9)).save(out, "JPEG", exif=exif, comment=b"secret-comment")
    source = out.getvalue() + b"<html><script>alert(1)</script>"
    assert b"secret-comment" in source
    made = pictures.draw([source])[0]
    assert made
    assert b"script" not in made
    assert b"secret-comment" not in made


def test_a_picture_lies_as_its_camera_held_it() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    out = BytesIO()
    Image.new("RGB", (40, 20)).save(out, "JPEG", exif=exif)
    assert opened(pictures.draw([out.getvalue()])[0]).size == (20, 40)


def test_several_are_answered_in_their_order_and_the_bad_one_is_empty() -> None:
    made = pictures.draw([picture(size=(10, 10)), b"no picture", b"", picture(size=(30, 30))])
    assert [len(each) > 0 for each in made] == [True, False, False, True]
    assert opened(made[3]).size == (30, 30)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _huge_png(side: int) -> bytes:
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 50_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _many_frames() -> bytes:
    frames = [Image.new("L", (64, 64), number % 256) for number in range(10_000)]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def test_bombs_are_refused_in_two_seconds() -> None:
    text = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 2, 0, 0, 0))
    text += _chunk(b"zTXt", b"k\0\0" + zlib.compress(b"x" * 60_000_000)) * 5
    bombs = [_huge_png(30_000), picture("BMP"), b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture("TIFF"), text]
    for bomb in bombs:
        began = time.monotonic()
        assert pictures.draw([bomb]) == [b""]
        assert time.monotonic() - began < 6
    assert pictures.draw([_many_frames()])[0]


LIMITED = """
import os, runpy, sys
child = runpy.run_path(sys.argv[1])
child["warm"]()
child["limit"]()
for work in (lambda: open("/etc/hostname"), lambda: bytearray(600_000_000), lambda: os.pipe()):
    try: work()
    except (OSError, MemoryError): os.write(1, b"refused ")
while True: pass
"""


def test_the_child_has_little_memory_and_time_and_no_files() -> None:
    done = subprocess.run([sys.executable, "-c", LIMITED, pictures.CHILD], capture_output=True, timeout=30, check=False)
    assert done.stdout == b"refused refused refused "
    assert done.returncode in (-signal.SIGXCPU, -signal.SIGKILL)


def _pdf(pages: int) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(595, 842)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def test_pages_of_a_pdf_are_pictures() -> None:
    pdf = _pdf(3)
    assert pictures.pages(pdf) == 3
    assert max(opened(pictures.page(pdf, 3, 400)).size) == 400
    assert pictures.page(pdf, 4) == b""
    assert (pictures.pages(b"%PDF-1.7 junk"), pictures.page(b"%PDF-1.7 junk", 1)) == (0, b"")
