"""HTML to plain text, with quoted parts marked so that the visible reply can be found.

QUOTE_ON/QUOTE_OFF enclose a quoted element, QUOTE_REST says that all after it is quoted. They are private-use signs,
taken out of the input first and of the output last.
"""

import re

import lxml.etree
import lxml.html
from inscriptis import Inscriptis
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.model.config import ParserConfig

QUOTE_ON, QUOTE_OFF, QUOTE_REST = "\ue0f0", "\ue0f1", "\ue0f2"
MARKS = re.compile(f"[{QUOTE_ON}{QUOTE_OFF}{QUOTE_REST}]")
MAX_RENDERED = 400_000
MAX_NODES = 40_000
CONFIG = ParserConfig(css=STRICT_CSS_PROFILE)
DROPPED = ("script", "style", "title", "noscript", "template", "head", "object", "svg", "math")
QUOTE_CLASSES = {
    "gmail_quote", "gmail_quote_container", "gmail_extra", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote",
    "tutanota_quote", "zmail_extra", "ydp-quote", "quoted-mail", "freshdesk_quote",
    "front-blockquote", "replyforwardcontainer",
}  # fmt: skip
REST_IDS = {
    "divrplyfwdmsg",
    "olk_src_body_section",
    "stopspelling",
    "mail-editor-reference-message-container",
    "ms-outlook-mobile-reference-message",
}
OUTLOOK_RULE = re.compile(r"border(?:-top)?:\s*(?:none;\s*border-top:\s*)?solid\s+#(?:b5c4df|e1e1e1|3873cc)", re.I)
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
        _mark(tree)
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


def _mark(tree: lxml.html.HtmlElement) -> None:
    inside: set[lxml.html.HtmlElement] = set()
    for node in list(tree.iter()):
        parent = node.getparent()
        if parent is None or not isinstance(node.tag, str):
            continue
        if parent in inside:
            inside.add(node)
        elif _starts_rest(node):
            _put_before(node, QUOTE_REST)
        elif _is_quote(node):
            inside.add(node)
            _put_before(node, QUOTE_ON)
            _put_after(node, QUOTE_OFF)


def _names(node: lxml.html.HtmlElement, attribute: str) -> set[str]:
    """Classes or ids without the `x_` that web mail puts before those of others, once for each passing on."""
    return {
        name.lstrip("x_") if name.startswith("x_") else name for name in (node.get(attribute) or "").lower().split()
    }


def _is_quote(node: lxml.html.HtmlElement) -> bool:
    classes = _names(node, "class")
    if classes & QUOTE_CLASSES:
        return True
    if node.tag != "blockquote":
        return False
    ruled = "border-left" in (node.get("style") or "").lower()
    return not classes or ruled or "cite" in node.attrib or (node.get("type") or "").lower() == "cite"


def _starts_rest(node: lxml.html.HtmlElement) -> bool:
    if _names(node, "id") & REST_IDS or "outlookmessageheader" in _names(node, "class"):
        return True
    return node.tag in ("div", "p", "td") and bool(OUTLOOK_RULE.search(node.get("style") or ""))


def _put_before(node: lxml.html.HtmlElement, mark: str) -> None:
    spot = lxml.etree.Element("div")
    spot.text = mark
    node.addprevious(spot)


def _put_after(node: lxml.html.HtmlElement, mark: str) -> None:
    spot = lxml.etree.Element("div")
    spot.text, spot.tail, node.tail = mark, node.tail, None
    node.addnext(spot)
