"""The visible reply: what the sender wrote now, without what he quotes and signs. Presentation only.

Each line gets one letter; then the letters decide, in passes that each look at every line once:
  t text   e empty   q quoted   b introduces a quotation ("On … wrote:")   h header of a quoted mail
  o nothing new follows (Original Message)   d dashes   s signature of a device
"""

import re
from dataclasses import dataclass

from tickets.channels.email import replywords as words
from tickets.channels.email.webtext import MARKS, QUOTE_OFF, QUOTE_ON, QUOTE_REST

MAX_READ = 100_000
MAX_LINE = 600
INTRO_LINES = 5
FOOTER_LINES = 12
QUOTED = re.compile(r"^[ \t\u200e\u200f]*(>|&gt;|\|[ |](?!.{0,500}\|\s*$))")
DASHES = re.compile(r"^\s*([-_=*~+#\u2013\u2014\u2015]\s?){2,}\s*$")
SIGN_DASH = re.compile(r"^\s{0,2}(--|__|\u2014|\u2013\u2013|\u2014\u2014)[ \t\u00a0]*$")
FRAMED = re.compile(
    r"^[\s>]*[-_=*~+\u2013\u2014]{2,}\s{0,3}(?P<inner>[^\W_][^\r\n]{2,200}?)\s{0,3}[-_=*~+\u2013\u2014:]{2,}\s*$"
)
LONG_RULE = re.compile(r"^\s*[-_=]{20,}\s*$")
STAMPED = re.compile(r"^\d{4}[-/]\d\d?[-/]\d\d? \d\d?:\d\d (GMT|UTC)[+-]\d\d?:\d\d .{2,120}$")
NAME_DASH = re.compile(r"^(--?|/|~)[A-Z\u00c0-\u00de\u0410-\u042f][\w.'-]{0,20}( [^\W\d_][\w.'-]{0,20}){0,2}\s*$")
NAME = re.compile(r"^[^\W\d_][\w.'-]{0,20}( [^\W\d_][\w.'-]{0,20}){0,3},?\s*$")
CONTACT = re.compile(
    r"^\s*((e-?mail|mail|tel|phone|mobile|mob|cell|fax|web|www|skype|t|m|p|f|e|w)\b\.?\s*[:.]?\s*)?"
    r"([^\s@<>]{1,64}@[\w.-]{3,80}|\+?\(?\d[\d ()/.-]{6,22}\d|(https?://|www\.)\S{3,100})\s*$",
    re.I,
)


@dataclass(frozen=True)
class Visible:
    """`length`: how far into the whole text the visible part reaches; 0 when it is all of it."""

    text: str
    length: int


@dataclass
class Line:
    """One line with its letter and where it ends in the unmarked text."""

    text: str
    kind: str
    end: int


def visible(marked: str) -> Visible:
    """Finds the reply in a text that may hold quote marks of webtext. Linear; never empty when the text is not."""
    lines = _lines(marked[:MAX_READ])
    _signatures(lines)
    _introductions(lines)
    _header_blocks(lines)
    kept = _kept(lines)
    whole = MARKS.sub("", marked)
    shown = "\n".join(line.text for line in kept).strip()
    if not shown:
        fallback = whole.strip()
        return Visible(_unquoted(lines) or fallback, 0)
    length = kept[-1].end
    return Visible(shown, 0 if len(whole[length:].strip()) == 0 else length)


def _lines(marked: str) -> list[Line]:
    out: list[Line] = []
    depth, rest, end = 0, False, 0
    for text in marked.split("\n"):
        rest = rest or QUOTE_REST in text
        on, off = text.count(QUOTE_ON), text.count(QUOTE_OFF)
        plain = MARKS.sub("", text)
        end += len(plain) + 1
        inside = depth > 0 or on > 0
        depth = max(0, depth + on - off)
        if (on or off or QUOTE_REST in text) and not plain.strip():
            kind = "o" if QUOTE_REST in text else "e"
        else:
            kind = "o" if rest else "q" if inside and plain.strip() else classify(plain[:MAX_LINE])
        out.append(Line(plain, kind, end - 1))
    return out


def classify(text: str) -> str:
    """The letter of one line seen alone."""
    if not text.strip(" \t\u00a0\u200b\u200c\u200e\u200f\ufeff\r"):
        return "e"
    if QUOTED.match(text):
        return "q"
    framed = FRAMED.match(text)
    if (framed and _separates(framed["inner"])) or words.PHRASES.match(text):
        return "o"
    if DASHES.match(text) or SIGN_DASH.match(text):
        return "d"
    if len(text) < 120 and words.MOBILE.match(text) and not _is_sentence(text):
        return "s"
    if words.HEADER_LINE.match(text):
        return "h"
    return "t"


def _separates(inner: str) -> bool:
    return bool(words.SEPARATOR.search(inner) or (words.WROTE.search(inner) and words.WHEN.search(inner)))


def _is_sentence(text: str) -> bool:
    """`Sent from my desk, which is…` is something the writer says, and so is what names no device at length."""
    said = text.strip().rstrip(".")
    if words.DEVICE.search(said):
        return ", " in said and len(said) > 45
    return len(said) > 60 or ", " in said or ". " in said


def _signatures(lines: list[Line]) -> None:
    """A device's signature stands by itself; within a paragraph the same words are said by somebody."""
    for at, line in enumerate(lines):
        goes_on = at + 1 < len(lines) and lines[at + 1].kind == "t"
        if line.kind == "s" and (goes_on or (line.text.strip()[:1].islower() and not words.DEVICE.search(line.text))):
            line.kind = "t"


def _introductions(lines: list[Line]) -> None:
    """Marks `On … X wrote:`, also when it runs over several lines."""
    at = 0
    follows = _followers(lines)
    while at < len(lines):
        size = _introduction_at(lines, at, follows) if lines[at].kind in "th" else 0
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
    starts = bool(words.BEGINS.match(first) or (words.WHO.search(first) and words.WROTE.search(first)))
    for size in range(1, INTRO_LINES + 1):
        if at + size > len(lines) or lines[at + size - 1].kind in "eod" or len(joined) > MAX_LINE:
            return 0
        joined = f"{joined} {lines[at + size - 1].text[:MAX_LINE].strip()}".strip()
        if size > 1 and not starts:
            return 0
        if _introduces(joined, starts, follows[at + size]):
            return size
    return 0


def _introduces(text: str, starts: bool, follows: str) -> bool:
    if len(text) > MAX_LINE or len(text) < 6:
        return False
    ends = text.rstrip("* \t\u200e\u200f_").endswith((":", "：", "۔:", "›:"))
    if not ends and follows != "q" and not text[:1].isdigit():
        return False
    who, when = bool(words.WHO.search(text)), bool(words.WHEN.search(text))
    wrote = bool(words.WROTE.search(text))
    if ends and wrote and (who or when) and (starts or when or follows == "q"):
        return True
    if ends and follows == "q" and (who or when or wrote):
        return True
    return (follows == "q" and who and when and len(text) < 200) or bool(STAMPED.match(text))


def _next_kind(lines: list[Line], at: int) -> str:
    for line in lines[at : at + 4]:
        if line.kind != "e":
            return line.kind
    return "" if at < len(lines) else "end"


def _header_blocks(lines: list[Line]) -> None:
    """Three header lines on end, one of them a sender's, start a quoted mail; fewer are what somebody wrote."""
    at = 0
    while at < len(lines):
        if lines[at].kind != "h":
            at += 1
            continue
        end, count, sender = _header_run(lines, at)
        quoted = count >= 3 and sender
        for line in lines[at:end]:
            line.kind = "o" if quoted else "t" if line.kind == "h" else line.kind
        at = max(end, at + 1)


def _header_run(lines: list[Line], at: int) -> tuple[int, int, bool]:
    count, sender, gap = 0, False, 0
    end = at
    for index in range(at, min(len(lines), at + 30)):
        kind = lines[index].kind
        if kind == "h":
            hit = words.HEADER_LINE.match(lines[index].text[:MAX_LINE])
            sender = sender or bool(hit and (hit["from"] or hit["bare"]))
            count, gap, end = count + 1, 0, index + 1
        else:
            gap += 1
            if gap > 2 or kind in "obqd":
                break
    return end, count, sender


def _kept(lines: list[Line]) -> list[Line]:
    lines = _before(lines, _first(lines, "o"))
    lines = _before(lines, _footer(lines))
    lines = _before(lines, _signature(lines))
    lines = [line for line in lines if line.kind != "s"] if _says(lines) else lines
    lines = _trimmed(_without_quotes(lines))
    lines = _before(lines, _name(lines))
    return _trimmed(lines)


def _name(lines: list[Line]) -> int:
    """Where a last paragraph starts that is only the writer's name or card."""
    start = len(lines)
    while start > 0 and lines[start - 1].kind == "t":
        start -= 1
    last = lines[start:]
    if start == 0 or not 1 <= len(last) <= 7:
        return len(lines)
    if len(last) == 1 and NAME_DASH.match(last[0].text):
        return start
    card = sum(1 for line in last[1:] if CONTACT.match(line.text))
    return start if card >= 2 and NAME.match(last[0].text) else len(lines)


def _first(lines: list[Line], kind: str) -> int:
    return next((at for at, line in enumerate(lines) if line.kind == kind), len(lines))


def _before(lines: list[Line], at: int) -> list[Line]:
    """The lines before a cut, unless that leaves nothing said."""
    return lines[:at] if _says(lines[:at]) else lines


def _says(lines: list[Line]) -> bool:
    return any(line.kind == "t" for line in lines)


def _signature(lines: list[Line]) -> int:
    """Where a signature starts: after `-- `, or after dashes with little below them."""
    for at, line in enumerate(lines):
        if line.kind != "d":
            continue
        below = sum(1 for other in lines[at + 1 :] if other.kind == "t")
        if SIGN_DASH.match(line.text) and (below <= FOOTER_LINES or _next_kind(lines, at + 1) in "qb"):
            return at
        if _next_kind(lines, at + 1) in ("q", "b", "", "end", "d"):
            return at
    return len(lines)


def _footer(lines: list[Line]) -> int:
    """Where a list's footer starts: a long rule with a few lines to the end or to a quotation."""
    for at, line in enumerate(lines):
        if line.kind == "d" and LONG_RULE.match(line.text):
            rest = [other for other in lines[at + 1 :] if other.kind != "e"]
            said = next((n for n, other in enumerate(rest) if other.kind in "qb"), len(rest))
            if said <= 6:
                return at
    return len(lines)


def _without_quotes(lines: list[Line]) -> list[Line]:
    """A reply above the quotation loses all from its introduction on; answers inside one keep what they answer."""
    intro = _first(lines, "b")
    if intro < len(lines) and _says(lines[:intro]) and not _answers_below(lines, intro):
        return lines[:intro]
    lines = [line for line in lines if line.kind != "b"]
    last = max((at for at, line in enumerate(lines) if line.kind in "td"), default=-1)
    lines = lines[: last + 1] if _says(lines) else lines
    return _without_single_quote(lines)


def _answers_below(lines: list[Line], intro: int) -> bool:
    """Whether the writer goes on after the quotation: at length, or after no more than a greeting."""
    quotes = [at for at, line in enumerate(lines) if line.kind == "q"]
    if not quotes:
        return False
    after = sum(1 for line in lines[intro:] if line.kind == "t")
    before = sum(1 for line in lines[:intro] if line.kind == "t")
    return after > 6 or (after > 0 and before <= 1)


def _without_single_quote(lines: list[Line]) -> list[Line]:
    """One quotation near the top, then the answer: only the answer shows."""
    quotes = [at for at, line in enumerate(lines) if line.kind == "q"]
    if not quotes:
        return lines
    block = lines[quotes[0] : quotes[-1] + 1]
    above = sum(1 for line in lines[: quotes[0]] if line.kind == "t")
    if above > 1 or any(line.kind not in "qe" for line in block) or not _says(lines[quotes[-1] :]):
        return lines
    return lines[: quotes[0]] + lines[quotes[-1] + 1 :]


def _trimmed(lines: list[Line]) -> list[Line]:
    """Without empty lines and leading quotation around what is said."""
    if not _says(lines):
        return []
    first = next(at for at, line in enumerate(lines) if line.kind != "e")
    last = max(at for at, line in enumerate(lines) if line.kind != "e")
    return lines[first : last + 1]


def _unquoted(lines: list[Line]) -> str:
    return "\n".join(line.text for line in lines if line.kind not in "qb").strip() if _says(lines) else ""
