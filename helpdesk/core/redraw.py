"""The child process that reads strangers' pictures and PDFs; started by helpdesk/core/pictures.py, never imported.

Standard input: files, each behind its length (4 bytes). Standard output: for each one picture the same way (length 0:
cannot be shown). Only pixels go through: no metadata, no second frame, no script. It limits itself before it reads.
"""

import resource
import struct
import sys
import warnings
from collections.abc import Callable, Iterator
from io import BytesIO

import pypdfium2
from PIL import Image, ImageOps

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
# A JPEG is decoded at a fraction of its size, so photographs of any camera fit; others take four bytes a pixel.
MOST_PIXELS = {"JPEG": 120_000_000}
PIXELS = 20_000_000
MEMORY, SECONDS = 400 * 1024 * 1024, 2
LENGTH = struct.Struct(">I")


def limit() -> None:
    """From here on: no new file, little memory, little time."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def warm() -> None:
    """Makes Pillow load what it loads at first use, which it could not any more behind the limits."""
    for form in FORMATS:
        out = BytesIO()
        Image.new("P" if form == "GIF" else "RGB", (2, 2)).save(out, form)
        picture(out.getvalue(), 1)


def picture(data: bytes, side: int) -> bytes:
    """The first frame, at most `side` pixels wide and high, drawn anew."""
    with Image.open(BytesIO(data), formats=FORMATS) as found:
        if found.width * found.height > MOST_PIXELS.get(found.format or "", PIXELS):
            raise ValueError("too many pixels")
        found.draft("RGB", (side, side))
        if found.width * found.height > PIXELS:
            raise ValueError("too many pixels")
        found.thumbnail((side, side))
        return written(ImageOps.exif_transpose(found))


def written(image: Image.Image) -> bytes:
    """A JPEG, or a PNG when it can be seen through or has few colours."""
    out = BytesIO()
    clear = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    if clear or image.mode in ("1", "P", "L"):
        fresh = image.convert("RGBA" if clear else "RGB")
        Image.frombytes(fresh.mode, fresh.size, fresh.tobytes()).save(out, "PNG")
    else:
        fresh = image.convert("RGB")
        Image.frombytes("RGB", fresh.size, fresh.tobytes()).save(out, "JPEG", quality=85)
    return out.getvalue()


def page(data: bytes, side: int, number: int) -> bytes:
    """Page `number` (from 1) of a PDF, drawn without forms and scripts."""
    document = pypdfium2.PdfDocument(data)
    drawn = document[number - 1]
    scale = side / max(*drawn.get_size(), 1)
    return written(drawn.render(scale=min(scale, 4), may_draw_forms=False).to_pil())


def count(data: bytes) -> bytes:
    """How many pages a PDF has, in decimal."""
    return str(len(pypdfium2.PdfDocument(data))).encode()


def files() -> Iterator[bytes]:
    """What came in, one by one."""
    while head := sys.stdin.buffer.read(LENGTH.size):
        yield sys.stdin.buffer.read(LENGTH.unpack(head)[0])


def main(kind: str, side: int, number: int) -> None:
    """Answers each file."""
    work: dict[str, Callable[[bytes], bytes]] = {
        "picture": lambda data: picture(data, side),
        "page": lambda data: page(data, side, number),
        "count": count,
    }
    for data in files():
        try:
            made = work[kind](data)
        except Exception:  # whatever is wrong with it, it is not shown
            made = b""
        sys.stdout.buffer.write(LENGTH.pack(len(made)) + made)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    Image.init()
    warm()
    limit()
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
