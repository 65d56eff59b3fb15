"""Which inboxes have fallen silent: no fetch has come to its end for five minutes, whatever the reason."""

from datetime import timedelta

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import clock
from helpdesk.core.alarms import Alarm
from helpdesk.core.locale import current
from helpdesk.core.rules import dates
from tickets.models import Inbox
from tickets.queries.inboxes import fetchable
from tickets.rules.windows import VOICES

SILENCE = timedelta(minutes=5)


def silent() -> QuerySet[Inbox]:
    """The inboxes that we should fetch and have not for five minutes, the longest first."""
    since = Coalesce("last_success_at", "created_at")
    return fetchable().alias(since=since).filter(since__lt=clock.now() - SILENCE).order_by(since, "id")


def alarms(actor: Actor) -> list[Alarm]:
    """A line for the top of every page of those who lead or keep the desk (wiring.ALARMS)."""
    if not can(actor, "inbox.health"):
        return []
    return [*(_alarm(actor, inbox) for inbox in silent()[:5]), *(_lost(actor, inbox) for inbox in locked_out()[:5])]


def locked_out() -> QuerySet[Inbox]:
    """Messengers' inboxes whose provider no longer takes us."""
    return Inbox.objects.filter(kind__in=VOICES, is_active=True).exclude(last_error="").order_by("id")


def _lost(actor: Actor, inbox: Inbox) -> Alarm:
    said = _("%(name)s is locked out: nothing leaves there.") % {"name": inbox.name}
    if can(actor, "inbox.manage"):
        return Alarm(said, reverse("tickets:inbox", args=[inbox.pk]), _("Connect again"))
    return Alarm(f"{said} {_('Tell an administrator.')}")


def _alarm(actor: Actor, inbox: Inbox) -> Alarm:
    length = dates.duration(clock.now() - (inbox.last_success_at or inbox.created_at), current(), most=1)
    said = _("No mail comes in through %(name)s (%(address)s): no success for %(length)s.") % {
        "name": inbox.name,
        "address": inbox.address,
        "length": length,
    }
    if can(actor, "inbox.manage"):
        return Alarm(said, reverse("tickets:reconnect", args=[inbox.pk]), _("Connect again"))
    return Alarm(f"{said} {_('Tell an administrator.')}")
