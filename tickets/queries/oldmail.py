"""What may become of the mail that lies in a mailbox when it is connected, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, str | Promise] = {
    "leave": _("Leave it: only new mail becomes tickets"),
    "7": _("Take what came in the last 7 days"),
    "30": _("Take what came in the last 30 days"),
    "90": _("Take what came in the last 90 days"),
    "take": _("Take all of it in as tickets"),
}


def choices(way: str) -> list[tuple[str, str | Promise]]:
    """What can be chosen: a POP3 server does not say when a mail came."""
    return [(key, said) for key, said in WORDS.items() if way == "imap" or not key.isdigit()]
