"""Full text in PostgreSQL with one normaliser at write and at query. Never ILIKE."""

import re
from functools import lru_cache
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import Expression

from helpdesk.core.text import normalise

CONFIG = "simple"
WORD = re.compile(r"\w+")
MAX_INDEXED = 200_000
MAX_WORDS = 12
SHORTEST_BEGINNING = 3


def words(text: str) -> list[str]:
    """The words a search looks for: normalised, at most twelve."""
    return WORD.findall(normalise(text[:400]))[:MAX_WORDS]


class Vector(Expression):
    """Words by weight, as they are stored. Django's own SearchVector costs half a millisecond more on every write."""

    output_field = SearchVectorField()

    def __init__(self, weighted: dict[str, str]) -> None:
        super().__init__()
        self.weighted = weighted

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """One to_tsvector() per weight, joined."""
        parts = [f"setweight(to_tsvector('{CONFIG}', %s::text), '{letter}')" for letter in self.weighted]
        return " || ".join(parts), tuple(self.weighted.values())


def vector(**weighted: str) -> Vector:
    """An expression to store: `vector(a=subject, b=body)`; the letter is the weight."""
    return Vector({letter.upper(): indexed(text) for letter, text in weighted.items()})


def indexed(text: str) -> str:
    """The words of `text` as they are stored."""
    return " ".join(WORD.findall(normalise(text[:MAX_INDEXED])))


def query(text: str) -> SearchQuery | None:
    """All words, the last one (of three letters or more) as a beginning; None when nothing is left to look for."""
    wanted = terms(text)
    return raw_query(wanted) if wanted else None


def terms(text: str) -> str:
    """What query() asks PostgreSQL for, in its own notation; empty when nothing is left to look for."""
    found = words(text)
    if not found:
        return ""
    beginning = ":*" if len(found[-1]) >= SHORTEST_BEGINNING else ""
    return " & ".join([*(f"'{word}'" for word in found[:-1]), f"'{found[-1]}'{beginning}"])


def raw_query(wanted: str) -> SearchQuery:
    """A search for what terms() returned."""
    return SearchQuery(wanted, config=CONFIG, search_type="raw")


def snippet(text: str, looked_for: str, width: int = 160) -> list[tuple[str, bool]]:
    """A stretch of `text` around the first hit, as (piece, is_hit) pairs: a template marks the hits itself. Marked is
    what query() finds: whole words, and words that begin with the last one of three letters or more."""
    *whole, last_word = words(looked_for) or [""]
    beginning = len(last_word) >= SHORTEST_BEGINNING
    out: list[tuple[str, bool]] = []
    first, last = 0, width
    at = -1
    for found in WORD.finditer(text[:20_000]):
        start, end = found.span()
        if at >= 0 and end > last:
            break
        word = _plain(found.group())
        if not word or not (word in whole or word == last_word or (beginning and word.startswith(last_word))):
            continue
        if at < 0:
            first = at = max(0, start - width // 3)
            last = first + width
        out += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [piece for piece in [*out, (text[max(at, 0) : last], False)] if piece[0]]


@lru_cache(maxsize=20_000)
def _plain(word: str) -> str:
    """A word as it is stored. Snippets look at hundreds a page, mostly the same ones."""
    return "".join(WORD.findall(normalise(word)))
