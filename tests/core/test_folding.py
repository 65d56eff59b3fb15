"""Folded templates say what Django's own loader says."""

from typing import Any

import pytest
from django.conf import settings
from django.template import Context, Engine, TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import translation

LIBRARIES = settings.TEMPLATES[0]["OPTIONS"]["builtins"]
PAGES = {
    "page.html": "{% extends 'frame.html' %}{% block main %}{% icon 'check' %} {% translate 'Status' %}"
    "{{ block.super }}{% for each in rows %}{% include 'row.html' %}"
    "{% include 'named.html' with name=each.name %}{% endfor %}[{{ name }}{{ word }}]"
    "{% include 'still.html' %}{% include chosen %}{% include './still.html' %}{% endblock %}",
    "frame.html": "<title>{% block title %}{% translate 'Queue' %}{% endblock %}</title>{% kbd 'g q' %}"
    "{% if rows %}{% translate 'Team' %}{% icon 'user' %}{% else %}{% translate 'Nobody' %}{% endif %}"
    "<main>{% block main %}<i>{% translate 'Send' %}</i>{% endblock %}</main>"
    "{# unseen #}{% comment %}unseen{% endcomment %}",
    "row.html": "<li>{{ each.name }}{% translate 'Status' as word %}{{ word }} {% icon each.picture %}</li>",
    "named.html": "<b>{{ name }}</b>{% translate name %}",
    "still.html": "<p>{% translate 'Assign' %}{% kbd 'a' %}</p>",
    "endless.html": "{{ depth }}{% if depth %}{% with depth=0 %}{% include 'endless.html' %}{% endwith %}{% endif %}",
    "blocked.html": "{% include 'frame.html' %}",
    "missing.html": "{% if rows %}here{% else %}{% include 'not_there.html' %}{% endif %}",
}
CONTEXT = {
    "rows": [{"name": "<Ann>", "picture": "user"}, {"name": "Send", "picture": "lock"}],
    "name": "outer & outer",
    "word": "kept",
    "chosen": "still.html",
    "depth": 1,
}


@pytest.fixture(params=["helpdesk.core.folding.Loader", "django.template.loaders.cached.Loader"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return _engine(str(request.param))


def _engine(loader: str) -> Engine:
    loaders = [(loader, [("django.template.loaders.locmem.Loader", PAGES)])]
    return Engine(loaders=loaders, builtins=LIBRARIES)


def _drawn(engine: Engine, name: str, language: str, **more: Any) -> str:
    with translation.override(language):
        return engine.get_template(name).render(Context(CONTEXT | more))


@pytest.mark.parametrize("name", ["page.html", "frame.html", "row.html", "named.html", "endless.html", "blocked.html"])
def test_the_same_is_drawn_in_either_language_again_and_again(name: str) -> None:
    folded, plain = _engine("helpdesk.core.folding.Loader"), _engine("django.template.loaders.cached.Loader")
    for language in ("en", "fa", "en", "fa"):
        assert _drawn(folded, name, language) == _drawn(plain, name, language)
        assert _drawn(folded, name, language, rows=[]) == _drawn(plain, name, language, rows=[])


def test_words_are_in_the_language_of_the_moment() -> None:
    folded = _engine("helpdesk.core.folding.Loader")
    english, persian = _drawn(folded, "still.html", "en"), _drawn(folded, "still.html", "fa")
    assert "Assign" in english
    assert "Assign" not in persian


def test_what_is_not_constant_is_escaped_and_drawn_each_time() -> None:
    folded = _engine("helpdesk.core.folding.Loader")
    page = _drawn(folded, "page.html", "en")
    assert "&lt;Ann&gt;" in page and "<Ann>" not in page
    assert "[outer &amp; outerkept]" in page
    assert "Bo" in _drawn(folded, "page.html", "en", rows=[{"name": "Bo", "picture": "user"}])


def test_a_template_that_is_missing_is_missed_only_where_it_is_needed(engine: Engine) -> None:
    assert _drawn(engine, "missing.html", "en") == "here"
    with pytest.raises(TemplateDoesNotExist):
        _drawn(engine, "missing.html", "en", rows=[])


def test_pages_are_made_by_the_folding_loader() -> None:
    made: Any = get_template("desk/queue.html")
    assert made.template.folded
