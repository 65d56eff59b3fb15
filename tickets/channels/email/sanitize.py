"""HTML of strangers made harmless. Always the last step: nothing may edit the string afterwards.

An allow-list (nh3, the ammonia sanitizer); remote pictures lose their address, so that opening a mail tells nobody,
unless a person asked for them: then each gets an address of ours that fetches it (tickets/queries/pictures.py).
The second wall is the sandboxed frame: its own document, frame_policy(), no script.
"""

import re
from collections.abc import Callable, Mapping

import nh3
from django.utils.html import escape

TAG_WORDS = (
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details "
    "dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd label legend li "
    "main mark menu nav ol p pre q s samp section small span strike strong sub summary sup table tbody td tfoot th "
    "thead time tr tt u ul var wbr"
)
TAGS = set(TAG_WORDS.split())
# Gone with all they hold: code, and what switches the parser into another mode (mutation XSS).
EMPTIED_WORDS = (
    "applet audio canvas embed frame frameset iframe math noembed noframes noscript object option plaintext script "
    "select style svg template textarea title video xmp"
)
EMPTIED = set(EMPTIED_WORDS.split())
COMMON = {"dir", "lang", "align", "valign", "style", "title"}
SIZED = {"width", "height"}
ATTRIBUTES: dict[str, set[str]] = {
    "*": COMMON,
    "a": {"href"},
    "img": {"src", "alt", "border"} | SIZED,
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "table": {"border", "cellpadding", "cellspacing", "bgcolor"} | SIZED,
    "tr": {"bgcolor"},
    "td": {"colspan", "rowspan", "bgcolor", "nowrap"} | SIZED,
    "th": {"colspan", "rowspan", "bgcolor", "nowrap", "scope"} | SIZED,
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "time": {"datetime"},
}
STYLE_WORDS = (
    "background-color border border-bottom border-collapse border-color border-left border-radius border-right "
    "border-spacing border-style border-top border-width color direction font font-family font-size font-style "
    "font-variant font-weight height letter-spacing line-height list-style-type margin margin-bottom margin-left "
    "margin-right margin-top max-width min-width padding padding-bottom padding-left padding-right padding-top "
    "text-align text-decoration text-indent text-transform unicode-bidi vertical-align white-space width "
    "word-break word-spacing word-wrap"
)
STYLES = set(STYLE_WORDS.split())
# Tags that end by themselves, so that leaving them open nests nothing.
FLAT_WORDS = "area base br col dd dt hr img input li link meta option p source tbody td th thead tr wbr"
FLAT = set(FLAT_WORDS.split())
MAX_DEPTH = 600
TAG = re.compile(r"<[^<>]*>")
TAG_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
LINKS = re.compile(r"(https?://|mailto:|tel:)[^\s\x00-\x1f]", re.I)
PICTURE = re.compile(r"data:image/(png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z", re.I)
SMALL = re.compile(r"[\w.%#, -]{1,60}\Z")
LOADS = re.compile(
    r"url|image|expression|import|behaviou?r|binding|src|[\\@<>&]|/\*|var\(|attr\(|position|javascript", re.I
)
WEB = re.compile(r"https?://[^\s/?#@\\]+([/?#]\S*)?\Z", re.I)
Remote = Callable[[str], str]
FRAME_STYLE = (
    "html{color-scheme:light}body{margin:0;padding:12px;font:15px/1.6 "
    "system-ui,sans-serif;overflow-wrap:anywhere;background:#fff;color:#1b1b1f}"
    "img{max-inline-size:100%;block-size:auto}pre{white-space:pre-wrap}table{max-inline-size:100%}blockquote{margin-inline:0;padding-inline-start:12px;"
    "border-inline-start:3px solid #ccc}"
    # Where a link really leads, as browsers say it: mail cannot place anything there, it has no position.
    "a[href]:is(:hover,:focus)::after{content:attr(href);position:fixed;inset-block-end:0;inset-inline-start:0;"
    "max-inline-size:100%;padding:2px 8px;background:#1b1b1f;color:#fff;font:12px/1.6 monospace;direction:ltr;"
    "unicode-bidi:isolate;overflow-wrap:anywhere;z-index:1}"
)
FRAME_POLICY = (
    "default-src 'none'; img-src {pictures}data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


def frame_policy(pictures: str = "") -> str:
    """The policy of a frame's document; `pictures`: the only address below which it may load any."""
    return FRAME_POLICY.format(pictures=f"{pictures} " if pictures else "")


def clean(html: str, cid_map: Mapping[str, str] | None = None, remote: Remote | None = None) -> str:
    """Harmless HTML. `cid_map`: content id -> our own address of that picture, or a data: picture.

    `remote` gives pictures from elsewhere an address of ours; without it they lose theirs. A second pass with the same
    map changes nothing.
    """
    if too_deep(html):
        return f"<pre>{escape(TAG.sub(' ', html))}</pre>"
    keep = _filter(cid_map or {}, remote)
    once = _pass(html.replace("\x00", ""), keep)
    again = _pass(once, keep)
    # The parser may need one more pass to settle badly nested tables; what still moves is shown as text.
    return again if again == _pass(again, keep) else f"<pre>{escape(again)}</pre>"


def too_deep(html: str) -> bool:
    """Whether tags are nested so deeply that no person wrote them: cleaning takes the square of the depth."""
    depth = 0
    for tag in TAG_NAME.finditer(html):
        if tag[2].lower() not in FLAT:
            depth = max(0, depth + (-1 if tag[1] else 1))
        if depth > MAX_DEPTH:
            return True
    return False


def frame_document(clean_html: str, language: str) -> str:
    """A whole document for the sandboxed frame, to be served with frame_policy(). Takes only what `clean` returned."""
    tag = language if re.fullmatch(r"[a-z]{2}", language) else "en"
    direction = "rtl" if tag in ("fa", "ar", "he") else "ltr"
    meta = '<meta charset="utf-8"><meta name="referrer" content="no-referrer">'
    head = f"{meta}<title>-</title><style>{FRAME_STYLE}</style>"
    return (
        f'<!DOCTYPE html><html lang="{tag}" dir="{direction}"><head>{head}</head>'
        f'<body dir="auto">{clean_html}</body></html>'
    )


def _pass(html: str, keep: Callable[[str, str, str], str | None]) -> str:
    return nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags=EMPTIED,
        attributes=ATTRIBUTES,
        attribute_filter=keep,
        strip_comments=True,
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        filter_style_properties=STYLES,
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def _filter(cid_map: Mapping[str, str], remote: Remote | None) -> Callable[[str, str, str], str | None]:
    ours = set(cid_map.values())

    def picture(value: str) -> str | None:
        if value in ours or PICTURE.match(value):
            return value
        scheme, _, content_id = value.partition(":")
        if scheme.lower() == "cid":
            return cid_map.get(content_id.strip("<> "))
        # Without a scheme it is meant by the page's own, which in mail is nobody's: the safe one is asked.
        address = f"https:{value.strip()}" if value.strip().startswith("//") else value.strip()
        if remote is None or not WEB.match(address):
            return None
        made = remote(address)
        ours.add(made)
        return made

    def keep(tag: str, name: str, value: str) -> str | None:
        if name == "href":
            return value if LINKS.match(value) else None
        if name == "src":
            return picture(value)
        if name == "style":
            return value if value and not LOADS.search(value) and len(value) < 2000 else None
        if name in ("alt", "title"):
            return value[:500]
        return value if SMALL.match(value) else None

    return keep
