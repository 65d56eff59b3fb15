"""The same mail that reached us by another inbox, or by another way into the same one."""

import re
from datetime import timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from helpdesk.core import clock
from tickets.envelopes import InboundMessage
from tickets.models import Inbox, Message, RawInbound

LATELY = timedelta(days=7)
WAY = re.compile(r"[a-z]*")


def twin_of(inbound: InboundMessage, inbox: Inbox, source: str = "") -> Message | None:
    """The message that this mail already became within the last days: through another inbox of the same team, or
    through this one by another way than `source` (fetched by IMAP as well as handed over by a mail server, say).

    The Message-ID alone proves nothing, since senders repeat it: sender, subject and words must agree as well, and it
    must not have come by this inbox in this way before. Waits for whoever reads a mail with this id at the same moment.
    """
    team = Q(team_id=inbox.team_id) if inbox.team_id else Q(team__isnull=True)
    ours = Inbox.objects.filter(team, kind=inbox.kind, is_active=True)
    if not inbound.external_id:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [inbound.external_id])
    same = Message.objects.filter(
        kind="in",
        header_id=inbound.external_id[:998],
        from_address=inbound.sender[:254],
        text=inbound.text.replace("\x00", ""),
        created_at__gt=clock.now() - LATELY,
        raw__inbox__in=ours,
    )
    way = WAY.match(source)
    known = RawInbound.objects.filter(message=OuterRef("pk"), inbox=inbox, source__startswith=way[0] if way else "")
    return same.exclude(Exists(known)).order_by("id").first()
