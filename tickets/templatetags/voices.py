"""Words about messengers' windows and templates."""

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext

from tickets.actions.voicing import WHY
from tickets.rules import templates
from tickets.rules.segments import BASIC, EXTENDED, segments

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


@register.filter
def text_messages(text: str | None) -> str:
    """What words cost as text messages; of none, how much fits into one."""
    found = segments((text or "").strip())
    if not found.count:
        return gettext("A text message holds 160 Latin letters or 70 of any other script.")
    return _costs().replace("{count}", str(found.count)).replace("{left}", str(found.left))


@register.simple_tag
def text_message_says() -> dict[str, str]:
    """For the script that counts while one types: both alphabets, and its words."""
    signs = {"basic": "".join(sorted(BASIC)), "extended": "".join(sorted(EXTENDED))}
    return signs | {"say": _costs(), "none": text_messages("")}


def _costs() -> str:
    return gettext("Text messages: {count}. Letters left in the last: {left}.")
