"""HTML to plain text, with the marks of htmlquotes in it so that the visible reply can be found."""

import re

import lxml.etree
import lxml.html
from inscriptis import Inscriptis
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.model.config import ParserConfig

from tickets.channels.email import htmlquotes
from tickets.channels.email.htmlquotes import MARKS

MAX_RENDERED = 400_000
MAX_NODES = 40_000
CONFIG = ParserConfig(css=STRICT_CSS_PROFILE)
DROPPED = ("script", "style", "title", "noscript", "template", "head", "object", "svg", "math")
BLANK_RUN = re.compile(r"\n{3,}")
SPACE_RUN = re.compile(r"(?<=\S)[ \u00a0]{3,}")
TAG = re.compile(r"<[^<>]*>")


def to_text(html: str) -> str:
    """Plain text with quote marks in it (see unmarked). Never raises."""
    tree = _tree(MARKS.sub("", html))
    if tree is None:
        return ""
    try:
        _tidy(tree)
        htmlquotes.mark(tree, MAX_NODES)
        text = _rendered(tree)
    except (RecursionError, ValueError, AttributeError, IndexError, AssertionError, KeyError, lxml.etree.LxmlError):
        text = TAG.sub(" ", html)
    lines = (SPACE_RUN.sub("  ", line).rstrip() for line in text.replace("\u00a0", " ").split("\n"))
    return BLANK_RUN.sub("\n\n", "\n".join(lines)).strip("\n")


def unmarked(text: str) -> str:
    """The text as people read it, without the marks."""
    return MARKS.sub("", text)


def _tree(html: str) -> lxml.html.HtmlElement | None:
    if not html.strip():
        return None
    try:
        return lxml.html.document_fromstring(
            html.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8")
        )
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        return None


def _tidy(tree: lxml.html.HtmlElement) -> None:
    lxml.etree.strip_elements(tree, *DROPPED, with_tail=False)
    lxml.etree.strip_tags(tree, lxml.etree.Comment, lxml.etree.ProcessingInstruction)


def _rendered(tree: lxml.html.HtmlElement) -> str:
    size = sum(1 for _ in tree.iter())
    if size > MAX_NODES or len(lxml.etree.tostring(tree)) > MAX_RENDERED:
        return "\n".join(piece.strip() for piece in tree.itertext() if piece.strip())
    return str(Inscriptis(tree, CONFIG).get_text())
