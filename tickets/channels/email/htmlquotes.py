"""Marks what mail programs quote and sign in HTML, so that it is still known when the text is plain.

QUOTE_ON/QUOTE_OFF enclose a quoted element, SIGNED_ON/SIGNED_OFF a signature, QUOTE_REST says that all after it is
quoted, RULE stands where a line was drawn. They are private-use signs, taken out of the input first and
of the output last.
"""

import re

import lxml.etree
import lxml.html

QUOTE_ON, QUOTE_OFF, QUOTE_REST = "\ue0f0", "\ue0f1", "\ue0f2"
SIGNED_ON, SIGNED_OFF, RULE = "\ue0f3", "\ue0f4", "\ue0f5"
MARKS = re.compile(f"[{QUOTE_ON}-{RULE}]")
# Names by their ends: web mail puts `x_`, `ydp1a2b` and the like before those of others.
QUOTE_NAMES = (
    "gmail_quote", "gmail_quote_container", "gmail_extra", "gmail_attr", "yahoo_quoted", "yahoo-quoted",
    "moz-cite-prefix",
    "moz-forward-container", "protonmail_quote", "tutanota_quote", "zmail_extra", "ydp-quote", "quoted-mail",
    "freshdesk_quote", "front-blockquote", "replyforwardcontainer", "nylas-quote", "missive_quote", "mailbird_quote",
    "airmail_ext_on", "bloop_original_html", "mail-quote-collapse", "outlookmessageheader", "wordsection1_reply",
    "reply-intro", "isreplycontent", "mailquote", "mail-app-auto-quote", "qmquote", "isforwardcontent", "hs_reply",
    "original-message", "quoted_email", "sh-quoted-content", "wisestamp_reply", "mail_quote", "email-quoted-reply",
)  # fmt: skip
REST_NAMES = (
    "divrplyfwdmsg", "olk_src_body_section", "stopspelling", "mail-editor-reference-message-container", "appendonsend",
    "ms-outlook-mobile-reference-message", "zwchr", "outlookmessageheader", "skypebrokenmessage", "messagereplysection",
    "fmoriginalcontent", "mailoriginal", "origbody", "reply_original_message",
)  # fmt: skip
SIGNED_NAMES = (
    "gmail_signature", "gmail_signature_prefix", "moz-signature", "applemailsignature", "protonmail_signature_block",
    "ms-outlook-mobile-signature", "yahoo_signature", "ydp-signature", "tutanota_signature", "zimbra-signature",
    "bloop_sign", "airmail_sign", "divtagdefaultwrapper_signature", "mobile-signature", "outlook-signature",
)  # fmt: skip
SIGNED_WHOLE = re.compile(
    r"^(?:x_)*(?:(?:ydp|yiv)\w{4,12})?(?:[a-z]{2,12}[-_])?(?:signature|signature_block|_sigtag|ms-outlook-ios-signature)$"
)
DIVIDERS = {"__divider__", "__hr__"}
OUTLOOK_RULE = re.compile(
    r"border(?:-top)?:\s{0,3}(?:none;\s{0,3}border-top:\s{0,3})?solid\s+(?:#[0-9a-f]{3,6}|windowtext|"
    r"rgb\([\d, ]{5,14}\))"
    r"(?:\s+1(?:\.0)?pt)?;?\s{0,3}(?:padding:\s{0,3}3(?:\.0)?pt 0)",
    re.I,
)
OUTLOOK_COLOUR = re.compile(
    r"border(?:-top)?:\s{0,3}(?:none;\s{0,3}border-top:\s{0,3})?solid\s+#(?:b5c4df|e1e1e1|3873cc)", re.I
)


def mark(tree: lxml.html.HtmlElement, limit: int) -> None:
    """Puts the marks into a tree, looking at no more than `limit` elements."""
    inside: set[lxml.html.HtmlElement] = set()
    rested = False
    for count, node in enumerate(list(tree.iter())):
        if count > limit:
            break
        if not isinstance(node.tag, str) or node.getparent() is None or node.tag in ("html", "body", "head"):
            continue
        if node.getparent() in inside:
            inside.add(node)
        elif not rested and _starts_rest(node):
            rested = True
            _put_before(node, QUOTE_REST)
        else:
            _enclose(node, inside)


def _enclose(node: lxml.html.HtmlElement, inside: set[lxml.html.HtmlElement]) -> None:
    if _is_quote(node):
        inside.add(node)
        _put_before(node, QUOTE_ON)
        _put_after(node, QUOTE_OFF)
    elif _is_signature(node):
        inside.add(node)
        _put_before(node, SIGNED_ON)
        _put_after(node, SIGNED_OFF)
    elif node.tag == "hr":
        _put_before(node, RULE)


def _names(node: lxml.html.HtmlElement) -> list[str]:
    """Classes, id and name, in small letters, at most a few."""
    named = f"{node.get('class') or ''} {node.get('id') or ''} {node.get('name') or ''}"
    return [name.rstrip("0123456789_") for name in named[:400].lower().split()[:12]]


def _is_quote(node: lxml.html.HtmlElement) -> bool:
    names = _names(node)
    if any(name.endswith(QUOTE_NAMES) for name in names):
        return True
    if node.tag != "blockquote":
        return False
    style = (node.get("style") or "")[:400].lower()
    return not names or "border-left" in style or "cite" in node.attrib or (node.get("type") or "").lower() == "cite"


def _is_signature(node: lxml.html.HtmlElement) -> bool:
    if (node.get("data-marker") or "").lower() == "__sig_post__" or node.get("data-smartmail") == "gmail_signature":
        return True
    return any(name.endswith(SIGNED_NAMES) or SIGNED_WHOLE.match(name) for name in _names(node))


def _starts_rest(node: lxml.html.HtmlElement) -> bool:
    if any(name.endswith(REST_NAMES) for name in _names(node)) or (node.get("data-marker") or "").lower() in DIVIDERS:
        return True
    style = (node.get("style") or "")[:600]
    return node.tag in ("div", "p", "td") and bool(OUTLOOK_COLOUR.search(style) or OUTLOOK_RULE.search(style))


def _put_before(node: lxml.html.HtmlElement, mark: str) -> None:
    spot = lxml.etree.Element("div")
    spot.text = mark
    node.addprevious(spot)


def _put_after(node: lxml.html.HtmlElement, mark: str) -> None:
    spot = lxml.etree.Element("div")
    spot.text, spot.tail, node.tail = mark, node.tail, None
    node.addnext(spot)
