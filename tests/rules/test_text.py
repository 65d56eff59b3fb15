"""The normaliser used at write and at query, and digits."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.rules.digits import number
from helpdesk.core.text import digits_to_ascii, digits_to_persian, normalise

PERSIAN = st.text(alphabet="اآأبهيیكکمنشدترةۀئؤء\u200c\u0640\u064e\u0654 ۱٢3\n.A", max_size=40)


@pytest.mark.parametrize(
    "same",
    [
        ["می‌شود", "میشود", "می شود", "مي شود", "مِی‌شَود"],
        ["نمی‌خواهم", "نمیخواهم", "نمی  خواهم"],
        ["کتاب‌های", "کتابهای", "کتاب های", "كتاب‌هاي", "کتــاب‌های"],
        ["بزرگ‌تر", "بزرگتر", "بزرگ تر"],
        ["نرم‌افزار", "نرم افزار"],
        ["آب", "أب", "اب", "إب", "ٱب"],
        ["سؤال", "سوال"],
        ["مسئول", "مسيول"],
        ["خانهٔ", "خانۀ", "خانه"],
        ["امضاء", "امضا"],
        ["شركة", "شرکه"],
        ["۱۲۳", "١٢٣", "123", "１２３"],
        ["Café", "CAFE", "cafe\u0301", "café"],
        ["Straße", "STRASSE"],
        ["ﻻله", "لاله"],
        ["a\u202eb", "ab"],
        ["a\x00b", "a b", "a\n\t b ", "a\u00a0b"],
    ],
)
def test_what_people_take_for_the_same_is_the_same(same: list[str]) -> None:
    assert len({normalise(text) for text in same}) == 1


@pytest.mark.parametrize(("one", "other"), [("کار", "گار"), ("بار", "یار"), ("می", "نمی"), ("12", "21"), ("", "a")])
def test_what_differs_stays_different(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@given(st.one_of(st.text(max_size=60), PERSIAN))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.one_of(st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zs", "Mn", "Nd", "Lo"]), max_size=60), PERSIAN))
def test_the_result_is_plain(text: str) -> None:
    plain = normalise(text)
    assert plain == " ".join(plain.split())
    assert not set(plain) & set("يىكةأإآؤئء\u0640\u200c\u200f\x00")
    assert not any("\ud800" <= char <= "\udfff" for char in plain)
    assert all(char in "0123456789" for char in plain if char.isdecimal())


@pytest.mark.parametrize(
    "text", ["می " * 50_000, "ک" + " " * 200_000, "می" + "\u200c" * 200_000, "\ufdfa" * 20_000, "a\u0301" * 100_000]
)
def test_it_is_linear_on_hostile_text(text: str) -> None:
    start = time.perf_counter()
    normalise(text)
    assert time.perf_counter() - start < 1.5


def test_digits_change_both_ways() -> None:
    assert digits_to_ascii("۱۲٣4 a") == "1234 a"
    assert digits_to_persian("1٢۳ a") == "۱۲۳ a"


@given(st.integers(0, 10**12))
def test_digits_survive_the_way_there_and_back(value: int) -> None:
    assert int(digits_to_ascii(digits_to_persian(str(value)))) == value


def test_numbers_are_grouped_with_the_marks_of_the_language() -> None:
    assert (number(1234567, "en"), number(1234567, "fa")) == ("1,234,567", "۱٬۲۳۴٬۵۶۷")
    assert (number(1234.5, "en"), number(1234.5, "fa")) == ("1,234.5", "۱٬۲۳۴٫۵")
