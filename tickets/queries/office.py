"""When we are there, said to people outside: hours of today, the next opening, and what we owe whoever waits."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.accounts.models import Holiday, Team
from helpdesk.core import clock
from helpdesk.core.locale import current
from helpdesk.core.rules import dates
from helpdesk.core.rules.digits import digits_to_persian
from helpdesk.core.rules.hours import BadHours, Calendar, NeverOpen, is_open, next_open
from tickets.models import Inbox
from tickets.rules import answers


@dataclass(frozen=True)
class Standing:
    """Where a request stands, for its customer: whose turn it is (`kind`) and the sentence that says so."""

    kind: str
    words: str
    chip: object
    look: str
    picture: str


@dataclass(frozen=True)
class Today:
    """The office today: open spans in words, the day off's name, when it opens next, and when a mail is answered."""

    is_open: bool
    spans: list[str]
    holiday: str
    opens: str
    answers: str


CHIPS = {
    "ours": (gettext_lazy("Our turn"), "accent", "clock"),
    "yours": (gettext_lazy("Your turn"), "warn", "reply"),
    "working": (gettext_lazy("We are working on it"), "info", "history"),
    "received": (gettext_lazy("Received"), "info", "inbox"),
    "solved": (gettext_lazy("Answered"), "ok", "check"),
    "confirmed": (gettext_lazy("Solved"), "ok", "check"),
}


def mail_door() -> Inbox | None:
    """The inbox whose address stands on mails to people outside, with its team."""
    rows = Inbox.objects.filter(kind="email", is_active=True).exclude(address="").select_related("team")
    return rows.order_by("id").first()


def chat_door() -> Inbox | None:
    """The live chat that our own pages show, with its team; None when there is none."""
    return Inbox.objects.filter(kind="chat", is_active=True).select_related("team").order_by("id").first()


def calendars(team_ids: Iterable[int | None]) -> dict[int | None, Calendar | None]:
    """When each of these teams works, in two queries; None for a team whose hours nobody has set."""
    wanted = {pk for pk in team_ids if pk is not None}
    if not wanted:
        return {}
    days: dict[int | None, set[date]] = {}
    for team_id, day in Holiday.objects.filter(Q(team__in=wanted) | Q(team=None)).values_list("team_id", "day"):
        days.setdefault(team_id, set()).add(day)
    teams = Team.objects.filter(pk__in=wanted)
    return {team.pk: _calendar(team, frozenset(days.get(team.pk, set()) | days.get(None, set()))) for team in teams}


def _calendar(team: Team, days: frozenset[date]) -> Calendar | None:
    try:
        return Calendar.of(team.timezone, team.hours, days) if team.hours else None
    except BadHours:
        return None


def standing(
    status: str, since: datetime | None, calendar: Calendar | None, inbox_settings: object, *, confirmed: bool = False
) -> Standing:
    """Where a request stands, in a sentence that promises no more than a rule or the opening hours back."""
    kind = _kind(status, since, confirmed=confirmed)
    if kind == "ours":
        owed = answers.owed(calendar, since, clock.now(), answers.rule(inbox_settings))
        words = owed_words(owed, calendar)
    else:
        words = {
            "yours": _("We have answered. It is your turn."),
            "working": _("We are working on it and will write to you."),
            "received": _("We have your request."),
            "solved": _("We think this is solved. Is it?"),
            "confirmed": _("You told us that this is solved."),
        }[kind]
    return Standing(kind, words, *CHIPS[kind])


def _kind(status: str, since: datetime | None, *, confirmed: bool) -> str:
    if status in ("resolved", "closed"):
        return "confirmed" if confirmed else "solved"
    if since is not None:
        return "ours"
    return {"waiting": "yours", "on_hold": "working", "open": "working"}.get(status, "received")


def owed_words(owed: answers.Owed, calendar: Calendar | None) -> str:
    """What we owe, in a sentence."""
    time = near(owed.at, calendar) if owed.at else ""
    return {
        "due": _("We owe you an answer by %(time)s.") % {"time": time},
        "late": _("We owed you an answer by %(time)s and are late. We are sorry.") % {"time": time},
        "open": _("It is our turn. We are open now and answer as soon as we can."),
        "opens": _("It is our turn. We answer in opening hours: next %(time)s.") % {"time": time},
        "soon": _("It is our turn. We answer as soon as we can."),
    }.get(owed.kind, "")


def near(at: datetime, calendar: Calendar | None) -> str:
    """A moment of the next days on the office's clock: `Wednesday 25 November, 12:00`."""
    prefs = replace(current(), timezone=calendar.timezone) if calendar else current()
    join = "، ساعت " if prefs.persian else ", "
    day = dates.day(dates.local(at, prefs).date(), prefs, year=abs(at - clock.now()) > timedelta(days=300))
    return day + join + dates.clock(at, prefs)


def today(door: Inbox | None) -> Today | None:
    """How the office is today; None when nobody has set any hours."""
    team = (door.team if door else None) or Team.objects.filter(is_default=True).first()
    calendar = calendars([team.pk]).get(team.pk) if team else None
    if team is None or calendar is None:
        return None
    now = clock.now()
    prefs = replace(current(), timezone=calendar.timezone)
    here = dates.local(now, prefs).date()
    off = Holiday.objects.filter(Q(team=team) | Q(team=None), day=here).order_by("-team_id").first()
    try:
        opens = next_open(calendar, now)
    except NeverOpen:
        return None
    spans = [_span(span, persian=prefs.persian) for span in calendar.spans(here)]
    there = is_open(calendar, now)
    promise = answers.owed(calendar, now, now, answers.rule(door.settings if door else None))
    words = promised(promise, calendar)
    return Today(there, spans, off.name if off else "", "" if there else near(opens, calendar), words)


def promised(owed: answers.Owed, calendar: Calendar | None) -> str:
    """When something that is written now is answered."""
    time = near(owed.at, calendar) if owed.at else ""
    return {
        "due": _("We answer by %(time)s.") % {"time": time},
        "open": _("We are open now and answer as soon as we can."),
        "opens": _("We answer in opening hours: next %(time)s.") % {"time": time},
    }.get(owed.kind, _("We answer as soon as we can."))


def _span(span: tuple[int, int], *, persian: bool) -> str:
    start, end = (f"{minutes // 60:02}:{minutes % 60:02}" for minutes in span)
    words = _("%(start)s to %(end)s") % {"start": start, "end": end}
    return digits_to_persian(words) if persian else words
