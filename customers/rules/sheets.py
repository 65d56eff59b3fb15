"""Files of rows as other programs write them: in which letters, parted by what, line by line. Pure, never the whole
text in memory at once."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

ENCODINGS = ("utf-8", "utf-16", "windows-1256", "windows-1252")
SEPARATORS = (",", ";", "\t", "|")
HEAD = 64 * 1024
MOST_COLUMNS = 100
LONGEST_CELL = 10_000
_ARABIC = re.compile("[\u0600-\u06ff]{2,}")
_FOREIGN = re.compile("[^\x00-\x7f]")
# What windows-1256 writes for Persian letters, having been made for Arabic.
_PERSIAN = str.maketrans("يكى", "یکی")


class Unreadable(ValueError):
    """The file cannot be read as rows; `code` says why, `line` where."""

    def __init__(self, code: str, line: int = 0) -> None:
        super().__init__(code)
        self.code, self.line = code, line


def encoding_of(data: bytes) -> str:
    """In which letters the file is written, by its mark or by what makes sense."""
    head = data[:HEAD]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if _is_wide(head):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(data) <= HEAD)
        return "utf-8"
    except UnicodeDecodeError:
        return _single(head)


def _is_wide(head: bytes) -> bool:
    """Two bytes a letter without a mark: the upper byte of plain signs is nothing, of which no other text has many."""
    return head.count(0) * 50 > len(head) > 3


def _single(head: bytes) -> str:
    text = head.decode("windows-1256", "replace")
    arabic = sum(len(found) for found in _ARABIC.findall(text))
    return "windows-1256" if arabic * 2 >= len(_FOREIGN.findall(text)) else "windows-1252"


def _codec(data: bytes, encoding: str) -> str:
    if encoding == "utf-16" and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        odd = data[1:HEAD:2].count(0)
        return "utf-16-le" if odd >= data[:HEAD:2].count(0) else "utf-16-be"
    return "utf-8-sig" if encoding == "utf-8" else encoding


def text_of(data: bytes, encoding: str) -> io.TextIOWrapper:
    """The text, read piece by piece; what is no letter becomes U+FFFD."""
    return io.TextIOWrapper(io.BytesIO(data), _codec(data, encoding), errors="replace", newline="")


def separator_of(data: bytes, encoding: str) -> str:
    """What parts the cells: whatever parts the first lines into the same number of them, the more the better."""
    lines = _first_lines(data, encoding)
    best, found = (0.0, 0), ","
    for each in SEPARATORS:
        counts = [len(row) for row in csv.reader(lines, delimiter=each) if row]
        if not counts or max(counts) < 2:
            continue
        usual = max(set(counts), key=counts.count)
        score = (counts.count(usual) / len(counts) if usual > 1 else 0.0, usual)
        if score > best:
            best, found = score, each
    return found


def _first_lines(data: bytes, encoding: str) -> list[str]:
    text = text_of(data[: HEAD * 2], encoding).read(HEAD)
    return text.splitlines(keepends=True)[:30]


def rows_of(data: bytes, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not empty with the number of its first line. Raises Unreadable."""
    reader = csv.reader((line.replace("\x00", "") for line in text_of(data, encoding)), delimiter=separator)
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable("quote", before + 1) from error
        line, before = before + 1, reader.line_num
        if len(cells) > MOST_COLUMNS:
            raise Unreadable("columns", line)
        if any(len(cell) > LONGEST_CELL for cell in cells):
            # A quote that nobody closed makes one cell of the rest of the file.
            raise Unreadable("quote", line)
        if any(cell.strip() for cell in cells):
            yield line, [_tidy(cell, encoding) for cell in cells]


def _tidy(cell: str, encoding: str) -> str:
    plain = cell.strip()
    if plain.startswith('="') and plain.endswith('"'):
        # How spreadsheets are told that 0912… is a text.
        plain = plain[2:-1]
    return plain.translate(_PERSIAN) if encoding == "windows-1256" else plain
