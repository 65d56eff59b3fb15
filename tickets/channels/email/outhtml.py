"""The HTML twin of an outgoing plain text: paragraphs with their own direction, live links, pictures in their place.

Nothing in it was HTML before: every piece is escaped here, so the mail can carry no markup that somebody typed.
"""

import html
import re
from collections.abc import Sequence

from tickets.envelopes import OutboundAttachment

RIGHT_TO_LEFT = {"fa", "ar", "he", "ur", "ps", "ckb", "ug", "yi"}
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?\Z")
LINK = re.compile(r"https?://[^\s<>\"'`{}|\\^]{1,2000}")
TRAILING = ".,;:!?)]»،؛؟"
PICTURE = re.compile(r"!\[([^\[\]\n]{1,255})\]")
FOOTER = "color:#666;font-size:90%;border-top:1px solid #ddd;margin-top:1.5em;padding-top:.5em"


def page(text: str, language: str, footer: str = "", pictures: Sequence[OutboundAttachment] = ()) -> str:
    """A whole HTML document in `language` (BCP 47; unknown: English). `![name]` in the text shows that picture."""
    tag = language if LANGUAGE.match(language) else "en"
    direction = "rtl" if tag.partition("-")[0] in RIGHT_TO_LEFT else "ltr"
    body = _paragraphs(text, {one.name: one for one in pictures})
    if footer.strip():
        body += f'\n<div style="{FOOTER}">{_lines(footer)}</div>'
    head = f'<!DOCTYPE html>\n<html lang="{tag}" dir="{direction}"><head><meta charset="utf-8"></head>\n'
    return f'{head}<body dir="{direction}">\n{body}\n</body></html>\n'


def _paragraphs(text: str, pictures: dict[str, OutboundAttachment]) -> str:
    blocks = re.split(r"\n{2,}", text.strip("\n"))
    shown = {name for block in blocks for name in PICTURE.findall(block)}
    whole = [f'<p dir="auto">{_lines(block, pictures)}</p>' for block in blocks]
    whole += [f"<p>{_picture(one)}</p>" for name, one in pictures.items() if name not in shown]
    return "\n".join(whole)


def _lines(block: str, pictures: dict[str, OutboundAttachment] | None = None) -> str:
    return "<br>\n".join(_line(line, pictures or {}) for line in block.strip("\n").split("\n"))


def _line(line: str, pictures: dict[str, OutboundAttachment]) -> str:
    made, at = "", 0
    for hit in re.finditer(f"{LINK.pattern}|{PICTURE.pattern}", line):
        made += html.escape(line[at : hit.start()])
        made += _picture(pictures[hit[1]]) if hit[1] in pictures else _link(hit[0])
        at = hit.end()
    return made + html.escape(line[at:])


def _link(found: str) -> str:
    if not found.startswith("http"):
        return html.escape(found)
    target = found.rstrip(TRAILING)
    safe = html.escape(target)
    return f'<a href="{safe}" dir="ltr">{safe}</a>{html.escape(found[len(target) :])}'


def _picture(one: OutboundAttachment) -> str:
    return f'<img src="cid:{html.escape(one.content_id)}" alt="{html.escape(one.name)}" style="max-width:100%">'
