"""How the person of this request reads dates and numbers; the accounts middleware sets it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import lru_cache

from django.utils import translation

from helpdesk.core.rules.dates import Prefs

__all__ = ["Prefs", "current", "default", "use"]

# The customers' own pages: their language is in the address, and no session of the staff is read there.
CUSTOMER_PATHS = ("/en/", "/fa/")

_prefs: ContextVar[Prefs | None] = ContextVar("prefs", default=None)


def default(language: str) -> Prefs:
    """What we assume of someone who has said nothing but a language."""
    return Prefs(language, "jalali" if language == "fa" else "gregorian", "Asia/Tehran")


@contextmanager
def use(prefs: Prefs) -> Iterator[None]:
    """Within the block texts, dates and numbers are in this person's language, calendar and time zone."""
    token = _prefs.set(prefs)
    try:
        with translation.override(prefs.language):
            yield
    finally:
        _prefs.reset(token)


def current() -> Prefs:
    """The preferences in force; the language is always the one texts are translated to at this moment."""
    language = (translation.get_language() or "en")[:2]
    prefs = _prefs.get()
    if prefs is None:
        return default(language)
    return prefs if prefs.language == language else _in_language(prefs, language)


@lru_cache(maxsize=64)
def _in_language(prefs: Prefs, language: str) -> Prefs:
    return replace(prefs, language=language)
