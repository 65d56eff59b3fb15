"""The kinds of lines in a history: one line here, and a new kind has its word, its picture and its filter."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Kind:
    """How a kind of line is shown: `group` is its filter; lines `by_channel` are named by their channel."""

    word: str | Promise
    picture: str
    group: str
    by_channel: bool = False


KINDS: dict[str, Kind] = {
    "message": Kind(_("Message"), "mail", "messages", by_channel=True),
    "call": Kind(_("Call"), "phone", "messages", by_channel=True),
    "chat": Kind(_("Chat"), "chat", "messages", by_channel=True),
    "note": Kind(_("Internal note"), "lock", "notes"),
    "status": Kind(_("Status"), "history", "status"),
    "promise": Kind(_("Promise"), "flag", "promises"),
    "grant": Kind(_("Made good"), "plus", "promises"),
    "order": Kind(_("Order"), "tag", "orders"),
    "rating": Kind(_("Rating"), "check", "ratings"),
    "page_view": Kind(_("Page visited"), "eye", "visits"),
    "incident": Kind(_("Incident"), "warning", "status"),
    "merge": Kind(_("Found to be one person"), "users", "status"),
    "merge_undone": Kind(_("Taken apart again"), "undo", "status"),
}
UNKNOWN = Kind("", "info", "status")
# The filters of the history, in the order in which they stand.
GROUPS: dict[str, str | Promise] = {
    "messages": _("Messages"),
    "notes": _("Notes"),
    "status": _("Status"),
    "orders": _("Orders"),
    "promises": _("Promises"),
    "ratings": _("Ratings"),
    "visits": _("Visits"),
}


def of_group(group: str) -> tuple[str, ...]:
    """The kinds that a filter keeps; all of them for no filter."""
    return tuple(name for name, kind in KINDS.items() if kind.group == group)
