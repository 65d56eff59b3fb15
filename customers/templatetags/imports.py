"""Words about imported files: what a column is, how far it is, why a line was refused."""

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.actions import UNKNOWN_KIND, WRONG
from customers.actions.attributes import WRONG as WRONG_VALUE
from customers.models import Attribute, CustomerImport
from customers.purposes import Purpose
from customers.queries.imports import Shown
from customers.rules.sheets import Unreadable
from customers.templatetags.handles import KIND_WORDS
from helpdesk.core.locale import current
from helpdesk.core.templatetags.components import channel_word

register = template.Library()

FIELD_WORDS: dict[str, Any] = {
    "": gettext_lazy("Leave out"),
    "name": gettext_lazy("Whole name"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Family name"),
    "language": gettext_lazy("Language"),
    "tone": gettext_lazy("How they like to be addressed"),
    "channel": gettext_lazy("Where they like to be reached"),
    "tags": gettext_lazy("Tags"),
}
STATES: dict[str, tuple[Any, str, str]] = {
    "matching": (gettext_lazy("to be matched"), "", "file"),
    "reading": (gettext_lazy("being read"), "info", "clock"),
    "running": (gettext_lazy("running"), "info", "clock"),
    "done": (gettext_lazy("done"), "ok", "check"),
    "stopped": (gettext_lazy("stopped"), "warn", "clock"),
    "failed": (gettext_lazy("could not be read"), "bad", "warning"),
}
KINDS: dict[str, Any] = {
    "new": gettext_lazy("new"),
    "known": gettext_lazy("known"),
    "refused": gettext_lazy("refused"),
}
FAULTS: dict[str, Any] = {
    "no_handle": gettext_lazy("There is no address, number or id, so nobody could be found by it again."),
    "name_long": gettext_lazy("The name is longer than 200 letters."),
    "many_handles": gettext_lazy("There are more than 20 addresses and numbers."),
    "letters_lost": gettext_lazy("“%(value)s” has letters that cannot be read. Choose other letters for the file."),
    "rounded": gettext_lazy("“%(value)s” was rounded by a spreadsheet. Write the number as text there."),
    "no_reply": gettext_lazy("“%(value)s” is a machine's address; nobody reads there."),
    "language": gettext_lazy("“%(value)s” is no language that we write: fa or en."),
    "tone": gettext_lazy("“%(value)s” is no way of address: formal or familiar."),
    "channel": gettext_lazy("“%(value)s” is no channel that we know."),
    "tags": gettext_lazy("Too many tags, or one is longer than 60 letters."),
    "consent": gettext_lazy("“%(value)s” is neither yes nor no."),
    "shared": gettext_lazy("“%(value)s” is the address of a post and already somebody's. Give the person's own."),
    "erased": gettext_lazy("This person had us erase what we knew of them. They are not brought back."),
    "two_customers": gettext_lazy("The addresses and numbers belong to several customers: %(value)s. Join them first."),
}
BROKEN: dict[str, Any] = {
    "quote": gettext_lazy("A quotation mark in line %(line)s is not closed. Correct it and bring the file again."),
    "columns": gettext_lazy("Line %(line)s has more than 100 columns. Choose another separator."),
    "card": gettext_lazy("The card that begins in line %(line)s does not end. Export the cards again."),
    "lines": gettext_lazy("There are more than 200,000 lines. Split the file."),
    "gone": gettext_lazy("The file is not there any more. Bring it again."),
}


@register.simple_tag
def target_word(slug: str, what: Any = "") -> str:
    """What a column is: a field, a kind of handle, an attribute, consent to a purpose."""
    if isinstance(what, Attribute):
        return what.name_fa if current().language == "fa" and what.name_fa else what.name
    if isinstance(what, Purpose):
        channel = slug.split(":")[2:]
        words = _("Consent: %(purpose)s") % {"purpose": what.word}
        return f"{words} ({channel_word(channel[0])})" if channel else words
    return str(FIELD_WORDS.get(slug) or KIND_WORDS.get(slug, slug))


def fault_text(row: CustomerImport, fault: list[Any], apart: str = "%s") -> str:
    """Why a line was refused, in one sentence that names the column; `apart`: what stands around what was typed."""
    code, place, value = fault
    head, _colon, rest = code.partition(":")
    words = {
        "handle": WRONG.get(rest, UNKNOWN_KIND),
        "attribute": f"“%(value)s”: {WRONG_VALUE.get(rest, '')}",
    }.get(head, FAULTS.get(code, "%(value)s"))
    text = str(words) % {"value": apart % value}
    name = row.header[place] if 0 <= place < len(row.header) and value else ""
    return f"{apart % name}: {text}" if name and head not in ("no_handle", "many_handles") else text


@register.simple_tag
def fault_words(row: CustomerImport, faults: list[list[Any]]) -> list[str]:
    """All reasons of a line, typed words in their own direction."""
    return [fault_text(row, fault, "\u2068%s\u2069") for fault in faults]


@register.simple_tag
def trouble_word(row: CustomerImport, error: Unreadable | None = None) -> str:
    """Why the file cannot be read."""
    code, _colon, line = row.trouble.partition(":") if error is None else (error.code, "", str(error.line))
    return str(BROKEN.get(code, BROKEN["gone"])) % {"line": line}


@register.filter
def import_state(state: str) -> tuple[Any, str, str]:
    """Word, colour and picture of a state."""
    return STATES[state]


@register.filter
def outcome_word(kind: str) -> Any:
    """New, known or refused."""
    return KINDS[kind]


@register.filter
def is_busy(row: CustomerImport) -> bool:
    """Whether the worker has it in hand."""
    return row.state in ("reading", "running")


@register.filter
def handled(row: CustomerImport) -> int:
    """How many lines are through."""
    return row.made + row.changed + row.same + row.refused


@register.filter
def becomes(shown: Shown) -> str:
    """The name that a row will have."""
    known = shown.customer.name if shown.customer else ""
    return known or shown.person.fields.get("name", "")
