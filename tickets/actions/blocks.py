"""Senders whose mail goes to spam."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers.rules.identity import BadHandle, Handle, clean
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit, clock, sql, tombs
from helpdesk.core.errors import Invalid, NotAllowed
from tickets.models import BlockedSender, Inbox

BLOCKED_SQL = "SELECT 1 FROM tickets_blockedsender WHERE pattern = ANY(%s::text[]) LIMIT 1"


def is_blocked(address: str) -> bool:
    """Whether mail from this address goes to spam."""
    address = address.lower()
    return bool(sql.first(BLOCKED_SQL, [[address, f"@{address.rpartition('@')[2]}"]]))


@transaction.atomic
def block(*, by: Actor, pattern: str) -> BlockedSender:
    """Blocks an address or a whole `@domain`; a repeat answers the same row. Our own inboxes cannot be blocked."""
    if not can(by, "ticket.spam"):
        raise NotAllowed
    wanted = _pattern(pattern)
    if Inbox.objects.filter(kind="email", address__iendswith=wanted).exists():
        raise Invalid({"pattern": _("This is an address of ours. Choose another.")})
    row, made = BlockedSender.objects.get_or_create(
        pattern=wanted, defaults={"by_id": by.user_id, "created_at": clock.now()}
    )
    if made:
        audit.record(by, "sender.blocked", f"address:{tombs.told(wanted)}")
    return row


@transaction.atomic
def unblock(*, by: Actor, pattern: str) -> None:
    """Lets mail of this sender come in again."""
    if not can(by, "ticket.spam"):
        raise NotAllowed
    if BlockedSender.objects.filter(pattern=pattern.strip().lower()).delete()[0]:
        audit.record(by, "sender.unblocked", f"address:{tombs.told(pattern)}")


def _pattern(text: str) -> str:
    text = text.strip().lower()
    try:
        if text.startswith("@"):
            return "@" + clean(Handle("email", f"x{text}")).value.partition("@")[2]
        return clean(Handle("email", text)).value
    except BadHandle as error:
        raise Invalid(
            {"pattern": _("Write an address such as name@example.com, or @example.com for all of it.")}
        ) from error
