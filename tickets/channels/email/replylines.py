"""The lines of a mail, each with one letter for what it is when seen alone.

t text   e empty   q quoted   b introduces a quotation ("On … wrote:")   h header of a quoted mail   l other label
o nothing new follows (Original Message)   d dashes   r a rule of HTML   s signature of a device
g signature that the program marked as such   p armour around signed text
"""

import re
import time
from dataclasses import dataclass

from tickets.channels.email import footerwords
from tickets.channels.email import replywords as words
from tickets.channels.email.htmlquotes import MARKS, QUOTE_OFF, QUOTE_ON, QUOTE_REST, RULE, SIGNED_OFF, SIGNED_ON

MAX_LINE = 600
QUOTED = re.compile(r"^[ \t\u200e\u200f]*(>|＞|&gt;|\|[ |](?!.{0,500}\|\s*$))")
INITIALS = re.compile(r"^[ \t]{0,8}[A-Z][A-Za-z]{0,9}>[ \t]")
DASHES = re.compile(r"^\s*([-_=*~+#\u2010-\u2015\u2500\u2501]\s?){2,}\s*$")
SIGN_DASH = re.compile(r"^\s{0,2}(--|__|\u2014|\u2013\u2013|\u2014\u2014)[ \t\u00a0]*$")
FRAMED = re.compile(
    r"^[\s>]*[-_=*~+\u2010-\u2015]{2,}\s{0,3}(?P<inner>[^\W_][^\r\n]{2,200}?)\s{0,3}[-_=*~+\u2010-\u2015:]{2,}\s*$"
)
ENCLOSED = re.compile(r"^>{3,} ?(?P<inner>[^<>\s].{2,200}) ?>{3,}[ \t]*$")
ARMOUR = re.compile(r"^-----(BEGIN|END) PGP (?P<what>SIGNED MESSAGE|SIGNATURE)-----\s*$")
ARMOUR_HEADER = re.compile(r"^(Hash|Version|Comment|Charset|NotDashEscaped): .{0,100}$")
CODE = re.compile(r"^\s{0,3}(```|~~~)")
NUMBER = re.compile(r"\d{5}")
LINK = re.compile(r"^\s*[(<]?https?://[^\s<>()]{1,500}[)>]?[\s>]*$")
# Where a program leads to itself, beside its name.
BESIDE = re.compile(r"\s{0,3}[(<\[]?\s?https?://[^\s()<>\[\]]{1,120}\s?[)>\]]?")
OFFERS = re.compile(r"(?i)(\S{1,20} ){0,4}outlook (\S{1,10} )?(ios|android)( \S{1,20}){0,2}$")
WRAPPED_AT = 56
LATE = 0.2


class TooSlow(Exception):
    """Reading this text takes longer than it is worth; it shows whole."""


@dataclass
class Line:
    """One line with its letter and where it ends in the unmarked text."""

    text: str
    kind: str
    end: int


@dataclass
class Clock:
    """Ends the reading of a text that takes too much of this thread's time, however it was made."""

    until: float

    @classmethod
    def started(cls) -> "Clock":
        """A clock that runs from now."""
        return cls(time.thread_time() + LATE)

    def check(self) -> None:
        """Raises TooSlow when the time is over."""
        if time.thread_time() > self.until:
            raise TooSlow


@dataclass
class _Reader:
    """What the lines above say of the next one."""

    depth: int = 0
    signed: int = 0
    rest: bool = False
    code: bool = False
    armour: str = ""

    def kind(self, text: str, plain: str) -> str:
        """The letter of a line, by its marks, else by its words."""
        self.rest = self.rest or QUOTE_REST in text
        on, off = text.count(QUOTE_ON), text.count(QUOTE_OFF)
        inside = self.depth > 0 or on > 0
        self.depth = max(0, self.depth + on - off)
        signing = self.signed > 0 or SIGNED_ON in text
        self.signed = max(0, self.signed + text.count(SIGNED_ON) - text.count(SIGNED_OFF))
        if not plain.strip():
            return "o" if QUOTE_REST in text else "r" if RULE in text else "e"
        if self.rest:
            return "o"
        return "q" if inside else "g" if signing else self._spoken(plain[:MAX_LINE])

    def _spoken(self, plain: str) -> str:
        armour = ARMOUR.match(plain)
        if armour or self.armour:
            return self._armoured(plain, armour)
        if CODE.match(plain):
            self.code = not self.code
            return "t"
        return "t" if self.code and not words.PHRASES.match(plain) else classify(plain)

    def _armoured(self, plain: str, armour: re.Match[str] | None) -> str:
        if armour:
            self.armour = "" if armour[1] == "END" else armour["what"]
        elif self.armour == "SIGNED MESSAGE" and not ARMOUR_HEADER.match(plain):
            self.armour = ""
            return classify(plain)
        return "p"


def read(marked: str, clock: Clock) -> list[Line]:
    """The lines of a text with the marks of htmlquotes in it."""
    reader, out, end = _Reader(), [], 0
    for count, text in enumerate(marked.split("\n")):
        if count % 64 == 0:
            clock.check()
        plain = MARKS.sub("", text)
        end += len(plain) + 1
        out.append(Line(plain, reader.kind(text, plain), end - 1))
    if reader.code:
        _forget_code(out)
    _enclosed(out)
    _initials(out)
    _wrapped(out)
    return out


def classify(text: str) -> str:
    """The letter of one line seen alone."""
    if not text.strip(" \t\u00a0\u200b\u200c\u200e\u200f\ufeff\r"):
        return "e"
    if QUOTED.match(text):
        return "o" if _encloses(text) else "b" if words.PHRASES.match(text) else "q"
    framed = FRAMED.match(text)
    if (framed and _separates(framed["inner"])) or words.PHRASES.match(text):
        return "o"
    if DASHES.match(text) or SIGN_DASH.match(text):
        return "d"
    if is_device(text):
        return "s"
    if ":" not in text and "：" not in text:
        return "t"
    return "h" if words.HEADER_LINE.match(text) else "l" if words.LABELLED.match(text) else "t"


def _separates(inner: str) -> bool:
    if words.SEPARATOR.search(inner):
        return True
    said = words.WROTE.search(inner)
    return bool(said and (words.WHEN.search(inner) or inner.endswith(":")))


def _encloses(text: str) -> bool:
    """`>>> Ada <ada@shop.example> 01/02/2026 10:22 >>>`: all below is quoted, without signs."""
    framed = ENCLOSED.match(text)
    return bool(framed and words.WHO.search(framed["inner"]) and words.WHEN.search(framed["inner"]))


def is_device(text: str) -> bool:
    """Whether a line is what a device puts under a mail, at most with an excuse for typing errors."""
    if len(text) > 160:
        return False
    said = BESIDE.sub("", text).strip(" \t\u200e\u200f*_~<>()[].-")
    if said != text and OFFERS.match(said):
        return True
    if not (footerwords.SENT_WITH.match(text) or said.lower().endswith(footerwords.SENT_ENDS)):
        return False
    head, _, tail = _parted(said)
    if (tail and not footerwords.EXCUSE.search(tail)) or said.endswith(("?", "؟")) or NUMBER.search(head):
        return False
    if footerwords.DEVICE.search(head):
        return len(head) < 110
    return len(head) <= 45 and bool(footerwords.SENT_FROM_MY.match(text))


def _parted(said: str) -> tuple[str, str, str]:
    cut = min(
        (at for at in (said.find(sign) for sign in (", ", ". ", "; ", "! ", " – ", " - ", "<")) if at > 0), default=-1
    )
    return (said, "", "") if cut < 0 else (said[:cut], said[cut], said[cut + 1 :])


def _forget_code(lines: list[Line]) -> None:
    """A code fence that nobody closes is no code fence."""
    opened = max(at for at, line in enumerate(lines) if CODE.match(line.text))
    for line in lines[opened + 1 :]:
        if line.kind == "t":
            line.kind = classify(line.text[:MAX_LINE])


def _enclosed(lines: list[Line]) -> None:
    """Between `>>>>` and `<<<<` on lines of their own stands a quotation."""
    opened = -1
    for at, line in enumerate(lines):
        if line.text.startswith(">>>") and (not line.text.strip("> \t") or line.text.rstrip().endswith(">>>")):
            opened = at
        elif opened >= 0 and line.text.startswith("<<<") and line.kind in "tl":
            for inner in lines[opened : at + 1]:
                inner.kind = "e" if inner.kind == "e" else "q"
            opened = -1


def _initials(lines: list[Line]) -> None:
    """`Ada> text`, right below a quoted line or one more of the kind, is quoted too."""
    quoting = False
    for line in lines:
        if line.kind in "tl" and quoting and INITIALS.match(line.text):
            line.kind = "q"
        quoting = line.kind == "q" or (quoting and line.kind == "e")


def _wrapped(lines: list[Line]) -> None:
    """What a program broke off a quoted line, and began without a sign, goes with it when quotation follows."""
    for above, line, below in zip(lines, lines[1:], lines[2:], strict=False):
        if line.kind == "t" and above.kind == "q" and below.kind == "q" and _goes_on(above.text, line.text):
            line.kind = "q"


def _goes_on(above: str, text: str) -> bool:
    if LINK.match(text) or above.rfind("(") > above.rfind(")"):
        return True
    return len(above) >= WRAPPED_AT and not text[:1].isupper() and not text[:1].isspace()
