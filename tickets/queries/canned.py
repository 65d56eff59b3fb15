"""Which canned answers somebody has: their own, their teams', everybody's."""

from django.db.models import Q, QuerySet

from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core.errors import NotFound
from tickets.models import CannedAnswer

MOST = 500


def answers(actor: Actor) -> QuerySet[CannedAnswer]:
    """The most used first."""
    if not can(actor, "canned.use"):
        return CannedAnswer.objects.none()
    theirs = Q(owner_id=actor.user_id) | Q(owner=None, team=None) | Q(owner=None, team_id__in=sorted(actor.team_ids))
    return CannedAnswer.objects.filter(theirs).select_related("team").order_by("-used", "shortcut", "id")[:MOST]


def get(actor: Actor, pk: int) -> CannedAnswer:
    """One of them. Raises NotFound."""
    found = next((one for one in answers(actor) if one.pk == pk), None)
    if found is None:
        raise NotFound
    return found
