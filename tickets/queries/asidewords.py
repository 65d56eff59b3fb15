"""Why a mail was set aside, in words that say what to do. The row keeps the reader's own words."""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

Words = Callable[[], str]

REASONS: tuple[tuple[str, Words], ...] = (
    (
        r"API key",
        lambda: _(
            "The provider keeps the rest of this mail and did not give it to us. "
            "An admin must check the API key at the inbox; then try again."
        ),
    ),
    (
        r"let SNS deliver",
        lambda: _("Amazon did not put the mail itself into its notice. Take it from there; change the receipt rule."),
    ),
    (
        r"its beginning was kept|only its beginning",
        lambda: _("It is too large to be kept whole. Its beginning is here; ask the sender for the rest another way."),
    ),
    (
        r"larger than",
        lambda: _("It is too large to be read. Make a ticket of it, or ask the sender for a smaller one."),
    ),
    (
        r"did not hand it over",
        lambda: _("The mail server did not hand it over. Look at it there, in the mailbox itself."),
    ),
    (r"\bempty\b", lambda: _("It holds nothing. Dismiss it.")),
    (
        r"headers longer|more than \d+ headers|more than \d+ addresses",
        lambda: _("Its head is larger than any honest mail's. It is most likely an attack; look at the source."),
    ),
    (
        r"nested more than|more than \d+ parts",
        lambda: _("It holds parts within parts beyond all measure. It is most likely an attack; look at the source."),
    ),
    (
        r"readers? died|took more than|killed",
        lambda: _("The program that reads mail died of it. Tell your admin; try again later."),
    ),
    (
        r"not the form that|not JSON|multipart form|neither a mail|keeps none|no request of",
        lambda: _("The provider sent it in a form that we do not know. Tell your admin; try again after an update."),
    ),
)


def why_aside(error: str) -> str:
    """The reason in the reader's language."""
    for pattern, words in REASONS:
        if re.search(pattern, error[:500]):
            return words()
    return _("It could not be read. Try again after an update, or make a ticket of it.")
