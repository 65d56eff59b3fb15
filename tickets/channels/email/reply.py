"""The visible reply: what the sender wrote now, without what he quotes and signs. Presentation only.

Each line gets one letter (replylines, replyintro); then the letters decide, in passes that each look at a line once.
"""

from dataclasses import dataclass

from tickets.channels.email import replyfooter, replyintro, replylines
from tickets.channels.email.footerwords import CLOSING, POINTS_BELOW
from tickets.channels.email.htmlquotes import MARKS
from tickets.channels.email.replylines import MAX_LINE, SIGN_DASH, Clock, Line, TooSlow
from tickets.channels.email.replywords import CALL
from tickets.rules import banners

MAX_READ = 200_000
MAX_LINES = 5_000
ANSWER_LINES = 6


@dataclass(frozen=True)
class Visible:
    """`length`: how far into the whole text the visible part reaches; 0 when it is all of it."""

    text: str
    length: int


def visible(marked: str) -> Visible:
    """Finds the reply in a text that may hold marks of htmlquotes. Linear; never empty when the text is not."""
    whole = MARKS.sub("", marked)
    try:
        clock = Clock.started()
        lines = replylines.read(_head(marked), clock)
        replyintro.mark(lines, clock)
        replyfooter.settle_devices(lines)
        clock.check()
        kept = _kept(lines, clock)
    except TooSlow:
        return Visible(whole.strip(), 0)
    shown = "\n".join(line.text for line in kept).strip()
    if not shown:
        return Visible(whole.strip(), 0)
    length = kept[-1].end
    return Visible(shown, 0 if not whole[length:].strip() else length)


def _head(marked: str) -> str:
    """As much of a text as is read for this."""
    return "\n".join(marked[:MAX_READ].split("\n", MAX_LINES)[:MAX_LINES])


def _kept(lines: list[Line], clock: Clock) -> list[Line]:
    """The lines that show; none when nothing is said but what somebody else said."""
    lines = _unmarked(lines)
    if not _says(lines[: _signed(lines)]):
        return []
    lines = _below_the_call([line for line in lines if line.kind not in "p"])
    lines = _before(lines, _first(lines, "o"))
    lines = replyfooter.without_footers(lines)
    clock.check()
    lines = _before(lines, replyfooter.signature(lines))
    lines = [line for line in lines if line.kind not in "sg"] or lines
    clock.check()
    lines = replyfooter.without_footers(_trimmed(_without_quotes(lines)))
    clock.check()
    return _trimmed(_before(lines, replyfooter.card(lines)))


def _unmarked(lines: list[Line]) -> list[Line]:
    """Without what gateways and desks wrote above a mail, and without the marks of desks; not when that is all."""
    above = banners.above([line.text for line in lines[: 2 * banners.MOST_LINES]])
    said = [line for line in lines[above:] if line.kind != "t" or not banners.is_reference(line.text)]
    return said if _says(said) else lines


def _below_the_call(lines: list[Line]) -> list[Line]:
    """A desk's own mail begins with its call to answer above a line: what it says stands below."""
    first = next((at for at, line in enumerate(lines) if line.kind not in "edr"), len(lines))
    calls = first < len(lines) and lines[first].kind == "o" and CALL.search(lines[first].text[:MAX_LINE])
    return lines[first + 1 :] if calls and _says(lines[first + 1 :]) else lines


def _signed(lines: list[Line]) -> int:
    """Where the sender's own signature starts, for one who says nothing above it."""
    return next((at for at, line in enumerate(lines) if line.kind == "d" and SIGN_DASH.match(line.text)), len(lines))


def _first(lines: list[Line], kinds: str) -> int:
    return next((at for at, line in enumerate(lines) if line.kind in kinds), len(lines))


def _before(lines: list[Line], at: int) -> list[Line]:
    """The lines before a cut, unless that leaves nothing said."""
    return lines[:at] if _says(lines[:at]) else lines


def _says(lines: list[Line]) -> bool:
    return any(line.kind == "t" for line in lines)


def _without_quotes(lines: list[Line]) -> list[Line]:
    """A reply above the quotation loses all from its introduction on; answers inside one keep what they answer."""
    intro = _first(lines, "b")
    if intro < len(lines) and _says(lines[:intro]) and not _answers_below(lines, intro):
        return lines[:intro]
    introduced = intro < len(lines)
    lines = [line for line in lines if line.kind != "b"]
    last = max((at for at, line in enumerate(lines) if line.kind == "t"), default=-1)
    lines = lines[: last + 1] if _says(lines) else lines
    return _without_single_quote(lines, introduced)


def _answers_below(lines: list[Line], intro: int) -> bool:
    """Whether the writer goes on after the quotation: at length, between its parts, or after a mere greeting."""
    below = lines[intro + _run(lines[intro:], "b") :]
    quote = next((at for at, line in enumerate(below) if line.kind not in "e"), len(below))
    if quote == len(below) or below[quote].kind != "q":
        return False
    said = [at for at, line in enumerate(below) if line.kind == "t" and not CLOSING.match(line.text)]
    if not said or any(line.kind == "b" and line.text.strip() for line in below[said[0] :]):
        return False
    between = any(line.kind == "q" for line in below[said[0] :])
    return between or len(said) > ANSWER_LINES or _opens([line for line in lines[:intro] if line.kind == "t"])


def _run(lines: list[Line], kind: str) -> int:
    return next((at for at, line in enumerate(lines) if line.kind != kind), len(lines))


def _opens(above: list[Line]) -> bool:
    """Whether the lines above a quotation only open the answer below it: a greeting, or words that point there."""
    text = " ".join(line.text.strip() for line in above)
    if POINTS_BELOW.search(text[-300:]):
        return True
    return len(above) <= 1 and not _finished(text)


def _finished(text: str) -> bool:
    """A whole sentence, and not a greeting."""
    return text.rstrip().endswith((".", "?", "؟", "。", "？")) and len(text.split()) > 4


def _without_single_quote(lines: list[Line], introduced: bool) -> list[Line]:
    """A quotation at the top, at most under a greeting, then the answer: only what is new shows."""
    quotes = [at for at, line in enumerate(lines) if line.kind == "q"]
    if not quotes or (not introduced and _says(lines[: quotes[0]])):
        return lines
    above = [line for line in lines[: quotes[0]] if line.kind == "t"]
    if len(above) > 1 or (above and _finished(above[0].text)):
        return lines
    block = lines[quotes[0] : quotes[-1] + 1]
    if any(line.kind not in "qe" for line in block) or not _says(lines[quotes[-1] :]):
        return lines
    return lines[: quotes[0]] + lines[quotes[-1] + 1 :]


def _trimmed(lines: list[Line]) -> list[Line]:
    """Without the empty lines, rules and quotations around what is said."""
    if not _says(lines):
        return []
    first = next(at for at, line in enumerate(lines) if line.kind not in "er")
    last = max(at for at, line in enumerate(lines) if line.kind == "t")
    return lines[first : last + 1]
