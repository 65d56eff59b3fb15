"""A request as a file to keep: exactly what its reader sees on the page, with whole dates."""

from django.utils.translation import gettext as _

from helpdesk.core.locale import current
from helpdesk.core.rules import dates, digits
from tickets.queries import theirs, transcripts
from tickets.queries.theirs import Said, Theirs
from tickets.queries.transcripts import FORMS, Line, Transcript

__all__ = ["FORMS", "written"]
MOST = 2000


def written(found: Theirs, language: str, form: str) -> str:
    """The transcript in `form` html or txt."""
    said, _earlier = theirs.conversation(found, limit=MOST)
    number, inbox = digits.number(found.number, language, grouped=False), found.ticket.inbox
    words = {"shop": inbox.name if inbox else "", "number": number}
    return transcripts.rendered(
        Transcript(
            language=language,
            dir="rtl" if language == "fa" else "ltr",
            title=_("Your conversation with %(shop)s (request %(number)s)") % words if inbox else _title(number),
            began=dates.moment(said[0].created_at, current()) if said else "",
            lines=tuple(_line(one) for one in said),
        ),
        form,
    )


def _title(number: str) -> str:
    return _("Your request %(number)s") % {"number": number}


def _line(one: Said) -> Line:
    side = "visitor" if one.kind == "in" else "system" if one.is_automatic or not one.name else "agent"
    name = one.name or _("You") if side == "visitor" else one.first_name
    return Line(
        side=side,
        name=_("Automatic message") if side == "system" else name,
        at=one.created_at,
        at_words=dates.moment(one.created_at, current()),
        text=_("This message was removed.") if one.removed_at else one.visible,
        files=() if one.removed_at else tuple(file.name for file in one.files),
    )
