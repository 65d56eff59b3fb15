"""The components: wired for screen readers, no text trusted, every picture there, colours that can be read."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from helpdesk.core.styleguide import icon_names, styleguide
from helpdesk.core.templatetags.components import CHANNELS, DELIVERIES, PRIORITIES, STATUSES, initials

ROOT = Path(settings.BASE_DIR)
TOKENS = (ROOT / "helpdesk/static/css/tokens.css").read_text()
EVIL = "<img src=x onerror=alert(1)>"


def shown(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def test_a_wrong_field_says_so_to_everybody() -> None:
    html = shown('{% field "email" "E-mail" errors hint="Where?" %}', errors={"email": "Write an address."})
    assert 'aria-describedby="id_email-hint id_email-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'for="id_email"' in html and 'id="id_email-error"' in html


def test_a_right_field_is_silent() -> None:
    html = shown('{% field "email" "E-mail" errors %}', errors={})
    assert "aria-describedby" not in html and "aria-invalid" not in html


def test_the_summary_leads_to_the_field() -> None:
    assert 'href="#id_email"' in shown("{% error_summary errors %}", errors={"email": ["Write an address."]})
    assert "error-summary" not in shown("{% error_summary errors %}", errors={})


@pytest.mark.parametrize(
    "source",
    [
        '{% field "a" evil value=evil hint=evil %}',
        '{% field "a" evil type="textarea" value=evil %}',
        "{% chip evil %}",
        "{% avatar evil %}",
        "{% banner evil %}",
        "{% empty evil evil %}",
        '{% include "components/toast.html" with text=evil %}',
    ],
)
def test_no_component_trusts_its_text(source: str) -> None:
    assert "<img" not in shown(source, evil=EVIL)


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ali Rezaei", "A\u200cR"), ("نرگس کریمی", "ن\u200cک"), ("Sara", "S"), ("", "?"), ("(–) Bob", "B")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_every_picture_that_is_asked_for_exists() -> None:
    there = set(icon_names())
    asked = {picture for table in (STATUSES, PRIORITIES, DELIVERIES, CHANNELS) for *_, picture in table.values()}
    for page in (ROOT / "templates").rglob("*.html"):
        asked |= set(re.findall(r'{% icon "([\w-]+)"', page.read_text("utf-8")))
    assert not asked - there


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_style_guide_renders(language: str, rf: RequestFactory) -> None:
    response = styleguide(rf.get("/desk/_styleguide/", {"language": language}))
    html = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language}" dir="{"rtl" if language == "fa" else "ltr"}"' in html
    assert translation.get_language() == "en"


def colour(name: str, dark: bool) -> tuple[float, float, float]:
    pair = re.search(rf"--{name}: light-dark\((#\w{{6}}), (#\w{{6}})\)", TOKENS)
    assert pair, name
    code = pair[2 if dark else 1]
    return tuple(int(code[n : n + 2], 16) / 255 for n in (1, 3, 5))  # type: ignore[return-value]  # three of them


def luminance(rgb: tuple[float, float, float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str, dark: bool) -> float:
    high, low = sorted((luminance(colour(one, dark)), luminance(colour(other, dark))), reverse=True)
    return (high + 0.05) / (low + 0.05)


READ = [("text", "surface"), ("text", "canvas"), ("text-2", "surface"), ("text-2", "sunken"), ("text-2", "canvas")]
READ += [("text-3", "surface"), ("text-3", "sunken"), ("on-accent", "accent"), ("note-text", "note-bg")]
READ += [("accent-text", "surface"), ("accent-text", "accent-soft"), ("text-2", "accent-soft"), ("on-bad", "bad")]
CHIPS = [(f"{kind}-text", f"{kind}-soft") for kind in ("ok", "warn", "bad", "info", "gift")]
EDGES = [("line-strong", "surface"), ("focus", "surface"), ("focus", "canvas"), ("bad", "surface")]
LEAST = [*((4.5, *p) for p in READ), *((7.0, *p) for p in CHIPS), *((3.0, *p) for p in EDGES)]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("least", "one", "other"), LEAST)
def test_colours_can_be_read(least: float, one: str, other: str, dark: bool) -> None:
    assert contrast(one, other, dark) >= least
