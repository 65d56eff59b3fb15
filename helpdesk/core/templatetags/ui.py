"""Numbers, dates and icons in templates. Built in: no `{% load %}` needed."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from helpdesk.core import clock
from helpdesk.core.locale import current
from helpdesk.core.rules import dates
from helpdesk.core.rules.digits import digits_to_persian, number

register = template.Library()


@register.filter
def digits(value: object) -> str:
    """The value with the digits of the reader's language; no grouping (ticket numbers, years, phones)."""
    text = "" if value is None else str(value)
    return digits_to_persian(text) if current().persian else text


@register.filter
def somebody(name: str | None) -> str:
    """What to call somebody whose name nobody knows."""
    return name or gettext("No name yet")


@register.filter
def titled(subject: str | None) -> str:
    """What to call a matter that has no subject."""
    return subject or gettext("No subject")


@register.filter
def lines(values: list[object] | None) -> str:
    """Each on a line of its own, as a textarea holds a list."""
    return "\n".join(str(value) for value in values or ())


@register.filter
def count(value: int | float | None) -> str:
    """An amount of things, grouped: 12,345 or ۱۲٬۳۴۵."""
    return number(value or 0, current().language)


@register.filter
def ticket_number(value: int) -> str:
    """How a ticket is called in running text: #1042, and «شمارهٔ ۱۰۴۲» where # would jump to the far side."""
    return called(value, persian=current().persian)


def called(number: int, *, persian: bool) -> str:
    """As ticket_number, for a list that knows its reader."""
    return f"شمارهٔ {digits_to_persian(str(number))}" if persian else f"#{number}"


@register.filter
def when(value: datetime | None) -> str:
    """Short and relative: 6 min ago, yesterday 13:00, 25 Nov. Empty for no date."""
    return dates.when(value, clock.now(), current()) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """The whole date and time."""
    return dates.moment(value, current()) if value else ""


@register.filter
def day(value: date | None) -> str:
    """The whole date."""
    prefs = current()
    of = dates.local(value, prefs).date() if isinstance(value, datetime) else value
    return dates.day(of, prefs) if of else ""


@register.filter
def hour(value: datetime | None) -> str:
    """The time of day."""
    return dates.clock(value, current()) if value else ""


@register.filter
def duration(value: timedelta | int | None) -> str:
    """A duration (seconds or timedelta) in words."""
    span = value if isinstance(value, timedelta) else timedelta(seconds=value or 0)
    return dates.duration(span, current())


@register.filter
def waited(value: datetime | None) -> str:
    """How long ago that was, as a length: 2 h, 18 min."""
    return dates.duration(clock.now() - value, current(), most=1) if value else ""


@register.filter
def typed(value: datetime | None) -> str:
    """The value of a date field: ASCII, in the reader's calendar and zone."""
    return dates.typed(value, current()) if value else ""


@register.simple_tag
def ago(value: datetime | None) -> str:
    """A <time> element: the short wording, the whole date as its title, the machine's date as its value."""
    return time_element(value, current(), clock.now()) if value else ""


def time_element(value: datetime, prefs: dates.Prefs, now: datetime) -> SafeString:
    """As ago, for a list that knows its reader."""
    title, words = dates.moment(value, prefs), dates.when(value, now, prefs)
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), title, words)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A picture of the sprite; without a label it is decoration beside a word."""
    return _icon(name, str(label))


@lru_cache(maxsize=1024)
def _icon(name: str, label: str) -> SafeString:
    href = f"{static('icons.svg')}#{name}"
    if label:
        markup = '<svg class="icon icon-{}" role="img" aria-label="{}"><use href="{}"/></svg>'
        return format_html(markup, name, label, href)
    return format_html('<svg class="icon icon-{}" aria-hidden="true"><use href="{}"/></svg>', name, href)
