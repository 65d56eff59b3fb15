"""What an app keeps of people, told in one way by all of them: how it is given out, how it is erased, what stays.

`wiring.PRIVACY` names each app's Area. A test holds every model of the product against these pages.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from helpdesk import wiring

BLACK = "█████"
# Shorter ones stand in too many words that mean nobody.
SHORTEST = 5
# So many rows are in memory together: a mail may be large.
PIECE = 100
Words = Promise | str


@dataclass(frozen=True)
class Person:
    """Somebody to be given out or erased: all their numbers, handles (kind, value) and names, as of `at`.

    What came after `at` is not theirs any more. `whole`: with what staff wrote among themselves.
    """

    pk: int
    numbers: tuple[int, ...]
    handles: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    at: datetime
    whole: bool = True

    @property
    def values(self) -> list[str]:
        """Their handles, whatever their kind."""
        return sorted({value for _kind, value in self.handles})

    @property
    def telling(self) -> list[str]:
        """What tells of them wherever it stands: handles that are too long to stand there by chance."""
        return [value for value in self.values if len(value) >= SHORTEST]


@dataclass(frozen=True)
class Store:
    """Rows of some models that belong to a person.

    `rows` gives them out under readable names, `count` says how many there are, `erase` takes up to that many away or
    rewrites them, again and again until it answers 0. `stays`: what the law or others keep, and why; then `left` counts
    it. A row's `file` (SHA-256) and `file_name` have the bytes put beside it.
    """

    slug: str
    word: Words
    models: tuple[str, ...]
    rows: Callable[[Person], Iterable[Mapping[str, Any]]]
    count: Callable[[Person], int]
    erase: Callable[[Person, int], int]
    stays: Words = ""
    left: Callable[[Person], int] | None = None


@dataclass(frozen=True)
class Area:
    """An app's page: its stores in the order in which they are erased; models that hold nothing of a person, and why;
    further handles and names that it knows of somebody by their numbers."""

    stores: tuple[Store, ...] = ()
    free: Mapping[str, str] = field(default_factory=dict)
    handles: Callable[[tuple[int, ...]], Iterable[tuple[str, str]]] | None = None
    names: Callable[[tuple[int, ...]], Iterable[str]] | None = None
    # Message-IDs of what they wrote, so that the same mail never comes again.
    heard: Callable[[tuple[int, ...]], Iterable[str]] | None = None


def areas() -> list[Area]:
    """Every app's."""
    return [import_string(path) for path in wiring.PRIVACY]


def stores() -> list[Store]:
    """All of them, in the order of erasing."""
    return [store for area in areas() for store in area.stores]


Find = Callable[[Person], QuerySet[Any, Any]]


def given(find: Find, *names: str) -> Callable[[Person], Iterator[dict[str, Any]]]:
    """Rows as they are, by these names of fields, oldest first; `ticket__number` is given out as `ticket`."""

    def rows(person: Person) -> Iterator[dict[str, Any]]:
        # All keys, then their rows in pieces: behind PgBouncer a cursor of the server's would be another's.
        keys = iter(list(find(person).order_by("pk").values_list("pk", flat=True)))
        while piece := list(islice(keys, PIECE)):
            for row in find(person).filter(pk__in=piece).order_by("pk").values(*names):
                yield {_short(name): value for name, value in row.items()}

    return rows


def _short(name: str) -> str:
    return name.removesuffix("__number").removesuffix("__name").rpartition("__")[2]


def counted(find: Find) -> Callable[[Person], int]:
    """How many such rows there are."""
    return lambda person: find(person).count()


def deleted(find: Find) -> Callable[[Person, int], int]:
    """Such rows go, so many at a time."""

    def erase(person: Person, limit: int) -> int:
        rows = find(person)
        keys = list(rows.order_by().values_list("pk", flat=True)[:limit])
        rows.model._base_manager.filter(pk__in=keys).delete()
        return len(keys)

    return erase


def simple(slug: str, word: Words, model: str, find: Find, *names: str) -> Store:
    """Rows of one model that go whole."""
    return Store(slug, word, (model,), given(find, *names), counted(find), deleted(find))


def nothing(_person: Person) -> list[dict[str, Any]]:
    """For what is only erased: it repeats what other stores give out."""
    return []


def blackened(text: str, words: Iterable[str]) -> str:
    """The text without these words, however they are spelled in it."""
    wanted = [re.escape(word) for word in sorted(set(words), key=len, reverse=True) if word.strip()]
    return re.sub("|".join(wanted), BLACK, text, flags=re.IGNORECASE) if wanted and text else text
