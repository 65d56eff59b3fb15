"""When an unread chat answer leaves by mail, by a table."""

from datetime import UTC, datetime, timedelta

import pytest

from tickets.rules.chatmail import Unread, Verdict, decide

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("oldest", "seen", "gone", "reachable", "verdict"),
    [
        (None, 600, True, True, Verdict()),
        (600, 600, False, False, Verdict()),
        (179, 600, False, True, Verdict(again=ago(-1))),
        (180, 600, False, True, Verdict(mail=True)),
        (180, 10, False, True, Verdict(again=ago(-20))),
        (599, 10, False, True, Verdict(again=ago(-1))),
        (600, 10, False, True, Verdict(mail=True)),
        (0, 600, True, True, Verdict(mail=True)),
        (0, 10, True, True, Verdict(again=ago(-20))),
        (30, 0, True, True, Verdict(mail=True)),
    ],
)
def test_an_unread_answer_leaves_when_its_reader_has_gone(
    oldest: int | None, seen: int, gone: bool, reachable: bool, verdict: Verdict
) -> None:
    unread = Unread(ago(oldest) if oldest is not None else None, ago(seen), gone, reachable)
    assert decide(unread, NOW) == verdict
