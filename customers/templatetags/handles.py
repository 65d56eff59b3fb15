"""Words for handles: what kind they are, who said that they are theirs, and by what it was proven."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from customers.rules.identity import KINDS

register = template.Library()

KIND_WORDS: dict[str, Any] = {
    "email": _("E-mail"),
    "phone": _("Telephone"),
    "sms": _("SMS"),
    "whatsapp": _("WhatsApp"),
    "telegram": _("Telegram"),
    "instagram": _("Instagram"),
    "messenger": _("Messenger"),
    "line": _("LINE"),
    "viber": _("Viber"),
    "bale": _("Bale"),
    "eitaa": _("Eitaa"),
    "rubika": _("Rubika"),
    "external_id": _("Id in another system"),
    "visitor": _("Visitor of the website"),
}
SAYS: dict[str, Any] = {
    "staff": _("entered by staff"),
    "customer": _("said by the customer"),
    "import": _("from an imported file"),
    "api": _("from another program"),
    "email": _("wrote from it"),
    "chat": _("said in the chat"),
    "shop": _("from a shop"),
}
PROOFS: dict[str, Any] = {
    "staff": _("made sure by staff"),
    "code": _("by a code sent to it"),
    "token": _("by a signed link"),
    "signature": _("signed by your website"),
    "network": _("by the messenger itself"),
    "api": _("by another program"),
}


@register.filter
def handle_word(kind: str) -> Any:
    """What kind of handle: «تلگرام»."""
    return KIND_WORDS.get(kind, kind)


@register.filter
def says_word(how: str) -> Any:
    """Who said that it is theirs; "" when that was not kept."""
    return SAYS.get(how.partition(":")[0], "")


@register.filter
def proof_word(how: str) -> Any:
    """By what it was proven; "" when that was not kept."""
    return PROOFS.get(how, "")


@register.simple_tag
def handle_kinds() -> list[tuple[str, Any]]:
    """All kinds with their words, to choose from."""
    return [(kind, KIND_WORDS[kind]) for kind in KINDS]
