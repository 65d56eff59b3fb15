"""Dates that people type into forms."""

from datetime import UTC, datetime

import pytest

from helpdesk.core import clock, locale
from helpdesk.core.errors import Invalid
from helpdesk.core.locale import Prefs
from helpdesk.core.typed import read_moment

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("prefs", [Prefs("fa", "jalali", "Asia/Tehran"), Prefs("en", "gregorian", "Asia/Tehran")])
@pytest.mark.parametrize("text", ["فردا ۹:۰۰", "tomorrow 9:00", "1405/09/05 09:00", "۲۰۲۶-۱۱-۲۶ ۰۹:۰۰"])
def test_both_languages_are_understood_in_both(prefs: Prefs, text: str) -> None:
    with locale.use(prefs), clock.frozen(NOW):
        assert read_moment(text) == datetime(2026, 11, 26, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "9999-12-31 23:59", "99999w"])
def test_what_is_unclear_comes_back_with_an_example(text: str) -> None:
    with locale.use(Prefs("en", "gregorian", "Asia/Tehran")), clock.frozen(NOW), pytest.raises(Invalid) as refusal:
        read_moment(text, "at")
    assert "2026-11-26 13:00" in str(refusal.value.errors["at"])
