"""Room on the customers' pages for what other parts of the house know: answers, incidents (wiring.PORTAL_PLACES)."""

from dataclasses import dataclass

from django.utils.module_loading import import_string

from helpdesk import wiring


@dataclass(frozen=True)
class Line:
    """One thing to show: a title, where it leads, and a sentence."""

    title: str
    url: str = ""
    text: str = ""


def has(place: str) -> bool:
    """Whether anybody fills this place."""
    return bool(wiring.PORTAL_PLACES[place])


def lines(place: str, text: str, language: str) -> list[Line]:
    """What there is to show, in the order in which they are named."""
    return [line for path in wiring.PORTAL_PLACES[place] for line in import_string(path)(text, language)]
