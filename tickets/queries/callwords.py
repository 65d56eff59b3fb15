"""A call in words: its line in the thread and in the history, and the subject of a ticket that it opens."""

from django.utils import translation
from django.utils.translation import gettext, gettext_lazy

from customers.rules.identity import REGION, shown
from helpdesk.accounts.models import Workspace
from helpdesk.core.errors import Text
from tickets.models import Call

OUTCOMES: dict[str, Text] = {
    "answered": gettext_lazy("answered"),
    "missed": gettext_lazy("missed"),
    "abandoned": gettext_lazy("gave up waiting"),
    "voicemail": gettext_lazy("left a voice message"),
    "busy": gettext_lazy("busy"),
    "no_answer": gettext_lazy("no answer"),
    "failed": gettext_lazy("did not get through"),
}


def line(call: Call) -> str:
    """One line in the workspace's language, then what was said or noted."""
    with translation.override(Workspace.objects.values_list("language", flat=True).first() or "en"):
        way = gettext("Incoming call") if call.direction == "in" else gettext("Outgoing call")
        words = [way, str(OUTCOMES.get(call.outcome, "")) or gettext("in progress")]
        if call.talk_seconds:
            words.append(length(call.talk_seconds))
    return " · ".join(words) + (f"\n{call.transcript}" if call.transcript else "")


def length(seconds: int) -> str:
    """Minutes and seconds, as on a telephone."""
    return f"{seconds // 60}:{seconds % 60:02}"


def subject(call: Call) -> str:
    """What a ticket is called that begins with this call."""
    number = shown(call.number, call.inbox.region if call.inbox else REGION) or gettext("a hidden number")
    if call.direction == "out":
        return gettext("Call to %(number)s") % {"number": number}
    return gettext("Call from %(number)s") % {"number": number}
