"""What may stand in a widget's settings, by tables."""

import time

import pytest

from tickets.rules import widgets
from tickets.rules.visitors import Widget


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://shop.example", "https://shop.example"),
        (" HTTPS://Shop.Example/ ", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("https://shop.example:8443", "https://shop.example:8443"),
        ("https://*.shop.example", "https://*.shop.example"),
        ("https://فروشگاه.example", "https://xn--mgbtj4c7ad63e.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("https://[::1]:8000", "https://[::1]:8000"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(typed: str, kept: str) -> None:
    assert widgets.origin(typed) == kept


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("shop.example", "form"),
        ("", "form"),
        ("https://", "form"),
        ("https://a:b:c", "form"),
        ("http://shop.example", "scheme"),
        ("ftp://shop.example", "scheme"),
        ("javascript://shop.example", "scheme"),
        ("https://shop.example/path", "path"),
        ("https://shop.example?x=1", "path"),
        ("https://me@shop.example", "path"),
        ("https://*", "wide"),
        ("https://*.example", "wide"),
        ("https://a.*.example", "wide"),
        ("https://shop;script.example", "host"),
        ("https://-shop.example", "host"),
        ("https://shop..example", "host"),
        ("https://shop'.example", "host"),
    ],
)
def test_what_is_no_origin_says_why(typed: str, why: str) -> None:
    with pytest.raises(widgets.BadOrigin) as bad:
        widgets.origin(typed)
    assert str(bad.value) == why


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://shop.example", True),
        ("https://SHOP.example", True),
        ("https://a.shops.example", True),
        ("https://a.b.shops.example", True),
        ("https://shops.example", False),
        ("https://evilshops.example", False),
        ("http://a.shops.example", False),
        ("https://shop.example.evil", False),
        ("https://shop.example:8443", False),
        ("null", False),
        ("", False),
    ],
)
def test_only_named_sites_may_hold_the_widget(origin: str, allowed: bool) -> None:
    assert Widget.of({"origins": ["https://shop.example", "https://*.shops.example"]}).allows(origin) is allowed


@pytest.mark.parametrize(
    ("pattern", "url", "hit"),
    [
        ("*", "https://shop.example/", True),
        ("/prices*", "https://shop.example/prices/2026?x=1#top", True),
        ("/prices", "https://shop.example/prices?x=1", True),
        ("/prices", "https://shop.example/prices/2026", False),
        ("/", "https://shop.example", True),
        ("https://shop.example/*/buy", "https://shop.example/a/b/buy", True),
        ("https://shop.example/*/buy", "https://shop.example/buy", False),
        ("https://shop.example/a", "https://shop.example/a#part", True),
        ("/a*a", "https://shop.example/a", False),
    ],
)
def test_pages_are_like_a_pattern(pattern: str, url: str, hit: bool) -> None:
    assert widgets.on_page(pattern, url) is hit


def test_a_pattern_made_to_be_slow_is_not() -> None:
    before = time.process_time()
    assert not widgets.like("*a" * 250 + "b", "a" * 2000)
    assert time.process_time() - before < 1


def test_settings_that_make_no_sense_are_as_if_never_set() -> None:
    odd = {"colour": "red;}", "position": 7, "ask": "name", "mail_inbox": True, "identity": ["off"], "origins": None}
    assert Widget.of(odd) == Widget()


@pytest.mark.parametrize(("typed", "kept"), [("#FFF", "#ffffff"), ("0a6", "#00aa66"), ("#1f6feb", "#1f6feb")])
def test_a_colour_is_kept_in_six_digits(typed: str, kept: str) -> None:
    assert widgets.colour(typed) == kept


@pytest.mark.parametrize("typed", ["red", "#12345", "#1234567", "url(x)", ""])
def test_what_is_no_colour_is_none(typed: str) -> None:
    assert widgets.colour(typed) is None
