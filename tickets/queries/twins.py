"""The same mail that reached us by another inbox, or by another way into the same one."""

import re
from datetime import timedelta

from helpdesk.core import clock, sql
from tickets.envelopes import InboundMessage
from tickets.models import Inbox, Message

LATELY = timedelta(days=7)
WAY = re.compile(r"[a-z]*")
ALONE_SQL = "SELECT pg_advisory_xact_lock(hashtextextended(%s::text, 0))"
TWIN_SQL = """
SELECT m.id FROM tickets_message m
WHERE m.kind = 'in' AND m.header_id = %(id)s AND m.header_id <> '' AND m.from_address = %(sender)s AND m.text = %(text)s
  AND m.created_at > %(since)s
  AND EXISTS (
    SELECT FROM tickets_rawinbound r JOIN tickets_inbox i ON i.id = r.inbox_id
    WHERE r.message_id = m.id AND i.kind = %(kind)s AND i.is_active AND i.team_id IS NOT DISTINCT FROM %(team)s)
  AND NOT EXISTS (
    SELECT FROM tickets_rawinbound r
    WHERE r.message_id = m.id AND r.inbox_id = %(inbox)s AND starts_with(r.source, %(way)s::text))
ORDER BY m.id LIMIT 1
"""


def twin_of(inbound: InboundMessage, inbox: Inbox, source: str = "") -> Message | None:
    """The message that this mail already became within the last days: through another inbox of the same team, or
    through this one by another way than `source` (fetched by IMAP as well as handed over by a mail server, say).

    The Message-ID alone proves nothing, since senders repeat it: sender, subject and words must agree as well, and it
    must not have come by this inbox in this way before. Waits for whoever reads a mail with this id at the same moment.
    """
    if not inbound.external_id:
        return None
    sql.run(ALONE_SQL, [inbound.external_id])
    way = WAY.match(source)
    found = sql.first(
        TWIN_SQL,
        {
            "id": inbound.external_id[:998],
            "sender": inbound.sender[:254],
            "text": inbound.text.replace("\x00", ""),
            "since": clock.now() - LATELY,
            "inbox": inbox.pk,
            "kind": inbox.kind,
            "team": inbox.team_id,
            "way": way[0] if way else "",
        },
    )
    return Message.objects.get(pk=found[0]) if found else None
