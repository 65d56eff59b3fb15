"""HTML of strangers: nothing runs, nothing loads, and a second pass changes nothing."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.channels.email.sanitize import ATTRIBUTES, TAGS, clean, frame_document, frame_policy
from tickets.rules.pictures import wants_remote

CIDS = {"pic@x": "/desk/files/abc/", "data@x": "data:image/png;base64,AAAA"}
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<iframe src=javascript:alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<img src='//evil.example/x.png'>",
    "<img src='https://evil.example/x.png'>",
    "<img srcset='https://evil.example/x.png 2x'>",
    '<div style="background:url(https://evil.example/x)">x</div>',
    "<div style=\"background-image:url('//e')\">x</div>",
    "<div style='color:u\\72l(//e)'>x</div>",
    "<div style='width:expression(alert(1))'>x</div>",
    "<style>@import '//evil.example'</style>",
    "<table background='//evil.example/x'><tr><td background=//e>x",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;//e'>",
    "<base href='//evil.example'>",
    "<form action='//evil.example'><input name=p><button formaction=//e>x</button></form>",
    "<video poster=//e src=//e>",
    "<object data=//e>",
    "<embed src=//e>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<title><img src=x onerror=alert(1)></title>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<template><script>alert(1)</script></template>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
    "<img src='cid:unknown'>",
    "<body onload=alert(1)>",
    "<p onclick=alert(1) id=x class=y data-z=1>x</p>",
    "<xmp><script>1</script></xmp>",
    "<a href='https://ok.example' target=_top onmouseover=1>x</a>",
    "<details open ontoggle=alert(1)>x",
    "<!--[if IE]><script>1</script><![endif]-->",
    "<p style='position:fixed;top:0'>x</p>",
    "<font color='red;url(//e)'>x</font>",
    "\0<scr\0ipt>alert(1)</scr\0ipt>",
]
HARMFUL_STYLE = re.compile(r"url|expression|position|\\\\|@", re.I)


class Seen(HTMLParser):
    """What a reader of the cleaned HTML would act upon."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            allowed = name in ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set()) | {"rel", "target"}
            if not allowed or not self.harmless(name, value or ""):
                self.faults.append(f"<{tag} {name}={value}>")

    def harmless(self, name: str, value: str) -> bool:
        if name == "href":
            return value.lower().startswith(("http://", "https://", "mailto:", "tel:"))
        if name == "src":
            return value in CIDS.values() or value.startswith("data:image/png;base64,")
        return name != "style" or not HARMFUL_STYLE.search(value)


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_hostile_survives(html: str) -> None:
    once = clean(html, CIDS)
    assert Seen(once).faults == []
    assert clean(once, CIDS) == once


def test_what_people_write_stays() -> None:
    html = (
        '<p dir="rtl"><b>سلام</b> <a href="https://shop.example/x?a=1&amp;b=2">اینجا</a></p>'
        '<table><tbody><tr><td colspan="2">1</td></tr></tbody></table>'
    )
    once = clean(html)
    assert "<b>سلام</b>" in once
    assert 'href="https://shop.example/x?a=1&amp;b=2"' in once
    assert 'rel="noopener noreferrer nofollow"' in once
    assert 'colspan="2"' in once


def test_pictures_in_the_mail_show_and_remote_ones_leave_their_words() -> None:
    assert 'src="/desk/files/abc/"' in clean('<img src="cid:pic@x">', CIDS)
    assert 'src="data:image/png;base64,AAAA"' in clean('<img src="cid:data@x">', CIDS)
    assert clean('<img src="https://x.example/a.png" alt="Our shop">') == '<img alt="Our shop">'
    assert wants_remote('<p><IMG width=1 SRC="https://x.example/a.png">')
    assert not wants_remote('<img src="cid:pic@x"> src=https://x')


def test_a_remote_picture_without_a_scheme_takes_the_same_way_as_others() -> None:
    assert clean('<img src="//x.example/a.png" alt="Our shop">') == '<img alt="Our shop">'
    assert wants_remote('<img src="//x.example/a.png">')
    asked: list[str] = []
    shown = clean('<img src=" //x.example/a.png">', remote=lambda address: asked.append(address) or "/ours/1")
    assert (set(asked), shown) == ({"https://x.example/a.png"}, '<img src="/ours/1">')
    for odd in ("///x.example/a", "//", "//user@x.example/a", "/\\x.example/a"):
        assert clean(f'<img src="{odd}">', remote=lambda address: "/ours/1") == "<img>"


def test_simple_style_stays_and_nothing_that_loads() -> None:
    assert "color" in clean('<p style="color:red">x</p>')
    assert "style" not in clean('<p style="color:red;background:url(x)">x</p>')


def test_the_frame_is_a_whole_document_of_its_own() -> None:
    page = frame_document(clean("<p>x</p>"), "fa")
    assert page.startswith("<!DOCTYPE html>")
    assert 'dir="rtl"' in page
    assert "script" not in page
    for policy in (frame_policy(), frame_policy("https://desk.example/desk/m/1/remote/")):
        assert "sandbox" in policy
        assert "allow-scripts" not in policy
    assert "https:" not in frame_policy()


def test_deep_markup_is_no_trouble() -> None:
    assert clean("<div>" * 20_000 + "x").endswith("x</pre>")
    assert clean("<p>x" * 5_000).count("</p>") == 5_000


PIECES = st.sampled_from(
    [
        *HOSTILE,
        "<table>",
        "<tr>",
        "</p>",
        "<p>",
        "<a href=http://x>",
        "</a>",
        "<b",
        ">",
        '"',
        "'",
        "<!--",
        "-->",
        "<li>",
        "<td>",
        "&lt;",
        "x",
        "</table>",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=8).map("".join))
def test_a_second_pass_changes_nothing(html: str) -> None:
    once = clean(html, CIDS)
    assert clean(once, CIDS) == once
    assert Seen(once).faults == []
