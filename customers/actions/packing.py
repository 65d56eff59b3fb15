"""The zip of all that we keep of somebody, written piece by piece: what it costs in memory does not grow with them."""

import json
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.template.loader import get_template, render_to_string
from django.utils import translation

from customers.copywords import COLUMNS
from helpdesk.core import clock, files, privacy
from helpdesk.core.privacy import Person

UNSAFE = re.compile(r"[^\w.-]+")
# Where a page that is written in pieces goes on: stands in its template.
HERE = "<!-- here -->"


@dataclass(frozen=True)
class _Part:
    """What one store gave: how many rows, and how many bytes of them wait in each scratch."""

    store: privacy.Store
    count: int
    data: int
    page: int


@contextmanager
def packed(one: Person, language: str) -> Iterator[IO[bytes]]:
    """The zip: data.json for machines, index.html for people, and the files; nameless on disk, at its beginning."""
    with files.scratch() as place, translation.override(language):
        _pack(one, language, place)
        place.seek(0)
        yield place


def _pack(one: Person, language: str, place: IO[bytes]) -> None:
    at = clock.now()
    with (
        files.scratch() as data,
        files.scratch() as page,
        zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as bundle,
    ):
        parts = [_part(store, one, bundle, data, page) for store in privacy.stores()]
        told = [part for part in parts if part.count]
        data.seek(0)
        page.seek(0)
        with _into(bundle, "data.json", at) as to:
            _write_data(one, at, told, data, to)
        with _into(bundle, "index.html", at) as to:
            _write_page({"number": one.pk, "made_at": at, "language": language, "whole": one.whole}, told, page, to)


def _into(bundle: zipfile.ZipFile, name: str, at: datetime) -> IO[bytes]:
    entry = zipfile.ZipInfo(name, at.timetuple()[:6])
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    return bundle.open(entry, "w", force_zip64=True)


def _part(store: privacy.Store, one: Person, bundle: zipfile.ZipFile, data: IO[bytes], page: IO[bytes]) -> _Part:
    """The rows of one store into both scratches, as they stand in the end, and their files into the zip."""
    began, template, count = (data.tell(), page.tell()), get_template("privacy/copy_row.html"), 0
    for count, given in enumerate(store.rows(one), 1):
        row = _beside(store, count, dict(given), bundle)
        told = json.dumps(row, ensure_ascii=False, default=str)
        data.write(f"{',' if count > 1 else ''}\n  {told}".encode())
        page.write(template.render({"row": _lines(row)}).encode())
    return _Part(store, count, data.tell() - began[0], page.tell() - began[1])


def _beside(store: privacy.Store, number: int, row: dict[str, Any], bundle: zipfile.ZipFile) -> dict[str, Any]:
    sha256 = row.pop("file", None)
    if sha256:
        name = UNSAFE.sub("_", row["file_name"])[-80:]
        row["file_name"] = f"{store.slug}/{number}-{name}"
        with suppress(FileNotFoundError):
            _put(bundle, row["file_name"], sha256)
    return row


def _put(bundle: zipfile.ZipFile, name: str, sha256: str) -> None:
    with files.store().open(sha256) as source, _into(bundle, name, clock.now()) as to:
        shutil.copyfileobj(source, to, files.PIECE)


def _write_data(one: Person, at: datetime, told: list[_Part], rows: IO[bytes], to: IO[bytes]) -> None:
    to.write(f'{{"customer": {one.pk}, "made_at": {json.dumps(str(at))}, "data": {{'.encode())
    for number, part in enumerate(told):
        to.write(f"{',' if number else ''}\n {json.dumps(part.store.slug)}: [".encode())
        _copy(rows, to, part.data)
        to.write(b"\n ]")
    to.write(b"\n}}\n")


def _write_page(context: Mapping[str, Any], told: list[_Part], rows: IO[bytes], to: IO[bytes]) -> None:
    before, _here, after = render_to_string("privacy/copy.html", dict(context)).partition(HERE)
    to.write(before.encode())
    for part in told:
        given = {"word": part.store.word, "count": part.count}
        above, _here, below = render_to_string("privacy/copy_part.html", given).partition(HERE)
        to.write(above.encode())
        _copy(rows, to, part.page)
        to.write(below.encode())
    to.write(after.encode())


def _copy(source: IO[bytes], to: IO[bytes], size: int) -> None:
    while size > 0:
        piece = source.read(min(size, files.PIECE))
        if not piece:
            raise EOFError
        to.write(piece)
        size -= len(piece)


def _lines(row: Mapping[str, Any]) -> list[tuple[Any, Any, bool]]:
    shown = ((COLUMNS[name], value, name == "file_name") for name, value in row.items())
    return [(word, _plain(value), is_file) for word, value, is_file in shown if value not in (None, "", [], {})]


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
