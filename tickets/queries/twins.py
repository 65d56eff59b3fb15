"""The same mail that reached us by another inbox."""

from datetime import timedelta

from django.db import connection
from django.db.models import Q

from helpdesk.core import clock
from tickets.envelopes import InboundMessage
from tickets.models import Inbox, Message

LATELY = timedelta(days=7)


def twin_of(inbound: InboundMessage, inbox: Inbox) -> Message | None:
    """The message that this mail already became through another inbox of the same team, within the last days.

    The Message-ID alone proves nothing, since senders repeat it: sender, subject and words must agree as well, and it
    must not have come by this inbox before. Waits for whoever reads a mail with this id at the same moment.
    """
    team = Q(team_id=inbox.team_id) if inbox.team_id else Q(team__isnull=True)
    others = Inbox.objects.filter(team, kind=inbox.kind, is_active=True).exclude(pk=inbox.pk)
    if not inbound.external_id or not others.exists():
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [inbound.external_id])
    same = Message.objects.filter(
        kind="in",
        header_id=inbound.external_id[:998],
        from_address=inbound.sender[:254],
        text=inbound.text.replace("\x00", ""),
        created_at__gt=clock.now() - LATELY,
        raw__inbox__in=others,
    )
    return same.exclude(raw__inbox=inbox).order_by("id").first()
