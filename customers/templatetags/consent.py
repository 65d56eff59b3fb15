"""What people allow, in words. Built in: no `{% load %}` needed."""

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.purposes import DOUBLE, IN, OUT, PURPOSES

register = template.Library()
ASK_WORDS: dict[str, Promise | str] = {
    OUT: _("allowed until they say no"),
    IN: _("only when they said yes"),
    DOUBLE: _("only when they said yes and confirmed it by mail"),
}
STATES: dict[str, Promise | str] = {"asked": _("asked"), "given": _("said yes"), "refused": _("said no")}
WAYS: dict[str, Promise | str] = {
    "portal": _("on their page"),
    "desk": _("told to one of us"),
    "api": _("by a program"),
    "mail": _("by the link we mailed"),
    "widget": _("on the website"),
}


@register.filter
def purpose_word(slug: str) -> object:
    """What we come to people for."""
    return PURPOSES[slug].word if slug in PURPOSES else slug


@register.filter
def consent_word(state: str) -> object:
    """What somebody said to it."""
    return STATES.get(state, state)


@register.filter
def way_word(how: str) -> object:
    """How they said it."""
    return WAYS.get(how, how)
