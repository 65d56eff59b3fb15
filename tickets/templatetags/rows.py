"""The rows of the desk's lists. Built in: no `{% load %}` needed.

Not templates: a page shows fifty rows, and a template's row costs a fifth of a millisecond. What depends only on the
reader is worked out once a list.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from helpdesk.core import clock
from helpdesk.core.locale import Prefs, current
from helpdesk.core.templatetags.components import drawn, waiting
from helpdesk.core.templatetags.ui import called, icon, somebody, time_element, titled
from tickets.queries.queue import Row
from tickets.queries.search import Hit

register = template.Library()

ROW = """<li class="row{}">
  <span class="row-check"><input type="checkbox" form="bulk" name="ticket" value="{}" aria-label="{}"></span>
  <span class="row-who"><bdi>{}</bdi></span>
  <span class="row-what"><a data-row href="/desk/t/{}/?{}"><bdi>{}</bdi></a><small>{}</small></span>
  <span class="row-chips">{}{}{}{}<span class="chip outline">{}</span></span>
  <span class="row-when">{}{}</span>
</li>
"""
ASSIGNEE = '<span class="chip outline">{}<bdi>{}</bdi></span>'
NEIGHBOUR = '<li><a data-row href="/desk/t/{}/?{}"{}><b><bdi>{}</bdi></b>{}<small><bdi>{}</bdi></small></a></li>\n'
HIT = """<li class="row"><span class="row-check">{}</span><span class="row-who"><bdi>{}</bdi></span>
  <span class="row-what"><a data-row href="{}"><bdi>{}</bdi></a></span>
  <span class="row-chips">{}</span><span class="row-when">{}</span>{}</li>
"""
SNIPPET = '<span class="row-more" dir="auto">{}</span>'


@dataclass
class Reader:
    """For whom, and when, a list is drawn."""

    prefs: Prefs = field(default_factory=current)
    now: datetime = field(default_factory=clock.now)

    def number(self, value: int) -> str:
        """How a ticket is called."""
        return called(value, persian=self.prefs.persian)

    def ago(self, value: datetime) -> SafeString:
        """How long ago that was."""
        return time_element(value, self.prefs, self.now)

    def chip(self, of: str, value: str) -> str:
        """A status, a priority or a channel."""
        return drawn(of, value, self.prefs.language)


@register.simple_tag
def ticket_rows(rows: Iterable[Row], view: str, where: str) -> SafeString:
    """Tickets as rows to select and open; `where` leads back to the list."""
    reader, select, back = Reader(), gettext("Select %(number)s"), conditional_escape(where)
    return format_html_join("", "{}", ((_row(row, view, back, select, reader),) for row in rows))


def _row(row: Row, view: str, where: str, select: str, reader: Reader) -> SafeString:
    number = reader.number(row.number)
    until = row.snoozed_until if view == "snoozed" else None
    return format_html(
        ROW,
        " unread" if row.status == "new" else "",
        row.number,
        select % {"number": number},
        somebody(row.customer),
        row.number,
        where,
        titled(row.subject),
        number,
        waiting(row.waiting_since, reader.prefs, reader.now) if row.waiting_since else "",
        reader.chip("status", row.status),
        "" if row.priority == "normal" else reader.chip("priority", row.priority),
        format_html(ASSIGNEE, icon("user"), row.assignee) if row.assignee else "",
        reader.chip("channel", row.channel),
        icon("snooze") if until else "",
        reader.ago(until or row.last_at),
    )


@register.simple_tag
def neighbour_rows(rows: Iterable[Row], current_pk: int, where: str) -> SafeString:
    """The tickets of the view beside the one that is open."""
    reader, back, here = Reader(), conditional_escape(where), format_html(' aria-current="{}"', "page")
    lines = (
        (
            row.number,
            back,
            here if row.pk == current_pk else "",
            somebody(row.customer),
            reader.ago(row.last_at),
            titled(row.subject),
        )
        for row in rows
    )
    return format_html_join("", NEIGHBOUR, lines)


@register.simple_tag
def hit_rows(hits: Iterable[Hit], kind: str) -> SafeString:
    """What a search found, with the words that were found marked."""
    reader = Reader()
    return format_html_join("", "{}", ((_hit(hit, kind, reader),) for hit in hits))


def _hit(hit: Hit, kind: str, reader: Reader) -> SafeString:
    pieces = ((format_html("<mark>{}</mark>", piece) if found else piece,) for piece, found in hit.pieces)
    return format_html(
        HIT,
        icon("user" if hit.type == "customer" else "chat"),
        somebody(hit.who),
        hit.url,
        titled(hit.title),
        reader.chip("status", hit.status) if hit.status else "",
        reader.number(hit.number) if hit.number else "",
        "" if kind == "ticket" else format_html(SNIPPET, format_html_join("", "{}", pieces)),
    )
