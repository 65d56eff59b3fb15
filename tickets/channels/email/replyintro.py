"""Where a quoted mail begins: `On … Ada wrote:`, also over several lines, and blocks of From, To, Subject."""

import re

from tickets.channels.email import replyshapes
from tickets.channels.email import replywords as words
from tickets.channels.email.replylines import MAX_LINE, Clock, Line

INTRO_LINES = 5
BEHIND = re.compile(r":[ \u00a0]{2,12}(?=\S)")
MAX_INTRO = 420
SHORT_WORD = 2
ENDS = (":", "：", "۔:", "›:", "﹕")


def mark(lines: list[Line], clock: Clock) -> None:
    """Gives the letters b and o to the lines that begin a quoted mail; headers that are none become text."""
    _part_glued(lines, clock)
    _quoted_introductions(lines, clock)
    replyshapes.mark(lines, clock)
    _header_blocks(lines)
    _introductions(lines, clock)
    for line in lines:
        if line.kind in "hl":
            line.kind = "t"


def _names_somebody(text: str) -> bool:
    return "@" in text and bool(words.WHO.search(text))


def _part_glued(lines: list[Line], clock: Clock) -> None:
    """`Yes, do. On 1 Jan 2026 Ada <ada@shop.example> wrote:` is two lines that lost their break."""
    for at in range(len(lines) - 1, -1, -1):
        line = lines[at]
        if at % 64 == 0:
            clock.check()
        if line.kind in "tl" and len(line.text) <= MAX_LINE and (said := _said_behind(line.text)):
            lines[at : at + 1] = [
                Line(line.text[:said], "t", line.end - len(line.text) + said),
                Line(line.text[said:], "t", line.end),
            ]
            continue
        if line.kind not in "tl" or not line.text.rstrip().endswith(ENDS) or len(line.text) > MAX_LINE:
            continue
        if words.BEGINS.match(line.text) or not (words.WROTE.search(line.text) and _names_somebody(line.text)):
            continue
        hits = [hit for hit in words.WITHIN.finditer(line.text) if words.WHEN.search(line.text, hit.end())]
        if hits:
            cut = hits[-1].start()
            start = line.end - len(line.text)
            lines[at : at + 1] = [Line(line.text[:cut], "t", start + cut), Line(line.text[cut:], "t", line.end)]


def _said_behind(text: str) -> int:
    """Where what was quoted begins on the line of its introduction itself; 0 when nothing stands there."""
    gap = BEHIND.search(text)
    intro = text[: gap.start() + 1] if gap else ""
    is_one = bool(words.BEGINS.match(intro) and words.WROTE.search(intro[-24:]) and _names_somebody(intro))
    return gap.end() if gap and is_one and introduces(intro.strip(), True, "t") else 0


def _quoted_introductions(lines: list[Line], clock: Clock) -> None:
    """Some programs quote the introduction along with what it introduces."""
    above = "e"
    for at, line in enumerate(lines):
        if at % 64 == 0:
            clock.check()
        if line.kind == "q" and above not in "qb":
            text = line.text[:MAX_LINE].lstrip("> \t")
            if words.WROTE.search(text) and introduces(text, True, "q"):
                line.kind = "b"
        above = line.kind if line.kind != "e" else above


def _introductions(lines: list[Line], clock: Clock) -> None:
    at = 0
    follows = _followers(lines)
    while at < len(lines):
        if at % 64 == 0:
            clock.check()
        size = _introduction_at(lines, at, follows) if lines[at].kind in "thls" else 0
        size = size or _name_and_day(lines, at, follows)
        for line in lines[at : at + size]:
            line.kind = "b"
        at += max(1, size)


def _followers(lines: list[Line]) -> list[str]:
    """For each place the letter of the next line that is not empty, at most three empty ones further on."""
    out = ["end"] * (len(lines) + 1)
    gap, kind = 0, "end"
    for at in range(len(lines) - 1, -1, -1):
        gap, kind = (gap + 1, kind) if lines[at].kind == "e" else (0, lines[at].kind)
        out[at] = kind if gap < 4 else ""
    return out


def _introduction_at(lines: list[Line], at: int, follows: list[str]) -> int:
    joined = ""
    first = lines[at].text[:MAX_LINE]
    starts = bool(words.BEGINS.match(first) or first.rstrip().endswith("<"))
    starts = starts or (_names_somebody(first) and bool(words.WROTE.search(first) or words.WHEN.search(first)))
    for size in range(1, INTRO_LINES + 1):
        if at + size > len(lines) or lines[at + size - 1].kind in "eodgrp" or len(joined) > MAX_INTRO:
            return 0
        if size > 1 and not starts:
            return 0
        more = lines[at + size - 1].text[:MAX_LINE].strip()
        joined = f"{joined[:-1]}{more}" if joined.endswith("=") else f"{joined} {more}".strip()
        if introduces(joined, starts, follows[at + size]):
            return size
    return 0


def _name_and_day(lines: list[Line], at: int, follows: list[str]) -> int:
    """A mailbox, or above quoted lines a name, and under it a day: it introduces without a word for writing."""
    if lines[at].kind not in "tl" or (at and lines[at - 1].kind not in "edr") or at + 1 >= len(lines):
        return 0
    first = lines[at].text[:MAX_LINE]
    if follows[at + 1] == "q" and len(first) < 80 and _is_day(first) and _names_only(first):
        return 1
    if lines[at + 1].kind not in "tl" or not _is_day(lines[at + 1].text[:MAX_LINE]):
        return 0
    named = follows[at + 2] == "q" and len(first) < 60 and _names_only(first) and not words.WHEN.search(first)
    return 2 if named or words.MAILBOX_ALONE.match(first) else 0


def _is_day(text: str) -> bool:
    return bool(words.DATED.match(text) and words.YEAR.search(text) and words.CLOCK_LAST.search(text))


def _names_only(text: str) -> bool:
    """Names and months begin with a capital; what a sentence is made of does not."""
    said = ["".join(filter(str.isalpha, word)) for word in text.split()]
    spoken = [word for word in said if len(word) > SHORT_WORD]
    return bool(spoken) and all(word[0].isupper() for word in spoken) and not text.rstrip().endswith((",", "!", "?"))


def introduces(text: str, starts: bool, follows: str) -> bool:
    """Whether a text introduces a quotation; `follows` is the letter of what stands below it."""
    text = text.rstrip("* \t\u200e\u200f\u202c_-")
    if not 6 <= len(text) <= MAX_LINE:
        return False
    if words.STAMPED.match(text) or words.POSTED.match(text) or words.QUOTING.match(text):
        return True
    ends = text.endswith(ENDS)
    if not ends and follows != "q" and not (starts and "@" in text and words.WROTE.search(text[-24:])):
        return False
    who, when = _names_somebody(text), bool(words.WHEN.search(text))
    wrote = words.WROTE.search(text)
    if follows == "q" and _introduces_signs(text, ends, who, when, bool(wrote)):
        return True
    if wrote and (ends or words.WROTE.search(text[-24:])):
        return _introduces_said(text, starts, ends, who, when)
    return (
        ends
        and who
        and when
        and bool(words.YEAR.search(text) and (words.WHO_LAST.search(text) or words.STAMPED_BY.match(text)))
    )


def _introduces_signs(text: str, ends: bool, who: bool, when: bool, wrote: bool) -> bool:
    """Above quoted lines less says enough."""
    if ends:
        return who or when or wrote
    return (who and when and len(text) < 200) or (wrote and when and len(text) < 120)


def _introduces_said(text: str, starts: bool, ends: bool, who: bool, when: bool) -> bool:
    """Above lines without signs it must name a day and a person as programs do."""
    if ends and ((" via " in text and len(text) < 120) or words.SAYS_WHO.match(text)):
        return True
    if words.FIRST_PERSON.search(text) and not who and text.find("you wrote") < 0:
        return False
    dated = when and bool(words.YEAR.search(text) or who)
    return dated and (starts or who or ends) if ends else dated and starts and who


def _header_blocks(lines: list[Line]) -> None:
    at = 0
    while at < len(lines):
        if lines[at].kind != "h":
            at += 1
            continue
        end = _header_run(lines, at)
        if _quotes_a_mail(lines, at, end):
            for line in lines[at:end]:
                line.kind = "o"
        at = max(end, at + 1)


def _header_run(lines: list[Line], at: int) -> int:
    gap, end = 0, at
    for index in range(at, min(len(lines), at + 30)):
        kind = lines[index].kind
        if kind in "hl":
            gap, end = 0, index + 1
        else:
            gap += 1
            if gap > 2 or kind in "obqdgr":
                break
    return end


def _quotes_a_mail(lines: list[Line], at: int, end: int) -> bool:
    """Headers of a mail, and not a form or a journey: a sender and two more, with what only a mail has."""
    if end - at == 1 and len(words.LABELS.findall(lines[at].text[:MAX_LINE])) >= 3:
        return _names_somebody(lines[at].text[:MAX_LINE])
    heads = [line.text[:MAX_LINE] for line in lines[at:end] if line.kind == "h"]
    block = "\n".join(line.text[:MAX_LINE] for line in lines[at:end])[: MAX_LINE * 4]
    hits = [words.HEADER_LINE.match(text) for text in heads]
    sender = any(hit and hit["from"] for hit in hits)
    address, dated = _names_somebody(block), bool(words.WHEN.search(block))
    if len(heads) >= 3 and sender:
        return address or any(words.SENT_OR_SUBJECT.match(text) for text in heads)
    if len(heads) == 2 and address and dated:
        return _under_a_rule(lines, at) or _ends_with(lines, end)
    if len(heads) == 2 and sender and any(line.kind == "l" for line in lines[at:end]):
        return address and dated
    return (len(heads) >= 3 and address and dated) or (sender and address and _under_a_rule(lines, at))


def _under_a_rule(lines: list[Line], at: int) -> bool:
    above = next((line for line in reversed(lines[max(0, at - 3) : at]) if line.kind != "e"), None)
    return above is not None and above.kind in "dr"


def _ends_with(lines: list[Line], end: int) -> bool:
    return all(line.kind == "e" for line in lines[end : end + 4]) and end + 4 >= len(lines)
