"""Words and pictures of the lines in a history."""

from datetime import datetime, timedelta

from django import template
from django.utils.html import format_html

from customers.kinds import KINDS, UNKNOWN
from customers.models import TimelineEntry
from helpdesk.core.locale import current
from helpdesk.core.rules import dates
from helpdesk.core.templatetags.components import channel
from helpdesk.core.templatetags.ui import icon

register = template.Library()


@register.simple_tag
def kind_of(entry: TimelineEntry) -> str:
    """What a line is: its channel for what was said, else its kind, each with its picture and its word."""
    kind = KINDS.get(entry.kind, UNKNOWN)
    if kind.by_channel and entry.channel:
        return channel(entry.channel)
    return format_html("{}{}", icon(kind.picture), kind.word or entry.kind)


@register.filter
def is_said(entry: TimelineEntry) -> bool:
    """Whether somebody said or wrote it; the rest of a history happened."""
    return KINDS.get(entry.kind, UNKNOWN).group in ("messages", "notes")


@register.simple_tag
def lasted(began: datetime, ended: datetime) -> str:
    """How long something took, in words: «۳ روز»."""
    return dates.duration(max(ended - began, timedelta()), current(), most=1)
