"""Rows that are drawn without a template: everything a stranger wrote is escaped, in either language."""

from datetime import timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from tickets.queries.queue import Row
from tickets.queries.search import Hit

EVIL = '<script>alert(1)</script>"&'


def row(**more: object) -> Row:
    now = timezone.now()
    plain = Row(7, 1042, "Late parcel", "open", "normal", "email", now, None, None, "Sara", None, None)
    return plain._replace(**more)


def drawn(tag: str, language: str = "en", **context: object) -> str:
    with translation.override(language):
        return str(Template("{% " + tag + " %}").render(Context(context)))


@pytest.mark.parametrize("language", ["en", "fa"])
def test_what_strangers_wrote_is_escaped(language: str) -> None:
    evil = row(subject=EVIL, customer=EVIL, assignee_name=EVIL, status=EVIL, priority=EVIL, channel=EVIL)
    hit = Hit("message", 1, EVIL, "/desk/t/1/", [(EVIL, False), (EVIL, True)], EVIL, EVIL, 5)
    for page in (
        drawn("ticket_rows rows view where", language, rows=[evil], view="all", where=EVIL),
        drawn("neighbour_rows rows 7 where", language, rows=[evil], where=EVIL),
        drawn("hit_rows hits kind", language, hits=[hit], kind="message"),
    ):
        assert "<script" not in page
        assert "alert(1)&lt;/script&gt;&quot;&amp;" in page


def test_a_row_says_who_waits_who_has_it_and_how_urgent_it_is() -> None:
    since = timezone.now() - timedelta(hours=2, minutes=5)
    busy = row(waiting_since=since, assignee_name="Reza", priority="urgent", status="new")
    page = drawn("ticket_rows rows view where", rows=[busy], view="all", where="view=all&team=3")
    for words in ("waiting 2 h", "Reza", "Urgent", "row unread", "Select #1042", "/desk/t/1042/?view=all&amp;team=3"):
        assert words in page, words
    calm = drawn("ticket_rows rows view where", rows=[row()], view="all", where="")
    for words in ("waiting", "Normal", "unread", "icon-user"):
        assert words not in calm, words


def test_a_row_is_in_the_readers_language() -> None:
    page = drawn("ticket_rows rows view where", "fa", rows=[row()], view="all", where="")
    assert "شمارهٔ ۱۰۴۲" in page
    assert "Open" not in page


def test_a_snoozed_row_says_when_it_comes_back() -> None:
    back = timezone.now() + timedelta(minutes=30)
    assert "in 30 min" in drawn("ticket_rows rows view where", rows=[row(snoozed_until=back)], view="snoozed", where="")
    assert "in 30 min" not in drawn("ticket_rows rows view where", rows=[row(snoozed_until=back)], view="all", where="")


def test_the_open_ticket_is_marked_among_its_neighbours() -> None:
    page = drawn("neighbour_rows rows 7 where", rows=[row(), row(pk=8, number=1043)], where="")
    assert page.count("aria-current") == 1
    assert page.index("1042") < page.index("aria-current") < page.index("1043")


def test_found_words_are_marked() -> None:
    hit = Hit("message", 1, "Late", "/desk/t/1/", [("my ", False), ("parcel", True)], "Sara", "open", 5)
    assert "my <mark>parcel</mark>" in drawn("hit_rows hits kind", hits=[hit], kind="message")
    assert "<mark>" not in drawn("hit_rows hits kind", hits=[hit], kind="ticket")
