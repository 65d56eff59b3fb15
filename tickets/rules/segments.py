"""How many text messages some words cost: by the alphabet that they need and the room in each piece. Pure.

Source: 3GPP TS 23.038 (the 7-bit alphabet and its extension, whose signs take two places) and 23.040 (joined pieces
give up six bytes to the line that joins them: 160 becomes 153 and 70 becomes 67). A single letter outside of the
alphabet, as any Persian one, makes the whole message UCS-2.
"""

from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
ROOM = {"gsm": (160, 153), "ucs2": (70, 67)}


@dataclass(frozen=True)
class Segments:
    """`alphabet`: gsm or ucs2; `used`: places taken; `count`: messages that it costs; `left`: places until one more."""

    alphabet: str
    used: int
    count: int
    left: int


def segments(text: str) -> Segments:
    """What these words cost. No words cost nothing."""
    alphabet = "gsm" if all(sign in BASIC or sign in EXTENDED for sign in text) else "ucs2"
    sizes = [_places(sign, alphabet) for sign in text]
    alone, joined = ROOM[alphabet]
    used = sum(sizes)
    if used <= alone:
        return Segments(alphabet, used, 1 if used else 0, alone - used)
    count, room = _packed(sizes, joined)
    return Segments(alphabet, used, count, room)


def _places(sign: str, alphabet: str) -> int:
    if alphabet == "gsm":
        return 2 if sign in EXTENDED else 1
    return 2 if ord(sign) > 0xFFFF else 1


def _packed(sizes: list[int], room: int) -> tuple[int, int]:
    """The pieces, and the room left in the last: a sign of two places is never cut in two."""
    count, left = 1, room
    for size in sizes:
        if size > left:
            count, left = count + 1, room
        left -= size
    return count, left
