"""A copy of all that we keep of somebody costs the same memory, however much that is."""

import io
import json
import re
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import IO

import pytest

from customers.actions import copies
from customers.models import Customer, PersonalExport, TimelineEntry
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock, files
from tickets.models import Attachment, Ticket

pytestmark = pytest.mark.django_db
Acts = Callable[[User], Actor]
LINES, LARGE, MOST = 1_000, 16 * 1024 * 1024, 6 * 1024 * 1024


class Endless(io.RawIOBase):
    """So many bytes, made while they are read."""

    def __init__(self, size: int) -> None:
        self.size, self.at = size, 0

    def tell(self) -> int:
        """Where we are."""
        return self.at

    def seek(self, at: int, whence: int = 0) -> int:
        """Goes there."""
        self.at = at
        return at

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, place: memoryview) -> int:  # type: ignore[override]
        """The next bytes."""
        count = max(0, min(len(place), self.size - self.at))
        place[:count] = bytes(count)
        self.at += count
        return count


@pytest.fixture
def long_life(customer: Customer, ticket: Ticket) -> Customer:
    """Somebody with thousands of lines in their history and a very large file."""
    now = clock.now()
    TimelineEntry.objects.bulk_create(
        TimelineEntry(
            customer=customer,
            kind="note",
            occurred_at=now - timedelta(minutes=number),
            summary=f"Line {number} <b> " + "words " * 30,
        )
        for number in range(LINES)
    )
    large: IO[bytes] = Endless(LARGE)  # type: ignore[assignment]
    kept = files.save_from(large)
    assert kept.size == LARGE
    Attachment.objects.create(message=ticket.messages.get(), file=kept, name="film.bin", content_type="video/mp4")
    return customer


def test_a_long_life_with_large_files_is_packed_in_little_memory(long_life: Customer, lead: User, act: Acts) -> None:
    asked = copies.ask(by=act(lead), customer=long_life, language="en")
    tracemalloc.start()
    try:
        copies.make(asked.pk)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST, peak
    row = PersonalExport.objects.get()
    assert row.state == PersonalExport.State.READY and row.file is not None
    with copies.fetched(act(lead), row) as source, zipfile.ZipFile(source) as found:
        assert found.testzip() is None
        (film,) = [one for one in found.infolist() if one.filename.endswith("film.bin")]
        assert film.file_size == LARGE
        told = json.loads(found.read("data.json"))
        page = found.read("index.html").decode()
    assert sum(row["summary"].startswith("Line ") for row in told["data"]["history"]) == LINES
    assert told["customer"] == long_life.pk and told["data"]["files"][0]["file_name"] == film.filename
    assert "&lt;b&gt;" in page and "<b>" not in page and film.filename in page
    assert len(re.findall("<li><dl>", page)) == sum(len(rows) for rows in told["data"].values())


def test_what_is_larger_than_memory_is_kept_under_the_name_of_its_bytes() -> None:
    source = io.BytesIO(b"before, and this is kept")
    source.seek(len(b"before, "))
    row = files.save_from(source)
    assert row.sha256 == files.store().put(b"and this is kept") and row.size == len(b"and this is kept")
    with files.opened(row) as again:
        assert again.read() == b"and this is kept"
