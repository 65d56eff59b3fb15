"""Text made to cost time: twice the text costs twice the time at most, and there is an end to it."""

import time
from collections.abc import Callable

import pytest

from tests.support import growth
from tickets.channels.email import reply, replylines

pytestmark = pytest.mark.load

FAMILIES = [
    "On a ", "> ", ">", "a: b\n", "- ", "-", "---\n", "wrote:\n", "x@y ", "\n", "On 1 Jan 2026 a@b.c wrote:\n", "On\n",
    "@", "a@", "<", ":", " ", "\t", "--a--", "_", "Sent from my ", "Sent from my iPhone\n", "From: a@b.c\n",
    "From: a\nTo: b\n", "```\n", "-----BEGIN PGP SIGNATURE-----\n", ">>> a@b 1.1.2026 >>>\n", ">>>>\n<<<<\n", "Ab> x\n",
    "> q\nt\n", "On 1.1.2026 a@b.c wrote:\n> q\nt\n", "to unsubscribe from this mailing list\n\n", "Ada Byron\n",
    "this e-mail is confidential and only for you so please do the right thing now\n\n", "+1 234 567 890\n", "1",
    "2026-01-01 10:00\n", "在2026年", "در تاریخ ", "*", "Ada via b wrote: ", "(((", "x On 1 Jan 2026 a@b.c wrote:\n",
    "a" * 590 + " wrote:\n", "a@" * 290 + "\n", "Sent via " * 12 + "\n", "Ab cd ef:", "--\nx\n", "-" * 598 + "a\n",
    "| a ", "&gt; ", "\ue0f0\ue0f1", "\ue0f2x\n", "Le lun. 5 janv. 2026 à 17:00, Ada\n", "A=\n", "\u200b",
    "From: To: Cc: ", "[EXTERNAL]\n", "CAUTION: external mail\n", "external ", "this e-mail ", "## a ", "{#1",
    "ref:a\n", "do not click links\n", "این ایمیل از خارج از سازمان\n",
]  # fmt: skip
# Machines that do other things at once measure no better than this.
NOISE = 0.01
RATIO = 2.6


def cost(text: str, times: int = 2) -> float:
    """The least of a few readings."""
    readings = []
    for _ in range(times):
        began = time.process_time()
        reply.visible(text)
        readings.append(time.process_time() - began)
    return min(readings)


@pytest.fixture
def unbounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the limits that hide how the cost grows."""
    monkeypatch.setattr(reply, "MAX_READ", 10_000_000)
    monkeypatch.setattr(reply, "MAX_LINES", 10_000_000)
    monkeypatch.setattr(replylines, "LATE", 1_000.0)


@pytest.mark.usefixtures("unbounded")
@pytest.mark.parametrize("family", FAMILIES)
def test_twice_the_text_costs_twice_the_time(family: str) -> None:
    half, whole = (family * 12_000)[:12_000], (family * 24_000)[:24_000]
    assert growth.least(lambda: (cost(whole) - NOISE) / cost(half), RATIO) <= RATIO


@pytest.mark.parametrize("family", FAMILIES)
def test_no_text_holds_up_the_reader(family: str) -> None:
    assert growth.least(lambda: cost((family * 256_000)[:256_000], 1), 0.4) <= 0.4


def test_what_takes_too_long_shows_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Yes\n\nOn 1 Jan 2026 Ada <ada@shop.example> wrote:\n> Which?"
    assert reply.visible(text).text == "Yes"
    monkeypatch.setattr(replylines, "LATE", -1.0)
    assert reply.visible(text) == reply.Visible(text, 0)


@pytest.mark.parametrize("wrap", [str, "{}\n\n> old".format, "Hello\n\n{}".format])
def test_the_visible_part_is_never_empty(wrap: Callable[[str], str]) -> None:
    for family in FAMILIES:
        text = wrap(family * 5)
        assert bool(reply.visible(text).text.strip()) == bool(text.strip("\ue0f0\ue0f1\ue0f2 \n\t"))
