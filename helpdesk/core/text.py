"""One normaliser for what is written and what is looked for (docs/decisions/0003-dates-and-digits.md)."""

import re
import unicodedata

from helpdesk.core.rules.digits import digits_to_ascii, digits_to_persian

__all__ = ["digits_to_ascii", "digits_to_persian", "normalise"]

ZWNJ = "\u200c"
# What Unicode does not decompose by itself; hamza and tatweel carry no difference people type reliably.
_SAME = {
    **dict.fromkeys("يىېےۍ", "ی"),
    **dict.fromkeys("كڪ", "ک"),
    **dict.fromkeys("ةەہھۃ", "ه"),
    **dict.fromkeys("ٱٲٳ", "ا"),
    **dict.fromkeys("ءـ\u0674", ""),
    ZWNJ: ZWNJ,
}
_MARKS = frozenset({"Mn", "Me", "Cf"})
_GAPS = frozenset({"Cc", "Cs", "Cn", "Co", "Zs", "Zl", "Zp"})
# می/نمی before a verb, ها/تر after a word: written apart, half apart or joined, they are one word.
_LETTER = r"[^\W\d_]"
_APART = re.compile(
    # The gap comes first, so that the search skips from gap to gap.
    rf"[ {ZWNJ}](?:(?:(?<=\bمی.)|(?<=\bنمی.))(?={_LETTER})"
    rf"|(?<={_LETTER}.)(?=(?:ها(?:ی(?:ی|م|ت|ش|مان|تان|شان)?)?|تر(?:ین)?)(?!\w)))"
)
_PAIRS = (f" {ZWNJ}", f"{ZWNJ} ", ZWNJ * 2)
_HALF_GAPS = re.compile(rf" ?{ZWNJ}+(?: {ZWNJ}*)*")


class _Table(dict[int, str]):
    """Works a character out when it is first met; remembers those of the first plane only, so it stays small."""

    def __missing__(self, point: int) -> str:
        plain = "".join(_one(char) for char in unicodedata.normalize("NFKD", chr(point).casefold()))
        if point < 0x10000:
            self[point] = plain
        return plain


def _one(char: str) -> str:
    """The plain form of one decomposed character."""
    if (same := _SAME.get(char)) is not None:
        return same
    category = unicodedata.category(char)
    if category in _MARKS:
        return ""
    if category in _GAPS:
        return " "
    if category == "Nd":
        return str(unicodedata.decimal(char))
    folded = char.casefold()
    return folded if folded == char else "".join(_one(part) for part in unicodedata.normalize("NFKD", folded))


_TABLE = _Table()


def normalise(text: str) -> str:
    """The form in which texts are compared: plain letters, ASCII digits, single spaces. Pure, linear, idempotent."""
    plain = " ".join(text.translate(_TABLE).split())
    if plain.isascii():
        return plain
    if any(pair in plain for pair in _PAIRS):
        plain = " ".join(_HALF_GAPS.sub(_gap, plain).split())
    return _APART.sub("", plain).replace(ZWNJ, " ").strip()


def _gap(match: re.Match[str]) -> str:
    """A half gap beside a whole one is a whole one."""
    return " " if " " in match.group() else ZWNJ
