"""The Persian catalogue and the tool that keeps it."""

import gettext
from pathlib import Path

import pytest

from tools import translations


def test_every_text_has_good_persian() -> None:
    assert translations.faults() == []


def test_no_text_stands_outside_gettext() -> None:
    assert [*translations.hard_coded(), *translations.unsaid()] == []


@pytest.mark.parametrize(("n", "form"), [(0, 0), (1, 0), (2, 1), (11, 1)])
def test_zero_and_one_share_a_plural_form(n: int, form: int) -> None:
    rule = translations.PLURALS.partition("plural=")[2].rstrip(";")
    assert gettext.c2py(rule)(n) == form
    assert translations.PLURALS in translations.PO.read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "plural", "persian", "fault"),
    [
        ("Hello %(name)s", "", ("سلام %(nam)s",), "other placeholders"),
        ("Hello", "", ("",), "no Persian"),
        ("%(n)s ticket", "%(n)s tickets", ("یک تیکت", "%(n)s تیکت"), "other placeholders"),
        ("Key", "", ("كليد",), "Arabic letters"),
        ("At 9", "", ("ساعت 9",), "ASCII digits"),
    ],
)
def test_faults_are_told(text: str, plural: str, persian: tuple[str, ...], fault: str) -> None:
    entry = translations.Found()
    entry.plural = plural
    assert any(fault in told for told in translations._faults_of(text, entry, persian))


def test_templates_are_read_like_code(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        '{% if x %}\n  <a title="{% translate "Close" %}">'
        "{% blocktranslate count n=k %}one{% plural %}many{% endblocktranslate %}</a>\n{% endif %}"
    )
    texts = [(key, plural) for _, key, plural in translations._texts(path)]
    assert texts == [(("", "Close"), ""), (("", "one"), "many")]
