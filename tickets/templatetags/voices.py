"""Words about messengers' windows and templates."""

from collections.abc import Mapping

from django import template

from tickets.actions.voicing import WHY
from tickets.rules import templates

register = template.Library()


@register.filter
def why_closed(why: str) -> object:
    """Why nothing may be written by a way, and what to do instead."""
    return WHY.get(why, "")


@register.filter
def gaps(body: str) -> range:
    """The numbers of what is filled into an approved template."""
    return range(1, templates.gaps(body) + 1)


@register.filter(name="of")
def value_of(values: Mapping[str, object], name: str) -> object:
    """What a form's values hold under this name."""
    return values.get(name, "")
