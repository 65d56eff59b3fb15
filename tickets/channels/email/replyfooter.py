"""What stands under a reply: signatures, cards, lists' and scanners' footers, disclaimers."""

import re
from itertools import pairwise

from tickets.channels.email.footerwords import CLOSING, DEVICE, FOOTER, FOOTER_WITH_ADDRESS, LEGAL_MAIL, LEGAL_TERM
from tickets.channels.email.replylines import SIGN_DASH, Line
from tickets.rules import banners

SIGNATURE_LINES = 12
CARD_LINES = 7
FOOTER_LINES = 12
MAX_PARAGRAPH = 1_000
MAX_FOOTERS = 12
# Programs and lawyers do not speak of themselves.
IN_PERSON = re.compile(r"(?i:\b(my|i'm|ich|meine?|mon|mijn|ik|мой|моя|моё)\b)|\bI\b(?![.)])|برای من")
ASKS = re.compile(r"(?i)\W*(please|pls|can|could|i|how|why|hi|hello|bitte|لطفا|سلام)\b")
LONG_RULE = re.compile(r"^\s*[-_=*~\u2500\u2014]{3,}\s*$")
NAME_DASH = re.compile(r"^(--?|/|~)[A-Z\u00c0-\u00de\u0410-\u042f][\w.'-]{0,20}( [^\W\d_][\w.'-]{0,20}){0,2}\s*$")
NAME = re.compile(r"^[*_]{0,2}[^\W\d_][\w.'-]{0,20}( [^\W\d_][\w.'-]{0,20}){0,3}[*_]{0,2},?\s*$")
CONTACT = re.compile(
    r"^[^\w+(]{0,6}((e-?mail|mail|tel|phone|mobile|mob|cell|fax|web|www|skype|t|m|p|f|e|w|тел|تلفن|موبایل|ایمیل)\b\.?"
    r"\s*[:.]?\s*)?"
    r"([^\s@<>]{1,64}@[\w.-]{3,80}|\+?\(?[\d۰-۹]([\d۰-۹ ()/.-]){6,22}[\d۰-۹]|(https?://|www\.)\S{3,100})\s*$",
    re.I,
)
ADDRESS = re.compile(r"https?://|www\.|[\w.-]{1,64}@[\w-]{1,60}\.", re.I)


def settle_devices(lines: list[Line]) -> None:
    """A device's signature stands by itself; within a paragraph the same words are said by somebody."""
    for at in range(len(lines) - 1, -1, -1):
        line = lines[at]
        if line.kind != "s":
            continue
        goes_on = at + 1 < len(lines) and lines[at + 1].kind == "t"
        lower = line.text.strip(" \t*_<([")[:1].islower() and not DEVICE.search(line.text)
        line.kind = "t" if goes_on or lower else "s"


def signature(lines: list[Line]) -> int:
    """Where a signature starts: after `-- `, or after a rule with little below it."""
    for at, line in enumerate(lines):
        if line.kind in "dr" and _signs(lines, at):
            return at
    return len(lines)


def _signs(lines: list[Line], at: int) -> bool:
    below = next((other.kind for other in lines[at + 1 :] if other.kind != "e"), "end")
    if below in ("q", "b", "end", "d", "r") and not _comes_back(lines, at):
        return True
    said = [line.text for line in lines[at + 1 :] if line.kind in "td"]
    if lines[at].kind == "d" and SIGN_DASH.match(lines[at].text):
        return len(said) <= (SIGNATURE_LINES if lines[at].text != "-- " else SIGNATURE_LINES * 3)
    close = at + 1 < len(lines) and lines[at + 1].kind == "t"
    return _stands_apart(lines, at) and _looks_signed([line.text for line in _to_quote(lines[at + 1 :])], close)


def _comes_back(lines: list[Line], at: int) -> bool:
    """Whether the writer goes on below a quotation that a rule introduces."""
    rest = lines[at + 1 :]
    return any(above.kind == "q" and line.kind == "t" for above, line in pairwise(_full(rest)))


def _full(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.kind != "e"]


def _stands_apart(lines: list[Line], at: int) -> bool:
    """A rule right under a line belongs to it: a heading, a table."""
    return LONG_RULE.match(lines[at].text) is not None and (at == 0 or lines[at - 1].kind != "t")


def _to_quote(lines: list[Line]) -> list[Line]:
    full = _full(lines)
    end = next((at for at, line in enumerate(full) if line.kind in "qb"), len(full))
    return full[:end] if all(line.kind != "t" for line in full[end:]) else full


def _looks_signed(texts: list[str], close: bool) -> bool:
    """A line right below the rule, a card of short ones, or the footer of a list."""
    if not texts or len(texts) > FOOTER_LINES:
        return not texts
    if close and len(texts) == 1 and len(texts[0]) < 80:
        return True
    reached = sum(1 for text in texts if CONTACT.match(text) or ADDRESS.search(text))
    return reached > 0 and (len(texts) <= 3 or reached * 4 >= len(texts))


def without_footers(lines: list[Line]) -> list[Line]:
    """Without the last paragraphs that a list, a scanner or a lawyer wrote, unless that leaves nothing said."""
    end = len(lines)
    for _ in range(MAX_FOOTERS):
        start, text = _last_paragraph(lines, end)
        if start < 0 or not _is_footer(text):
            break
        end = start
    while end > 0 and end < len(lines) and lines[end - 1].kind in "der":
        end -= 1
    return lines[:end] if any(line.kind == "t" for line in lines[:end]) else lines


def _last_paragraph(lines: list[Line], end: int) -> tuple[int, str]:
    """The last lines said before `end`, and where they start; rules and empty lines below them go along."""
    last = end
    while last > 0 and lines[last - 1].kind in "edrs":
        last -= 1
    start = last
    while start > 0 and lines[start - 1].kind == "t":
        start -= 1
    return (start if start < last else -1), " ".join(line.text[:600] for line in lines[start:last][:30])[:MAX_PARAGRAPH]


def _is_footer(text: str) -> bool:
    if text.rstrip().endswith(("?", "؟", "？")) or IN_PERSON.search(text):
        return False
    addressed = "@" in text or "http" in text or "www" in text
    if banners.is_warning(text):
        return True
    if FOOTER.search(text) or (addressed and FOOTER_WITH_ADDRESS.search(text) and not ASKS.match(text)):
        return True
    long = len(text.split()) > 9 or sum(1 for sign in text if sign > "\u3000") > 35
    return long and bool(LEGAL_MAIL.search(text)) and bool(LEGAL_TERM.search(text))


def card(lines: list[Line]) -> int:
    """Where a last paragraph starts that is only the writer's name or card."""
    start = len(lines)
    while start > 0 and lines[start - 1].kind == "t":
        start -= 1
    last = lines[start:]
    if start == 0 or not 1 <= len(last) <= CARD_LINES:
        return len(lines)
    if len(last) == 1 and NAME_DASH.match(last[0].text):
        return start
    reached = sum(1 for line in last[1:] if CONTACT.match(line.text))
    opens = NAME.match(last[0].text) or CLOSING.match(last[0].text)
    return start if reached >= 2 and opens else len(lines)
