"""An answer below its quotation shows; the quotation is folded, and nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.rules.quotes import split

QUOTE = "> Where is my parcel?\n>\n> Ada"


@pytest.mark.parametrize(
    ("above", "greeting"),
    [
        (f"On 3 May 2026 Ada wrote:\n{QUOTE}\n\n", ""),
        (f"On Mon, 3 May 2026 at 10:00, Ada Byron\n<ada@shop.example> wrote:\n\n{QUOTE}\n\n", ""),
        (f"Hi,\nOn 3 May 2026 Ada wrote:\n{QUOTE}\n\n", "Hi,\n\n"),
        (f"آدا در ۳ مه نوشت:\n{QUOTE}\n\n", ""),
        (f"Ada schrieb:\n{QUOTE}\n", "Ada schrieb:\n\n"),
        (f"{QUOTE}\n", ""),
    ],
)
def test_what_is_written_below_a_quotation_shows_alone(above: str, greeting: str) -> None:
    shown, folded = split(f"{above}It left today.\n\nSara", 0)
    assert shown == f"{greeting}It left today.\n\nSara"
    assert "Where is my parcel?" in folded


@pytest.mark.parametrize(
    "text",
    [
        "It left today.\n\nSara",
        f"It left today, see what you wrote before it came:\n{QUOTE}\nMore about that below.",
        f"{QUOTE}\nYes.\n> And when?\nToday.",
        QUOTE,
        "",
        ">",
    ],
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert split(text, 0) == (text, "")


def test_what_is_folded_at_the_end_comes_after_what_is_folded_above() -> None:
    text = f"{QUOTE}\n\nIt left.\n-- \nSara"
    assert split(text, text.index("\n-- ")) == ("It left.", f"{QUOTE}\n\n-- \nSara")


@given(st.text(st.sampled_from("a1>: \n\u06f3."), max_size=60), st.integers(0, 60))
def test_no_word_is_lost_and_something_always_shows(text: str, length: int) -> None:
    shown, folded = split(text, min(length, len(text)))
    assert sorted((shown + folded).replace("\n", "").replace(" ", "")) == sorted(
        text.replace("\n", "").replace(" ", "")
    )
    assert bool(shown.strip()) == bool(text.strip())
