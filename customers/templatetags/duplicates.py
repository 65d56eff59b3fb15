"""Words for why two customers may be one person."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from customers.rules.matching import Why

register = template.Library()

REASONS: dict[str, Any] = {
    Why.PROVEN: _("Both proved that {value} is theirs."),
    Why.NUMBER: _("Both have the number {value}."),
    Why.ADDRESS: _("Both have the address {value}."),
    Why.SIMILAR_ADDRESS: _("Their addresses differ by a slip: {value}"),
    Why.ACCOUNT: _("Both call themselves {value}."),
    Why.DEVICE: _("Both wrote from the same device or account."),
    Why.FORWARDED: _("Mail of {value} was passed on by the other one."),
    Why.COMPANY: _("Both belong to {value}, and the names agree."),
    Why.NAME: _("The names agree."),
}
PLAIN = {Why.COMPANY, Why.NAME, Why.DEVICE}


@register.filter
def reason_words(reason: Sequence[str]) -> SafeString:
    """One sentence for one reason [code, value]."""
    code, value = reason
    way = "auto" if code in PLAIN else "ltr"
    return format_html(str(REASONS.get(code, code)), value=format_html('<bdi dir="{}">{}</bdi>', way, value))
