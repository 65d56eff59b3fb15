"""A quoted mail by its shape alone, in any language: a sender's address, a day with its time, and few words around."""

import re

from tickets.channels.email import replywords as words
from tickets.channels.email.replylines import MAX_LINE, Clock, Line

ADDRESS = r"<[^\s<>@]{1,64}@[^\s<>@]{3,190}(<mailto:[^\s<>]{3,250}>)?>"
LABELLED_SENDER = re.compile(rf"^[ \t*_|>]{{0,6}}[^:：<>]{{1,24}}[:：]\*{{0,2}}\s[^<>:：]{{0,80}}{ADDRESS}[\s*]*$")
SENDER = re.compile(rf"^\s{{0,4}}[^<>:@]{{1,80}}{ADDRESS}\s*$")
# `… Ada <ada@shop.example> wrote:`, whatever "wrote" is called.
SAYS = re.compile(rf"{ADDRESS}\)?,?(\s[^\s,.;:!?\d]{{1,20}}){{1,3}}\s?[:：]$")
TIME = re.compile(r"(?<![\d.:])\d{1,2}(:\d\d(:\d\d)?|\.\d\d)(?![.\d])")
YEAR = re.compile(r"(?<!\d)(19|20)\d\d(?!\d)|২০\d\d|२०\d\d")
MOST_STAMP, MOST_WORDS, MOST_INTRO, LEAST_RULE = 90, 8, 240, 20


def mark(lines: list[Line], clock: Clock) -> None:
    """Gives the letters b and o to lines whose shape says that a quoted mail begins there."""
    for at, line in enumerate(lines):
        if at % 64 == 0:
            clock.check()
        if line.kind not in "thl" or len(line.text) > MAX_LINE:
            continue
        if _introduces(line.text.strip()):
            line.kind = "b"
        for one in lines[at : at + _heads(lines, at)]:
            one.kind = "o"


def _introduces(text: str) -> bool:
    if len(text) > MOST_INTRO or not text.endswith((":", "：")) or words.FIRST_PERSON.search(text):
        return False
    return bool(SAYS.search(text)) and _dated(text)


def _dated(text: str) -> bool:
    return bool(YEAR.search(text) and TIME.search(text))


def _heads(lines: list[Line], at: int) -> int:
    """How many lines from here on are the head of a quoted mail."""
    text = lines[at].text
    if LABELLED_SENDER.match(text):
        begins = at == 0 or lines[at - 1].kind not in "hl"
        return 3 if begins and _goes_on(lines, at) else 0
    if SENDER.match(text):
        return 2 if _is_stamp(lines, at + 1) and _is_empty(lines, at - 1) else 0
    return _under_a_rule(lines, at) if _follows_a_rule(lines, at) else 0


def _goes_on(lines: list[Line], at: int) -> bool:
    """Below the sender stands when, then one more label, which only heads of mails do in this order."""
    rest = lines[at + 1 : at + 3]
    return len(rest) == 2 and all(line.kind in "hl" for line in rest) and _dated(rest[0].text[:MAX_LINE])


def _under_a_rule(lines: list[Line], at: int) -> int:
    """A person's name with the time at its end, or below it, with air around, as desks write it."""
    text = lines[at].text.strip()
    if text.endswith(":") and len(text) <= MOST_STAMP and len(text.split()) <= MOST_WORDS:
        return 1 if "," in text and _dated(text) and _is_empty(lines, at + 1) else 0
    named = len(text) <= MOST_STAMP and len(text.split()) <= MOST_WORDS and not re.search(r"\d|[.!?:]$", text)
    return 2 if named and _is_stamp(lines, at + 1) and _is_empty(lines, at + 2) else 0


def _follows_a_rule(lines: list[Line], at: int) -> bool:
    above = next((line for line in reversed(lines[max(0, at - 3) : at]) if line.kind != "e"), None)
    return above is not None and above.kind in "dr" and (above.kind == "r" or len(above.text.strip()) >= LEAST_RULE)


def _is_stamp(lines: list[Line], at: int) -> bool:
    """Whether a line says when, and hardly anything else."""
    text = lines[at].text.strip() if at < len(lines) else ""
    return 0 < len(text) <= MOST_STAMP and len(text.split()) <= MOST_WORDS and "@" not in text and _dated(text)


def _is_empty(lines: list[Line], at: int) -> bool:
    return not 0 <= at < len(lines) or lines[at].kind == "e"
