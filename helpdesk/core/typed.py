"""Dates from forms: read in the reader's calendar and zone, or refused with an example of how to write them."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from helpdesk.core import clock
from helpdesk.core.errors import Invalid
from helpdesk.core.locale import current
from helpdesk.core.rules import dates
from helpdesk.core.rules.typed_dates import Unclear, parse_moment


def read_moment(text: str, field: str = "until") -> datetime:
    """The moment that was typed, in UTC; Invalid under `field` when it is not clear."""
    prefs, now = current(), clock.now()
    try:
        return parse_moment(text, prefs, now)
    except (Unclear, OverflowError) as unclear:
        example = dates.typed(now + timedelta(days=1), prefs)
        said = _("Write a date and time such as %(example)s, or: tomorrow 9:00.") % {"example": example}
        raise Invalid({field: said}) from unclear
