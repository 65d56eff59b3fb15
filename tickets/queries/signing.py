"""Code that a customer's own server signs its visitors with, as our pages show it; a test runs every one of them."""

from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

PLACE = "YOUR-WIDGET-KEY"
FILES = (
    ("Python", "python.py"),
    ("PHP", "php.php"),
    ("Node.js", "node.js"),
    ("Ruby", "ruby.rb"),
    ("Go", "go.go"),
)


class Sample(NamedTuple):
    """One language: its name, a word for the page's addresses, and the code."""

    name: str
    slug: str
    code: str


def samples(key: str = PLACE) -> list[Sample]:
    """The code of all five, with this widget's key in its place."""
    return [Sample(name, file.partition(".")[0], _source(file).replace(PLACE, key)) for name, file in FILES]


def snippet(key: str = PLACE) -> str:
    """What goes into every page that shall have the widget; the queue keeps calls made before it is loaded. The key in
    the script's address brings the widget's looks along, in the same request."""
    return SNIPPET.replace("ADDRESS", settings.PUBLIC_URL).replace(PLACE, key)


def plain_snippet(key: str = PLACE) -> str:
    """The same without any code of one's own."""
    return f'<script src="{settings.PUBLIC_URL}/w.js?key={key}" data-helpdesk data-key="{key}" async></script>'


@lru_cache(maxsize=8)
def _source(file: str) -> str:
    return (settings.BASE_DIR / "templates" / "developers" / "signing" / file).read_text(encoding="utf-8")


SNIPPET = """<script>
(function(w,d,u){var h=w.Helpdesk=w.Helpdesk||function(){(h.q=h.q||[]).push(arguments)};
var s=d.createElement('script');s.async=1;s.src=u;s.dataset.helpdesk='';d.head.appendChild(s)
})(window,document,'ADDRESS/w.js?key=YOUR-WIDGET-KEY');
Helpdesk('boot',{key:'YOUR-WIDGET-KEY'});
</script>"""
