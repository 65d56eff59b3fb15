"""Orders in words and in the reader's money. Built in: no `{% load %}` needed."""

import re

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.actions.shops import trouble_text
from helpdesk.core.locale import current
from helpdesk.core.rules import money as rules
from helpdesk.core.rules.digits import digits_to_persian
from helpdesk.core.templatetags.components import chip

register = template.Library()

STATUSES = {
    "placed": (_("Ordered"), "", "clock"),
    "paid": (_("Paid"), "info", "check"),
    "processing": (_("Being prepared"), "info", "clock"),
    "shipped": (_("On its way"), "accent", "send"),
    "delivered": (_("Delivered"), "ok", "check"),
    "completed": (_("Completed"), "ok", "check"),
    "on_hold": (_("On hold"), "warn", "history"),
    "failed": (_("Payment failed"), "bad", "warning"),
    "cancelled": (_("Cancelled"), "bad", "cross"),
    "refunded": (_("Money returned"), "", "undo"),
    "returned": (_("Sent back"), "warn", "undo"),
    "active": (_("Active"), "ok", "check"),
    "expired": (_("Expired"), "", "lock"),
}
PARCELS = {
    "shipped": _("handed over"),
    "in_transit": _("on its way"),
    "out_for_delivery": _("comes today"),
    "delivered": _("delivered"),
    "returned": _("sent back"),
    "cancelled": _("called off"),
    "failed": _("not delivered"),
}
INTERVALS = {"day": _("a day"), "week": _("a week"), "month": _("a month"), "year": _("a year")}
SHOPS = {"shopify": "Shopify", "woocommerce": "WooCommerce", "store": _("Another shop, by signed webhook")}
ATTRIBUTE_KINDS = {
    "text": _("Text"),
    "number": _("Number"),
    "date": _("Date"),
    "choice": _("Choice"),
    "yes_no": _("Yes or no"),
}
WHAT = {
    "order": _("Ordered"),
    "payment": _("Paid"),
    "refund": _("Money returned"),
    "cancel": _("Cancelled"),
    "shipment": _("Parcel handed over"),
    "parcel_shipped": _("Parcel handed over"),
    "parcel_in_transit": _("Parcel on its way"),
    "parcel_out_for_delivery": _("Parcel comes today"),
    "parcel_delivered": _("Parcel delivered"),
    "parcel_returned": _("Parcel sent back"),
    "parcel_cancelled": _("Parcel called off"),
    "parcel_failed": _("Parcel not delivered"),
    "subscription": _("Subscription"),
}
LINE = re.compile(r"(\w+)(?: (#\S+))?(?: (-?\d+) ([A-Z]{3}))?\Z")


@register.simple_tag
def money(amount: int | None, currency: str) -> SafeString | str:
    """An amount in the reader's words: toman in Persian. Nothing for none."""
    if amount is None or not currency:
        return ""
    return format_html("<bdi>{}</bdi>", rules.shown(amount, currency, current().language))


@register.simple_tag
def order_chip(status: str) -> str:
    """How an order or a subscription stands; a shop's own word as it is."""
    word, kind, picture = STATUSES.get(status, (status.replace("_", " "), "", "tag"))
    return chip(word, kind, picture)


@register.filter
def parcel_word(state: str) -> object:
    """Where a parcel is."""
    return PARCELS.get(state, state.replace("_", " "))


@register.filter
def shop_word(kind: str) -> object:
    """The kind of a shop."""
    return SHOPS.get(kind, kind)


@register.filter
def trouble(stored: str) -> str:
    """What went wrong with a shop (customers.actions.shops.note), in the reader's words."""
    why, _sep, about = stored.partition("\n")
    return trouble_text(why, about)


@register.filter
def attribute_kind(kind: str) -> object:
    """The type of an attribute."""
    return ATTRIBUTE_KINDS.get(kind, kind)


@register.filter
def interval_word(interval: str) -> object:
    """How often a subscription is paid."""
    return INTERVALS.get(interval, interval)


@register.filter
def order_line(summary: str) -> str:
    """A line of the history about an order (customers.actions.orders.summary), in the reader's words."""
    found = LINE.match(summary)
    if found is None:
        return summary
    what = "shipment" if found[1].startswith("parcel_") and found[1] not in WHAT else found[1]
    if what not in WHAT:
        return summary
    parts = [str(WHAT[what])]
    if found[2]:
        ref = digits_to_persian(found[2][1:]) if current().persian else found[2][1:]
        parts.append(gettext("order %(ref)s") % {"ref": f"\u2068{ref}\u2069"})
    if found[3]:
        parts.append(rules.shown(int(found[3]), found[4], current().language))
    return " · ".join(parts)
