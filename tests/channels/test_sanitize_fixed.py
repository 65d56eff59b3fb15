"""Cleaning is a fixed point, and no address that is not http, https, mailto or tel can be followed.

`HOSTILE_FUZZ`: how many mutated pieces, if not ten thousand.
"""

import html
import itertools
import os
import random
from html.parser import HTMLParser

import pytest

from tests.browser.payloads import beacons, handlers, links, mutations, texts
from tests.channels.test_sanitize import Seen
from tickets.channels.email.sanitize import clean

pytestmark = pytest.mark.load

COUNT = int(os.environ.get("HOSTILE_FUZZ", "10000"))
JOINTS = [
    "",
    "<",
    ">",
    "</",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    '"',
    "'",
    "=",
    "<table>",
    "</table>",
    "<tr><td>",
    "<p>",
    "</p>",
    "<a href=http://x>",
    "</a>",
    "<svg>",
    "<math>",
    "<style>",
    "</style>",
    "<select>",
    "<form>",
    "<b><i></b>",
    "&#",
    "&lt;",
    "\x00",
    "\x0c",
    "\u2028",
    "<ul><li>",
    "<details>",
    "<caption>",
    "<colgroup>",
    "<blockquote>",
    "<font color=red>",
    "<q>",
]


def pieces(count: int, seed: int = 7) -> list[str]:
    """So many pieces of hostile markup: spliced, cut, doubled, bent."""
    drawn = random.Random(seed)
    every = [list(itertools.islice(family(), 20_000)) for family in (handlers, links, beacons, mutations, texts)]
    made = []
    for _ in range(count):
        parts = [drawn.choice(drawn.choice(every)) for _ in range(drawn.randint(1, 3))]
        text = "".join(part + drawn.choice(JOINTS) for part in parts)
        for _ in range(drawn.randint(0, 4)):
            at = drawn.randrange(len(text))
            text = drawn.choice(
                [text[:at] + text[at + 1 :], text[:at] + drawn.choice(JOINTS) + text[at:], text[at:] + text[:at]]
            )
        made.append(text or "x")
    return made


def test_cleaning_what_is_clean_changes_nothing_and_leaves_nothing_harmful() -> None:
    bad = []
    for text in pieces(COUNT):
        once = clean(text)
        if clean(once) != once or Seen(once).faults:
            bad.append(text)
    assert bad == []


def test_the_same_holds_when_pictures_come_through_us() -> None:
    made: dict[str, str] = {}

    def remote(address: str) -> str:
        return made.setdefault(address, f"/desk/m/1/remote/{len(made)}/")

    for text in pieces(COUNT // 3, seed=8):
        once = clean(text, None, remote)
        assert clean(once, made, remote) == once
        assert all(source in made.values() or source.startswith("data:image/") for source in _sources(once))
    assert len(made) >= 10
    assert all(address.lower().startswith(("http://", "https://")) for address in made)


class _Addresses(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [(name, value or "", dict(attrs)) for name, value in attrs if name in ("href", "src")]


def _sources(text: str) -> list[str]:
    return [value for name, value, _ in _Addresses(text).found if name == "src"]


BAD = [
    "javascript:alert(1)",
    "vbscript:x",
    "data:text/html,x",
    "file:///etc/passwd",
    "blob:x",
    "view-source:x",
    "ws://x",
]
BAD += ["about:blank", "chrome://x", "intent://x", "ms-word:x", "//evil.example", "/desk/", "#x", "http:x", "https:/x"]
BENT = [
    "{x}",
    " {x}",
    "\t{x}",
    "\n{x}",
    "\x01{x}",
    "\x00{x}",
    "{u}",
    "{m}",
    "{t}",
    "{e}",
    "{n}",
    "&#x{h};{r}",
    "{x} ",
    "\ufeff{x}",
]


def tricks() -> list[str]:
    """Two hundred and more addresses that nobody may follow."""
    made = []
    for bad, bent in itertools.product(BAD, BENT):
        half = len(bad) // 2 or 1
        made.append(
            bent.format(
                x=bad,
                u=bad.upper(),
                m=bad.title(),
                t=bad[:3] + "\t" + bad[3:],
                n=bad[:half] + "\n" + bad[half:],
                e="".join(f"&#{ord(sign)};" for sign in bad),
                h=f"{ord(bad[0]):x}",
                r=bad[1:],
            )
        )
    return made


def test_two_hundred_tricks_make_no_address_that_can_be_followed() -> None:
    assert len(set(tricks())) > 200
    for trick in tricks():
        for text in (f'<a href="{trick}">x</a>', f"<a href='{html.escape(trick)}'>x</a>", f"<a href={trick}>x</a>"):
            assert [value for name, value, _ in _Addresses(clean(text)).found if name == "href"] == [], trick


def test_every_link_opens_apart_and_says_nothing_of_where_it_was() -> None:
    good = ["http://shop.example/", "HTTPS://shop.example/a?b=1&amp;c", "mailto:a@shop.example", "tel:+98123", "Tel:1"]
    for address in good:
        found = _Addresses(clean(f'<a href="{address}" rel="opener" target="_top">x</a>')).found
        assert [(name, attrs["rel"], attrs["target"]) for name, _, attrs in found] == [
            ("href", "noopener noreferrer nofollow", "_blank")
        ]
