"""What was said, as a page or a plain text to keep: what the customer may see, and nothing else."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from helpdesk.accounts.models import Workspace
from helpdesk.core.locale import Prefs, default
from helpdesk.core.rules import dates, digits
from tickets.models import Attachment, Conversation, Message, Ticket

FORMS = {"html": "text/html; charset=utf-8", "txt": "text/plain; charset=utf-8"}


@dataclass(frozen=True)
class Line:
    """One thing said: by whom (`side`: visitor, agent or system), when in words, and its files by name and size."""

    side: str
    name: str
    at: datetime
    at_words: str
    text: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Transcript:
    """A whole conversation in one language."""

    language: str
    dir: str
    title: str
    began: str
    lines: tuple[Line, ...]


def told(ticket: Ticket) -> QuerySet[Message]:
    """The messages of a ticket that its customer may read, oldest first: no notes, nothing held, taken back or passed
    on to others, and no machine's news about our mails."""
    rows = ticket.messages.filter(Q(kind="out") | Q(kind="in", is_automatic=False, held_at__isnull=True))
    return rows.filter(withdrawn_at__isnull=True).exclude(mail_kind="forward").order_by("seq")


def of(conversation: Conversation, language: str, form: str) -> str:
    """The transcript of a chat and of the mails that went on with it, in `form` html or txt."""
    return of_ticket(conversation.ticket, language, form, shop=conversation.inbox.name)


def of_ticket(ticket: Ticket, language: str, form: str, shop: str = "") -> str:
    """As of(), of any ticket."""
    with translation.override(language):
        return rendered(_transcript(ticket, language, shop or (ticket.inbox.name if ticket.inbox else "")), form)


def rendered(found: Transcript, form: str) -> str:
    """A transcript as the file that it becomes."""
    return render_to_string("widget/transcript.html", {"it": found}) if form == "html" else _plain(found)


def _transcript(ticket: Ticket, language: str, shop: str) -> Transcript:
    prefs = _prefs(language)
    number = digits.number(ticket.number, language, grouped=False)
    rows = told(ticket).select_related("author").prefetch_related("attachments__file").defer("search", "html")
    return Transcript(
        language=language,
        dir="rtl" if language == "fa" else "ltr",
        title=_("Your conversation with %(shop)s (request %(number)s)") % {"shop": shop, "number": number},
        began=dates.moment(ticket.created_at, prefs),
        lines=tuple(_line(row, prefs) for row in rows),
    )


def _prefs(language: str) -> Prefs:
    zone = Workspace.objects.values_list("timezone", flat=True).first()
    return replace(default(language), timezone=zone) if zone else default(language)


def _line(row: Message, prefs: Prefs) -> Line:
    side = "visitor" if row.kind == "in" else "system" if row.is_automatic or row.author is None else "agent"
    names = {"visitor": row.from_name or _("You"), "agent": row.author.name if row.author else ""}
    text = row.text[: row.visible_length or None].strip()
    return Line(
        side=side,
        name=names.get(side) or _("Automatic message"),
        at=row.created_at,
        at_words=dates.moment(row.created_at, prefs),
        text=_("This message was removed.") if row.removed_at else text,
        files=() if row.removed_at else tuple(_file(one) for one in row.attachments.all()),
    )


def _file(one: Attachment) -> str:
    return f"{one.name} ({filesizeformat(one.file.size)})"


def _plain(found: Transcript) -> str:
    parts = [f"{found.title}\n{found.began}"]
    for line in found.lines:
        files = [_("File: %(name)s") % {"name": name} for name in line.files]
        parts.append("\n".join([f"[{line.at_words}] {line.name}:", *([line.text] if line.text else []), *files]))
    return "\n\n".join(parts) + "\n"
