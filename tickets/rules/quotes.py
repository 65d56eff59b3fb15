"""Who answers below what he quotes: the answer shows, the quotation above it is folded. Pure, linear."""

from tickets.rules import banners

MOST_INTRODUCTION = 3
MOST_GREETING = 6


def split(text: str, visible_length: int) -> tuple[str, str]:
    """What shows of a message and what is folded; nothing is lost, and what shows is never empty.

    `visible_length`: how far the visible part reaches, 0: to the end. A gateway's warning and a quotation at its top
    are folded too.
    """
    shown = text[:visible_length].rstrip() if visible_length else text
    if not shown.strip():
        return text, ""
    rest = text[visible_length:].strip("\n") if visible_length else ""
    warning, said = _below_banners(shown)
    answer, quoted = _below(said)
    return answer, "\n\n".join(part for part in (warning, quoted, rest) if part)


def _below_banners(shown: str) -> tuple[str, str]:
    """What a gateway put above the mail, and the mail; nothing when there is no more than that."""
    lines = shown.split("\n")
    size = banners.above(lines[: 2 * banners.MOST_LINES])
    said = "\n".join(lines[size:])
    return ("\n".join(lines[:size]).strip("\n"), said) if size and said.strip() else ("", shown)


def _below(shown: str) -> tuple[str, str]:
    """The answer without the one quotation above it, at most under a greeting; then that quotation."""
    lines = shown.split("\n")
    first = next((at for at, line in enumerate(lines) if _is_quoted(line)), len(lines))
    end = next((at for at in range(first, len(lines)) if lines[at].strip() and not _is_quoted(lines[at])), len(lines))
    if end == len(lines) or any(_is_quoted(line) for line in lines[end:]):
        return shown, ""
    start = _introduced(lines, first)
    above = [line for line in lines[:start] if line.strip()]
    if len(above) > 1 or any(len(line.split()) > MOST_GREETING for line in above):
        return shown, ""
    greeting = [*above, ""] if above else []
    return "\n".join([*greeting, *lines[end:]]), "\n".join(lines[start:end]).strip("\n")


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _introduced(lines: list[str], first: int) -> int:
    """Where the words that introduce a quotation begin ("On 3 May Ada wrote:"): they end with a colon and name a time;
    long ones are broken into a few lines."""
    last = first - 1
    while last >= 0 and not lines[last].strip():
        last -= 1
    if last < 0 or not lines[last].rstrip().endswith((":", "：")):
        return first
    for at in range(last, max(last - MOST_INTRODUCTION, -1), -1):
        if not lines[at].strip():
            break
        if any(letter.isdigit() for letter in lines[at]):
            return at
    # Without a time it may be a sentence of the writer's own: that stays in sight.
    return first
