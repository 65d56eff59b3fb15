"""What a text message costs, and which words end it: tables from the standard and from what people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.rules.segments import BASIC, EXTENDED, segments
from tickets.rules.stopwords import wish


@pytest.mark.parametrize(
    ("text", "alphabet", "used", "count", "left"),
    [
        ("", "gsm", 0, 0, 160),
        ("a" * 160, "gsm", 160, 1, 0),
        ("a" * 161, "gsm", 161, 2, 145),
        ("a" * 306, "gsm", 306, 2, 0),
        ("a" * 307, "gsm", 307, 3, 152),
        ("€" * 80, "gsm", 160, 1, 0),
        # A sign of two places does not fit into the one that is left: 152 + 152 + 2.
        ("€" * 153, "gsm", 306, 3, 151),
        ("ñ" + "a" * 159, "gsm", 160, 1, 0),
        ("س" * 70, "ucs2", 70, 1, 0),
        ("س" * 71, "ucs2", 71, 2, 63),
        ("س" * 134, "ucs2", 134, 2, 0),
        ("س" * 135, "ucs2", 135, 3, 66),
        ("a" * 70 + "س", "ucs2", 71, 2, 63),
        ("سفارش شما می‌رسد.", "ucs2", 17, 1, 53),
        ("😀" * 35, "ucs2", 70, 1, 0),
        # 33 faces in a piece of 67 leave one place that none fits into.
        ("😀" * 67, "ucs2", 134, 3, 65),
    ],
)
def test_a_message_costs_what_the_standard_says(text: str, alphabet: str, used: int, count: int, left: int) -> None:
    found = segments(text)
    assert (found.alphabet, found.used, found.count, found.left) == (alphabet, used, count, left)


@given(st.text(alphabet=sorted(BASIC | EXTENDED) + list("سلام‌😀"), max_size=400))
def test_more_words_never_cost_less(text: str) -> None:
    found = segments(text)
    assert segments(text + "a").count >= found.count
    assert found.count * 160 >= len(text) and found.left >= 0


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *((word, "stopped") for word in ("STOP", " stop. ", "Stop!", "UNSUBSCRIBE", "«لغو»", "لغو۱۱", "لغو ١١", "لغو")),
        *((word, "started") for word in ("START", "unstop", "شروع")),
        *((word, "") for word in ("Please stop the parcel", "لغو سفارش ۱۲", "stopp", "", "؟", "HELP", "yes")),
    ],
)
def test_only_the_bare_word_is_a_wish(text: str, kind: str) -> None:
    assert wish(text) == kind
