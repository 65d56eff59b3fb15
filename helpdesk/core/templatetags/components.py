"""The product's small components as template tags. Built in: no `{% load %}` needed. See docs/components.md."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from helpdesk.core import clock
from helpdesk.core.locale import current
from helpdesk.core.rules import dates
from helpdesk.core.templatetags.ui import icon

register = template.Library()

STATUSES = {
    "new": (_("New"), "info", "inbox"),
    "open": (_("Open"), "accent", "chat"),
    "waiting": (_("Waiting for customer"), "", "clock"),
    "on_hold": (_("On hold"), "warn", "history"),
    "resolved": (_("Resolved"), "ok", "check"),
    "closed": (_("Closed"), "", "lock"),
    "spam": (_("Spam"), "bad", "spam"),
}
PRIORITIES = {
    "low": (_("Low"), "", "priority"),
    "normal": (_("Normal"), "", "priority"),
    "high": (_("High"), "warn", "priority"),
    "urgent": (_("Urgent"), "bad", "priority"),
}
CHANNELS = {
    "email": (_("E-mail"), "mail"),
    "phone": (_("Phone"), "phone"),
    "chat": (_("Live chat"), "chat"),
    "sms": (_("SMS"), "chat"),
    "telegram": (_("Telegram"), "chat"),
    "whatsapp": (_("WhatsApp"), "chat"),
    "messenger": (_("Messenger"), "chat"),
    "instagram": (_("Instagram"), "chat"),
    "line": (_("LINE"), "chat"),
    "viber": (_("Viber"), "chat"),
    "bale": (_("Bale"), "chat"),
    "eitaa": (_("Eitaa"), "chat"),
    "rubika": (_("Rubika"), "chat"),
    "generic": (_("Another channel"), "link"),
    "review": (_("Review"), "globe"),
    "form": (_("Contact form"), "globe"),
    "website": (_("Website"), "globe"),
    "web": (_("Web form"), "globe"),
    "portal": (_("Portal"), "globe"),
    "api": (_("API"), "link"),
    "walk_in": (_("In person"), "user"),
}
DELIVERIES = {
    "queued": (_("Sending"), "", "clock"),
    "sent": (_("Sent"), "", "check"),
    "delivered": (_("Delivered"), "ok", "check"),
    "read": (_("Read"), "ok", "check"),
    "failed": (_("Not delivered"), "bad", "warning"),
    "cancelled": (_("Cancelled"), "", "cross"),
}
ROLES = {"agent": _("Agent"), "lead": _("Lead"), "admin": _("Administrator")}
PROBLEMS = {
    400: (_("We could not read that request"), _("Go back, check what you entered and send it again.")),
    403: (_("You may not do this"), _("A lead or an administrator can, or can give you the right to.")),
    404: (
        _("There is nothing here"),
        _("The address may be mistyped, or it was moved. Search finds tickets by number."),
    ),
    405: (
        _("There is no page at this address"),
        _("It only takes what a button or a form of another page sends. Go back and use that."),
    ),
    409: (_("Somebody was faster"), _("This changed while you were looking. Reload the page to see it as it is now.")),
    412: (_("Somebody was faster"), _("This changed while you were looking. Reload the page to see it as it is now.")),
    422: (_("Something needs correcting"), _("Go back: what you typed is still there. Correct what is listed here.")),
    429: (_("A little too fast"), _("Wait a minute, then try again.")),
    500: (_("Something went wrong on our side"), _("Nothing you sent before was lost. Please try again in a minute.")),
    503: (_("We are busy just now"), _("If it stays like this, tell whoever runs this help desk.")),
}
KEY_NAMES = {"Mod": "Ctrl", "Escape": "Esc", "ArrowDown": "↓", "ArrowUp": "↑"}


def _chip(word: object, kind: str, picture: str) -> str:
    # Not a template: a list shows a hundred of them, and a template costs a tenth of a millisecond each.
    return format_html('<span class="chip {}">{}{}</span>', kind, icon(picture) if picture else "", word)


@lru_cache(maxsize=512)
def drawn(of: str, value: str, language: str | None) -> str:
    """A `status`, `priority` or `channel`, drawn once a language: a list shows a hundred of a dozen different ones."""
    if of == "channel":
        said, pictured = CHANNELS.get(value, (value, "chat"))
        return format_html("{} <span>{}</span>", icon(pictured), said)
    table, fallback = (STATUSES, "tag") if of == "status" else (PRIORITIES, "priority")
    word, kind, picture = table.get(value, (value, "", fallback))
    return _chip(word, kind, picture)


@register.simple_tag
def chip(text: object, kind: str = "", picture: str = "") -> str:
    """A pill; kind: ok, warn, bad, info, accent, gift, note or outline."""
    return _chip(text, kind, picture)


@register.simple_tag
def status_chip(status: str) -> str:
    """A ticket's status, in words, with its picture and colour."""
    return drawn("status", status, get_language())


@register.simple_tag
def priority_chip(priority: str) -> str:
    """A ticket's priority; nothing for the normal one, so that what is special stands out."""
    return "" if priority == "normal" else drawn("priority", priority, get_language())


@register.simple_tag
def delivery_chip(state: str) -> str:
    """How one recipient's copy fared."""
    word, kind, picture = DELIVERIES.get(state, (state, "", "send"))
    return _chip(word, kind, picture)


@register.simple_tag
def channel(kind: str) -> str:
    """A channel's picture and its word."""
    return drawn("channel", kind, get_language())


@register.simple_tag
def waiting_chip(since: datetime | None) -> str:
    """How long the customer has waited for an answer, in words; nothing when nobody waits."""
    return waiting(since, current(), clock.now()) if since else ""


def waiting(since: datetime, prefs: dates.Prefs, now: datetime) -> str:
    """As waiting_chip, for a list that knows its reader."""
    length = dates.duration(now - since, prefs, most=1)
    words = _("waiting %(length)s") % {"length": length}
    title = dates.moment(since, prefs)
    return format_html('<span class="chip warn" title="{}">{}{}</span>', title, icon("clock"), words)


@register.filter
def status_word(status: str) -> object:
    """A status in words."""
    return STATUSES.get(status, (status,))[0]


@register.filter
def priority_word(priority: str) -> object:
    """A priority in words."""
    return PRIORITIES.get(priority, (priority,))[0]


@register.filter
def channel_word(kind: str) -> object:
    """A channel in words."""
    return CHANNELS.get(kind, (kind,))[0]


@register.filter
def role_word(role: str) -> object:
    """A role in words."""
    return ROLES.get(role, role)


@register.filter
def toast_kind(level: str) -> str:
    """The look of a message of Django's messages framework."""
    return {"success": "ok", "warning": "warn", "error": "bad"}.get(level, "info")


@register.simple_tag
def problem_title(status: int) -> object:
    """What an error page is called."""
    return PROBLEMS.get(int(status or 500), PROBLEMS[500])[0]


@register.simple_tag
def problem_help(status: int) -> object:
    """What to do about it."""
    return PROBLEMS.get(int(status or 500), PROBLEMS[500])[1]


def initials(name: str) -> str:
    """Up to two letters that stand for a person; Persian letters are kept apart, so they do not join."""
    words = [word for word in name.replace("\u200c", " ").split() if word[0].isalnum()]
    letters = [word[0].upper() for word in (words[:1] + words[1:][-1:])]
    return "\u200c".join(letters) or "?"


@register.simple_tag
def avatar(name: str, size: str = "") -> SafeString:
    """Initials in a circle; decoration beside the name. Size: small or big."""
    look = f"avatar avatar-{size}" if size else "avatar"
    return format_html('<span class="{}" aria-hidden="true">{}</span>', look, initials(name or ""))


@register.simple_tag
def kbd(keys: str) -> SafeString:
    """A shortcut as it is written in data-key, e.g. `Mod+Enter` or `g q`. Hidden where there are no keys."""
    parts = [KEY_NAMES.get(part, part.upper() if len(part) == 1 else part) for part in keys.replace("+", " ").split()]
    return format_html('<kbd aria-hidden="true">{}</kbd>', " ".join(parts))


@register.inclusion_tag("components/field.html")
def field(name: str, label: object, errors: Mapping[str, object] | None = None, **options: Any) -> dict[str, Any]:
    """A labelled field: type, value, hint, required, options=[(value, word)], autocomplete, rows, css, id."""
    identity = options.get("id") or f"id_{name}"
    error = (errors or {}).get(name, "")
    described = [
        f"{identity}-{part}" for part in ("hint", "error") if (options.get("hint") if part == "hint" else error)
    ]
    kind = options.get("type", "select" if "options" in options else "text")
    choices = [(str(value), word) for value, word in options.get("options", ())]
    return {
        **options,
        "name": name,
        "label": label,
        "error": error,
        "type": kind,
        "id": identity,
        "described": " ".join(described),
        "options": choices,
        "value": "" if options.get("value") is None else str(options["value"]),
    }


@register.inclusion_tag("components/form_field.html")
def form_field(bound: BoundField, css: str = "") -> dict[str, Any]:
    """A field of a Django form with label, hint and error wired by aria-describedby."""
    identity = bound.id_for_label
    parts = [part for part, there in (("hint", bound.help_text), ("error", bound.errors)) if there]
    kind = getattr(bound.field.widget, "input_type", "textarea")
    attributes: dict[str, str | bool] = {
        "class": css or {"select": "select", "textarea": "textarea", "checkbox": ""}.get(kind, "input")
    }
    if parts:
        attributes["aria-describedby"] = " ".join(f"{identity}-{part}" for part in parts)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return {"bound": bound, "kind": kind, "id": identity, "widget": bound.as_widget(attrs=attributes)}


@register.inclusion_tag("components/error_summary.html")
def error_summary(errors: Any) -> dict[str, Any]:
    """What is wrong with the form, each line linked to its field; takes focus. Takes a dict or a form's errors."""
    pairs: Iterable[tuple[str, Any]] = (errors or {}).items()
    lines = [(name, each[0] if isinstance(each, list) and each else each) for name, each in pairs]
    return {"lines": [("" if name == "__all__" else f"id_{name}", text) for name, text in lines]}


@register.inclusion_tag("components/empty.html")
def empty(
    title: object, text: object = "", url: str = "", action: object = "", picture: str = "inbox"
) -> dict[str, Any]:
    """Why it is empty and the one useful next step."""
    return {"title": title, "text": text, "url": url, "action": action, "picture": picture}


@register.simple_tag
def palette(may_settings: bool) -> str:
    """The dialog in which places and commands are found by name."""
    return _palette(bool(may_settings), get_language())


@lru_cache(maxsize=8)
def _palette(may_settings: bool, language: str | None) -> SafeString:
    # Every page ends with it, and it is the same for everybody who reads in one language.
    return render_to_string("components/palette.html", {"may_settings": may_settings})


@register.inclusion_tag("components/banner.html")
def banner(text: object, kind: str = "info", url: str = "", action: object = "") -> dict[str, Any]:
    """A line across its container; kind: info, ok, warn or bad."""
    picture = {"ok": "check", "info": "info"}.get(kind, "warning")
    return {"text": text, "kind": kind, "url": url, "action": action, "picture": picture}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: template.Context, after: object, name: str = "after", target: str = "") -> dict[str, Any]:
    """The link to older rows; keeps the other filters of the address. `target` lets htmx append instead."""
    query = context["request"].GET.copy() if "request" in context else {}
    if after:
        query[name] = str(after)
    address = query.urlencode() if hasattr(query, "urlencode") else f"{name}={after}"
    return {"there": bool(after), "address": f"?{address}", "target": target}


@register.simple_tag
def options(rows: Iterable[Any], chosen: object = None) -> SafeString:
    """The options of a select from rows with `pk`, `name` and `name_fa`, in the reader's language."""
    word = "name_fa" if (get_language() or "en").startswith("fa") else "name"
    wanted = str(chosen)
    lines = ((row.pk, " selected" if str(row.pk) == wanted else "", getattr(row, word) or row.name) for row in rows)
    return format_html_join("", '<option value="{}"{}>{}</option>', lines)


WORDS: dict[str, Mapping[str, tuple[Any, ...]]] = {"status": STATUSES, "priority": PRIORITIES, "channel": CHANNELS}


@register.simple_tag
def word_options(of: str, values: Iterable[str], chosen: str = "") -> SafeString:
    """The options of a select for a `status`, `priority` or `channel`, in words."""
    words = WORDS[of]
    lines = ((each, " selected" if each == chosen else "", words.get(each, (each,))[0]) for each in values)
    return format_html_join("", '<option value="{}"{}>{}</option>', lines)


@register.filter
def named(row: Any) -> str:
    """The row's name in the reader's language."""
    persian = row.name_fa if (get_language() or "en").startswith("fa") else ""
    return str(persian or row.name)


@register.simple_tag
def initials_list(names: Iterable[str]) -> SafeString:
    """Several people as small circles."""
    return format_html_join(
        "", '<span class="avatar avatar-small" title="{}">{}</span>', ((n, initials(n)) for n in names)
    )
