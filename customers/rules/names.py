"""Whether two names may be one person's: other letters, another script, a slip, an initial, a part left out. Pure."""

import re
from enum import StrEnum

from helpdesk.core.text import normalise

_TITLE_WORDS = "mr mrs ms miss dr prof eng sir herr frau آقای خانم دکتر مهندس استاد سرکار جناب سید سیده حاج"
_TITLES = frozenset(_TITLE_WORDS.split())
# The consonants of a name, the same in both scripts; vowels and what stands for them are left out.
_PERSIAN = str.maketrans(
    {
        **dict.fromkeys("ثسص", "s"),
        **dict.fromkeys("ذزضظ", "z"),
        **dict.fromkeys("تط", "t"),
        **dict.fromkeys("حه", "h"),
        **dict.fromkeys("قغ", "q"),
        **dict.fromkeys("خک", "k"),
        **dict.fromkeys("چج", "j"),
        **dict.fromkeys("شژ", "x"),
        **dict.fromkeys("اآعیوئؤء", ""),
        **dict(zip("بپدرفگلمن", "bpdrfglmn", strict=True)),
    }
)
_LATIN = (("kh", "k"), ("gh", "q"), ("sh", "x"), ("zh", "x"), ("ch", "j"), ("ph", "f"), ("c", "k"))
_HEADS = {"s": "sx", "g": "gq", "c": "kj", "z": "zx"}
_VOWELS = re.compile(r"[aeiouywv']")
_LONG_I = re.compile("[iy]|ee")
_TWICE = re.compile(r"(.)\1+")
_PIECES = re.compile(r"[^\W\d_]+")

# Shorter ones are initials, or a part of many names.
SHORTEST_GIVEN = 3


class Likeness(StrEnum):
    """How two names stand to each other."""

    SAME = "same"
    SPELLED = "spelled"
    PART = "part"
    UNKNOWN = "unknown"
    DIFFERENT = "different"

    @property
    def is_whole(self) -> bool:
        """Whether given name and family name both agree."""
        return self in (Likeness.SAME, Likeness.SPELLED)

    @property
    def agrees(self) -> bool:
        """Whether the names speak for one person at all."""
        return self in (Likeness.SAME, Likeness.SPELLED, Likeness.PART)


def compare(one: str, other: str) -> Likeness:
    """How two names stand to each other, whatever the order of their parts; without a name nothing is known."""
    mine, theirs = pieces(one), pieces(other)
    if not mine or not theirs:
        return Likeness.UNKNOWN
    if sorted(mine) == sorted(theirs) or "".join(mine) == "".join(theirs):
        # Michael and Mary are both M. Wagner.
        return Likeness.SAME if sum(len(piece) > 1 for piece in mine) > 1 else Likeness.PART
    short, long = sorted((mine, theirs), key=len)
    left, initials, matched = list(long), 0, 0
    for piece in sorted(short, key=len, reverse=True):
        # Whole words first: in H. Hoseini, the H is not Hoseini's.
        nearest = sorted(left, key=lambda found: (found != piece, -len(found)))
        hit = next((found for found in nearest if _alike(piece, found)), None)
        if hit is None:
            return Likeness.DIFFERENT
        left.remove(hit)
        initials += len(piece) == 1 or len(hit) == 1
        matched += 1
    return Likeness.SPELLED if matched > 1 and not initials else Likeness.PART


def pieces(name: str) -> list[str]:
    """The words of a name in one spelling, without titles."""
    return [piece for piece in _PIECES.findall(normalise(name)) if piece not in _TITLES]


def has_same_given(one: str, other: str) -> bool:
    """Whether the given names are the same word, letter by letter: what stands first, or behind a comma."""
    given, other_given = _given(one), _given(other)
    return given == other_given and len(given) >= SHORTEST_GIVEN


def _given(name: str) -> str:
    _family, comma, behind = name.replace("،", ",").partition(",")
    return next(iter(pieces(behind if comma else name)), "")


def is_named_in(name: str, account: str) -> bool:
    """Whether given and family name, in any spelling, stand in the name of an account or the front of an address."""
    found, plain = pieces(name), skeleton("".join(_PIECES.findall(normalise(account.partition("@")[0]))))
    return len(found) > 1 and all(len(piece) > 1 and skeleton(piece) in plain for piece in found)


def key_of(name: str) -> str:
    """A short key that spellings of the same full name share; empty when there is no given and family name."""
    found = sorted({skeleton(piece) for piece in pieces(name)} - {""})
    return "-".join(found) if len(pieces(name)) > 1 else ""


def skeleton(piece: str) -> str:
    """The consonants of a word, the same for both scripts."""
    plain = piece.translate(_PERSIAN)
    for sign, sound in _LATIN if piece.isascii() else ():
        plain = plain.replace(sign, sound)
    sounds = _TWICE.sub(r"\1", _VOWELS.sub("", plain))
    # The last h of Fatemeh and of Sarah is not heard.
    return sounds[:-1] if len(sounds) > 2 and sounds.endswith("h") else sounds


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    is_mixed = one.isascii() != other.isascii()
    if len(one) == 1 or len(other) == 1:
        return bool(_sounds(one) & _sounds(other)) if is_mixed else one[0] == other[0]
    if is_mixed:
        return _sounds_alike(*sorted((one, other), key=str.isascii))
    spelled = min(len(one), len(other)) >= 4 and skeleton(one) == skeleton(other) and near(one, other, 2)
    # Jan is not Joan.
    return spelled or (min(len(one), len(other)) >= (5 if one.isascii() else 4) and near(one, other, 1))


def _sounds_alike(persian: str, latin: str) -> bool:
    """Whether two scripts write one name: Hassan is not حسین, Leila is not علی."""
    mine, theirs = skeleton(persian), skeleton(latin)
    is_same = mine == theirs != "" or (min(len(mine), len(theirs)) >= 4 and near(mine, theirs, 1))
    has_i = ("ی" in persian) == bool(_LONG_I.search(latin))
    return is_same and has_i and (persian[0] in "اعآ") == (latin[0] in "aeiou")


def _sounds(piece: str) -> set[str]:
    """The first sound, for initials in two scripts; vowels are one. An S alone may be the head of a Sh."""
    if piece in _HEADS:
        return set(_HEADS[piece])
    return {skeleton(piece[:2] if piece[:2] in ("kh", "gh", "sh", "zh", "ch") else piece[0])}


def near(one: str, other: str, most: int) -> bool:
    """Whether one becomes the other by at most so many slips: a letter more, less, wrong, or two turned round."""
    if abs(len(one) - len(other)) > most:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for down, sign in enumerate(one, 1):
        earlier, before, row = before, row, [down]
        for across, wanted in enumerate(other, 1):
            cost = min(before[across] + 1, row[-1] + 1, before[across - 1] + (sign != wanted))
            if down > 1 and across > 1 and sign == other[across - 2] and one[down - 2] == wanted:
                cost = min(cost, earlier[across - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return False
    return row[-1] <= most
