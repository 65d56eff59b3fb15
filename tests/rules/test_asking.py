"""Which questions of a draft are answered already."""

import pytest

from customers.rules.asking import Known, answered, questions
from customers.rules.manners import disagrees

KNOWN = [
    Known("name", "Narges Karimi"),
    Known("email", "narges@example.com"),
    Known("phone", "+989121234567"),
    Known("", "Router model: TP-Link Archer C6"),
    Known("", "در طبقهٔ سوم زندگی می‌کند و آسانسور ندارد"),
    Known("", "مودم او هوآوی HG531 است"),
    Known("billing_city", "Tehran"),
    Known("", "Works nights, call after 16:00"),
]


@pytest.mark.parametrize(
    ("draft", "answer"),
    [
        ("Hello. Which router do you use at home?", "Router model: TP-Link Archer C6"),
        ("شماره تماس شما چیست؟", "+989121234567"),
        ("شمارهٔ موبایل‌تان را بفرمایید", "+989121234567"),
        ("لطفاً مدل مودمتان را بفرمایید.", "مودم او هوآوی HG531 است"),
        ("Could you send us your e-mail address please", "narges@example.com"),
        ("ایمیل شما چیست؟", "narges@example.com"),
        ("May I have your full name?", "Narges Karimi"),
        ("نام و نام خانوادگی شما چیست؟", "Narges Karimi"),
        ("ساختمان شما آسانسور دارد؟", "در طبقهٔ سوم زندگی می‌کند و آسانسور ندارد"),
        ("What is your billing city?", "Tehran"),
        ("When can we call you?", "Works nights, call after 16:00"),
    ],
)
def test_a_question_finds_what_is_known(draft: str, answer: str) -> None:
    assert [one.known.answer for one in answered(draft, KNOWN)] == [answer]


@pytest.mark.parametrize(
    "draft",
    [
        "We will call you tomorrow. Thanks!",
        "Did the restart help?",
        "Can you tell me what you see on the screen?",
        "آیا مشکل حل شد؟",
        "سلام، وقت بخیر. موضوع را پیگیری می‌کنم و تا فردا خبر می‌دهم.",
        "> Which router do you use?\nIt is on its way.",
        "",
        "???",
    ],
)
def test_what_asks_nothing_we_know_is_left_alone(draft: str) -> None:
    assert answered(draft, KNOWN) == []


def test_each_answer_is_given_once_and_at_most_four() -> None:
    draft = "Your phone number? Again: your phone number? Your e-mail? Your name? Which router? Billing city? Elevator?"
    found = [one.known.answer for one in answered(draft, KNOWN)]
    assert found == ["+989121234567", "narges@example.com", "Narges Karimi", "Router model: TP-Link Archer C6"]


def test_only_the_beginning_of_a_very_long_draft_is_read() -> None:
    assert answered("x " * 10_000 + "Which router?", KNOWN) == []
    assert questions("Which router? " * 10_000)


@pytest.mark.parametrize(
    ("draft", "language", "tone", "found"),
    [
        ("Hello, how are you today?", "fa", "", ["language"]),
        ("سلام، حالتان چطور است؟", "fa", "formal", []),
        ("سلام، حالتان چطور است؟", "en", "", ["language"]),
        ("سلام، بگو ببینم مودمت روشنه عزیزم", "fa", "formal", ["tone"]),
        ("سلام، لطفاً بفرمایید چراغ روشن است", "fa", "familiar", ["tone"]),
        ("Hey buddy, all good now?", "en", "formal", ["tone"]),
        ("ok", "fa", "formal", []),
        ("> سلام و درود بر شما\nYour parcel is on its way.", "en", "formal", []),
        ("Your parcel is on its way.", "", "", []),
    ],
)
def test_a_draft_that_is_not_how_they_like_it(draft: str, language: str, tone: str, found: list[str]) -> None:
    assert disagrees(draft, language=language, tone=tone) == found
