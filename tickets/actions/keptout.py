"""Mails of people who were erased stay out, however they come again: from an old mailbox, or after a restore."""

from customers.rules.identity import BadHandle, Handle, clean
from helpdesk.core import sql, tombs
from tickets.envelopes import InboundMessage

STONES_SQL = "SELECT kind, hash, at FROM customers_tombstone WHERE hash = ANY(%s::text[])"


def stays_out(inbound: InboundMessage) -> bool:
    """Whether this is a mail that was erased, or an older one of somebody who was. What they write now comes in."""
    signs = {("message", tombs.of_message(inbound.external_id))} if inbound.external_id else set()
    try:
        sender = clean(Handle(inbound.handle_kind, inbound.sender))
        signs.add(("handle", tombs.of_handle(sender.kind, sender.value)))
    except BadHandle:
        pass
    rows = sql.rows(STONES_SQL, [[sign for _kind, sign in signs]])
    old = inbound.sent_at
    return any(kind == "message" or (old is not None and old <= at) for kind, sign, at in rows if (kind, sign) in signs)
