"""What the widget's page is told, as plain values for JSON; words, digits and times are made here, not there."""

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from helpdesk.accounts.models import Team
from helpdesk.core import clock
from helpdesk.core.locale import Prefs, default, use
from helpdesk.core.rules import dates
from tickets.channels.chat import tokens
from tickets.models import Conversation, Inbox
from tickets.queries import office as offices
from tickets.queries import visits
from tickets.rules.uploads import ACCEPT, MOST_BYTES, PICTURES
from tickets.rules.visitors import Widget

PREVIEW = 80


def prefs(language: str, timezone: str) -> Prefs:
    """How this visitor reads times: on the office's clock."""
    plain = default(language)
    return Prefs(plain.language, plain.calendar, timezone) if timezone else plain


def conversation(chat: visits.Chat) -> dict[str, Any]:
    """The state of a conversation."""
    return {
        "id": tokens.chat_id(chat.pk),
        "number": chat.number,
        "state": chat.state,
        "ahead": chat.ahead,
        "wait": wait(chat.wait, chat.language),
        "agent": {"name": _first(chat.agent)} if chat.agent and chat.state == "live" else None,
        "seq": chat.seq,
        "seen": chat.visitor_seq,
        "solved": chat.solved,
        "rating": chat.rating,
        "human": True,
        "mailed": chat.mailed_seq > 0,
        "at_end": chat.at_end,
    }


def wait(found: Any, language: str) -> dict[str, Any] | None:
    """The waiting time as a range and in words."""
    return {"low": found.low, "high": found.high, "words": visits.wait_words(found, language)} if found else None


def message(said: visits.Said, chat: visits.Chat) -> dict[str, Any]:
    """One message. A mail shows what is new in it."""
    text = said.text[: said.visible_length].rstrip() if said.visible_length else said.text
    whose = "visitor" if said.kind == "in" else "system" if said.is_automatic else "agent"
    return {
        "seq": said.seq,
        "client_id": said.client_id if said.kind == "in" else "",
        "from": whose,
        "name": _first(said.name) if whose == "agent" else "",
        "text": "" if said.is_removed else text,
        "files": [] if said.is_removed else [_file(one, chat) for one in said.files],
        "at": said.created_at.isoformat(),
        "at_words": at_words(said.created_at, prefs(chat.language, chat.timezone)),
        "automatic": said.is_automatic,
        "channel": said.channel,
        "removed": said.is_removed,
    }


def _first(name: str) -> str:
    return (name.split() or [""])[0]


def _file(one: visits.File, chat: visits.Chat) -> dict[str, Any]:
    held = one.scan in ("pending", "infected")
    name = tokens.file_name(one.token, chat.session, clock.now())
    return {
        "name": one.name,
        "size": one.size,
        "type": one.content_type,
        "url": "" if held else f"files/{name}",
        "picture": one.content_type in PICTURES and not held,
        "pending": one.scan == "pending",
    }


def at_words(at: datetime, how: Prefs) -> str:
    """The time of today, else the day and the time."""
    with use(how):
        here, today = dates.local(at, how), dates.local(clock.now(), how)
        return dates.clock(at, how) if here.date() == today.date() else dates.moment(at, how)


def office(inbox: Inbox, team: Team | None, language: str) -> dict[str, Any]:
    """Whether we are there now, else when, and what may be promised."""
    with use(prefs(language, team.timezone if team else "")):
        today = offices.today(inbox)
        there = visits.agents_there() > 0
        if today is None:
            return {"open": True, "next": None, "promise": None, "available": there}
        return {
            "open": today.is_open,
            "next": today.opens or None,
            "promise": today.answers,
            "available": there and today.is_open,
        }


def texts(inbox: Inbox, language: str) -> dict[str, str]:
    """The inbox's own words, else ours."""
    widget = Widget.of(inbox.settings)
    with translation.override(language):
        return {
            "name": inbox.name,
            "greeting": widget.text("greeting", language) or _("Hello! How can we help you?"),
            "label": widget.text("label", language) or _("Chat with us"),
            "away": widget.text("away", language) or _("Nobody is here just now. Write to us: we will answer."),
        }


def common(inbox: Inbox, language: str) -> dict[str, Any]:
    """What every visitor is told alike."""
    widget = Widget.of(inbox.settings)
    return {
        "texts": texts(inbox, language),
        "colour": widget.colour,
        "position": widget.position,
        "ask": list(widget.ask),
        "must": list(widget.must),
        "office": office(inbox, inbox.team, language),
        "wait": wait(visits.wait(inbox) if widget.show_wait else None, language),
        "proactive": proactive(inbox, language),
        "typing_preview": widget.typing_preview,
        "limits": LIMITS,
    }


def history(rows: Any, how: Prefs) -> list[dict[str, Any]]:
    """Earlier conversations, each in a line."""
    return [_past(row, how) for row in rows]


def _past(row: Conversation, how: Prefs) -> dict[str, Any]:
    return {
        "id": tokens.chat_id(row.pk),
        "subject": row.ticket.subject[:PREVIEW],
        "at_words": at_words(row.ticket.last_at, how),
        "ended": row.ended_at is not None,
    }


def proactive(inbox: Inbox, language: str) -> list[dict[str, Any]]:
    """The first words of ours for pages; those without words in this language are left out."""
    rules = inbox.proactive_rules.filter(is_active=True).order_by("position", "id")
    found = [(rule, rule.text_fa if language == "fa" else rule.text_en) for rule in rules]
    return [
        {
            "id": rule.pk,
            "pattern": rule.pattern,
            "after_seconds": rule.after_seconds,
            "only_returning": rule.only_returning,
            "text": text,
        }
        for rule, text in found
        if text
    ]


LIMITS = {"file_bytes": MOST_BYTES, "types": list(ACCEPT)}
