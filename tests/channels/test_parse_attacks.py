"""Mails made to hurt the reader: wounded ones, bombs, and kinds that grow. `make torture STAGE=parser` reads all."""

import logging

import pytest

from tests.support import badmail, growth
from tests.torture import parser

pytestmark = pytest.mark.load

CHEAP = [
    *("a thousand levels", "fifty levels", "two thousand mails in mails", "thirty wrapped mails"),
    *("a hundred thousand parts", "five hundred files", "twenty thousand addresses", "five hundred addresses"),
    *("a hundred thousand headers", "a megabyte of header", "words without end", "comments without end"),
    *("a page of tables", "a false winmail.dat"),
]


def test_wounded_mails_are_read_or_set_aside_with_a_reason(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    found = parser.Found()
    parser.mutate(found, 600)
    assert (found.accepted, found.distinct) == (600, 600)
    assert found.parsed + found.quarantined == 600
    assert found.crashed == found.nameless == 0
    assert found.parsed > 500


@pytest.mark.parametrize("name", CHEAP)
def test_a_bomb_at_full_size_costs_little(name: str) -> None:
    assert growth.least(lambda: parser.bomb(parser.Found(), name), 1.0) <= 1.0


def test_there_are_enough_ways_to_hurt() -> None:
    assert len(badmail.BOMBS) >= 40
    assert len(badmail.REPEATED) >= 40


@pytest.mark.parametrize("name", badmail.REPEATED)
def test_twice_the_mail_costs_twice_the_time(name: str) -> None:
    # Small, so some of it is noise; the torture stage measures at full size.
    assert growth.least(lambda: parser.grow(parser.Found(), name, size=20_000), parser.RATIO) <= parser.RATIO
