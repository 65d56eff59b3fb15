"""Reply tokens cannot be forged, moved or guessed."""

import random
from typing import Any

from tickets import tokens

INBOX = "support@desk.example"


def test_a_token_names_its_participant() -> None:
    for number in (1, 35, 36, 10**9, 2**63 - 1):
        assert tokens.read_reply_address(tokens.reply_address(INBOX, number)) == number
        assert tokens.read_reply_address(tokens.reply_address(INBOX, number).upper()) == number


def test_forged_tokens_are_nothing() -> None:
    good = tokens.reply_address(INBOX, 4711)
    chance = random.Random(1)
    local = good.partition("@")[0]
    start = len("support+")
    for _ in range(1000):
        at = chance.randrange(start, len(local))
        sign = chance.choice("abcdefghijklmnopqrstuvwxyz234567-019")
        forged = f"{local[:at]}{sign}{local[at + 1 :]}@desk.example"
        assert forged == good or tokens.read_reply_address(forged) is None


def test_other_spellings_are_nothing() -> None:
    token = tokens.reply_address(INBOX, 4711).partition("+")[2].partition("@")[0]
    for local in (
        "",
        "support",
        f"support+{token}x",
        f"support+0{token}",
        f"support+{token[:-1]}",
        f"support+{token}+",
        f"support+{'r' + token}",
    ):
        assert tokens.read_reply_address(f"{local}@desk.example") is None


def test_another_installation_s_token_is_nothing(settings: Any) -> None:
    theirs = tokens.reply_address(INBOX, 5)
    settings.SECRET_KEY = "another installation's key, quite long"
    assert tokens.read_reply_address(theirs) is None
