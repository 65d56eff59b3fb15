"""Template filters in both languages; no fa text of theirs has an ASCII digit."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template, defaultfilters
from django.utils import translation

from helpdesk.core import clock, locale
from helpdesk.core.locale import Prefs
from helpdesk.core.templatetags import components, ui

FA = Prefs("fa", "jalali", "Asia/Tehran")
EN = Prefs("en", "gregorian", "Asia/Tehran")
NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
EVERY = {
    "n": 1042, "big": 1234567, "part": 3.5, "text": "INV-2026/7", "moment": NOW, "past": NOW - timedelta(minutes=6),
    "day": date(2026, 11, 25), "span": timedelta(hours=2, minutes=5), "seconds": 400,
}  # fmt: skip
FILTERS = [
    "n|digits", "big|count", "part|count", "text|digits", "n|ticket_number", "moment|when", "past|when",
    "moment|moment", "moment|day", "day|day", "moment|hour", "span|duration", "seconds|duration",
]  # fmt: skip


def shown(source: str, prefs: Prefs, **context: object) -> str:
    with locale.use(prefs), clock.frozen(NOW):
        return Template(source).render(Context({**EVERY, **context}))


@pytest.mark.parametrize("expression", FILTERS)
def test_persian_pages_show_no_ascii_digit(expression: str) -> None:
    text = shown("{{ " + expression + " }}", FA)
    assert text
    assert not re.search("[0-9٠-٩]", text)
    assert not re.search("[۰-۹]", shown("{{ " + expression + " }}", EN))


@pytest.mark.parametrize(
    ("expression", "en", "fa"),
    [
        ("n|ticket_number", "#1042", "شمارهٔ ۱۰۴۲"),
        ("big|count", "1,234,567", "۱٬۲۳۴٬۵۶۷"),
        ("past|when", "6 min ago", "۶ دقیقه پیش"),
        ("moment|moment", "Wednesday 25 November 2026, 13:00", "چهارشنبه ۴ آذر ۱۴۰۵، ساعت ۱۳:۰۰"),
        ("day|day", "Wednesday 25 November 2026", "چهارشنبه ۴ آذر ۱۴۰۵"),
        ("span|duration", "2 h 5 min", "۲ ساعت و ۵ دقیقه"),
    ],
)
def test_both_languages_have_their_own_wording(expression: str, en: str, fa: str) -> None:
    assert shown("{{ " + expression + " }}", EN) == en
    assert shown("{{ " + expression + " }}", FA) == fa


def test_fields_hold_ascii_in_both_languages() -> None:
    assert shown("{{ moment|typed }}", FA) == "1405/09/04 13:00"
    assert shown("{{ moment|typed }}", EN) == "2026-11-25 13:00"


def test_ago_tells_machines_the_exact_moment_and_people_both_wordings() -> None:
    text = shown("{% ago past %}", FA)
    assert 'datetime="2026-11-25T09:24:00+00:00"' in text
    assert 'title="چهارشنبه ۴ آذر ۱۴۰۵، ساعت ۱۲:۵۴"' in text
    assert ">۶ دقیقه پیش</time>" in text


@pytest.mark.parametrize("expression", ["x|digits", "x|when", "x|moment", "x|day", "x|hour", "x|typed"])
def test_nothing_is_shown_for_nothing(expression: str) -> None:
    assert shown("{{ " + expression + " }}", FA, x=None) == ""


def test_digits_does_not_undo_escaping() -> None:
    assert shown("{{ x|digits }}", FA, x="<b>7</b>") == "&lt;b&gt;۷&lt;/b&gt;"


def test_the_language_of_the_moment_wins_over_the_reader_s() -> None:
    with locale.use(FA), translation.override("en"):
        assert locale.current() == Prefs("en", "jalali", "Asia/Tehran")
    assert locale.current().language == "en"


def test_somebody_unknown_reads_the_calendar_of_the_language() -> None:
    with translation.override("fa"):
        assert locale.current() == Prefs("fa", "jalali", "Asia/Tehran")


def test_pictures_are_decoration_unless_they_have_a_name() -> None:
    assert 'aria-hidden="true"' in shown('{% icon "mail" %}', EN)
    assert 'role="img" aria-label="&lt;b&gt;"' in shown('{% icon "mail" x %}', EN, x="<b>")


def test_no_filter_of_ours_hides_one_of_django_s() -> None:
    ours = set(ui.register.filters) | set(components.register.filters)
    assert not ours & set(defaultfilters.register.filters)
