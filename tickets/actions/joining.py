"""Joining two tickets into one conversation, and taking it apart again exactly.

No message moves: the source becomes a part of the target, and every look at a part asks for the source's own rights.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.rules.policy import Actor
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, Invalid
from tickets.access import lock_all
from tickets.actions import _shape
from tickets.models import Conversation, Merge, Participant, Ticket

KEPT = ("status", "resolved_at", "waiting_since", "snoozed_until", "last_at")


@transaction.atomic
def merge(*, by: Actor, ticket: Ticket, other: Ticket, other_customer: bool = False) -> Merge:
    """Makes `other` a part of `ticket`; a repeat answers the same merge.

    Raises Conflict(other_customer) unless it is confirmed that two people's matters belong together: whoever took part
    in the one then sees only what is written from now on in the other.
    """
    if ticket.pk == other.pk:
        raise Invalid({"other": _("Choose another ticket: this one cannot be joined to itself.")})
    target, source = lock_all(by, "ticket.change", ticket, other)
    there = Merge.objects.filter(source=source, undone_at__isnull=True).first()
    if there is not None and there.target_id == target.pk:
        return there
    _possible(target, source, other_customer)
    now = clock.now()
    before = {"source": _state(source), "target": _state(target)}
    made = Merge.objects.create(source=source, target=target, by_id=by.user_id, created_at=now)
    made.seats = _seats(target, source)
    _take_in(target, source)
    made.before = before | {"joined": _state(target)}
    made.save(update_fields=["seats", "before"])
    source.status, source.resolved_at, source.merged_into = "closed", source.resolved_at or now, target
    source.waiting_since, source.snoozed_until = None, None
    _shape.save(source, *KEPT, "merged_into")
    _shape.tell(target, "merge", str(source.number), at=now, link_id=made.pk, staff_only=True)
    _shape.announce(by, target, "ticket.merged", source=source.number, merge=made.pk)
    _shape.announce(by, source, "ticket.merged_into", target=target.number, merge=made.pk)
    return made


def _possible(target: Ticket, source: Ticket, other_customer: bool) -> None:
    if source.merged_into_id is not None:
        raise Conflict("already_merged", _("This ticket is already part of another one. Take that back first."))
    if target.merged_into_id is not None:
        raise Conflict("merged_away", _("That ticket is itself part of another one. Join it to that one."))
    if Conversation.objects.filter(ticket=source, ended_at__isnull=True).exists():
        # Its visitor's page would show none of the answers, which are written in the whole.
        raise Conflict("chat_open", _("Its live chat is still open. End the chat, then join the tickets."))
    if source.customer_id != target.customer_id and not other_customer:
        raise Conflict("other_customer", _("These are two customers. Confirm that both may be answered here."))


def _state(row: Ticket) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in KEPT}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def _seats(target: Ticket, source: Ticket) -> list[int]:
    """Those who took part in the source hear what is answered from now on."""
    there = set(target.participants.values_list("address", flat=True))
    new = [
        Participant(
            ticket=target,
            customer_id=seat.customer_id,
            came_by=seat.came_by,
            address=seat.address,
            name=seat.name,
            role="cc",
            sees_from=target.seq + 1,
        )
        for seat in source.participants.order_by("id")
        if seat.address not in there
    ]
    return [seat.pk for seat in Participant.objects.bulk_create(new)]


def _take_in(target: Ticket, source: Ticket) -> None:
    target.part_count += 1
    target.last_at = max(target.last_at, source.last_at)
    waiting = [at for at in (target.waiting_since, source.waiting_since) if at]
    if source.waiting_since:
        target.waiting_since = min(waiting)
        target.status = "open" if target.status in ("waiting", "resolved", "closed") else target.status
        target.resolved_at = None
    _shape.save(target, "part_count", "last_at", "waiting_since", "status", "resolved_at")


@transaction.atomic
def undo_merge(*, by: Actor, merge: Merge) -> Merge:
    """Takes a merge back: the source is what it was, and what came in through it meanwhile goes with it.

    A repeat changes nothing.
    """
    target, source = lock_all(by, "ticket.change", merge.target, merge.source)
    row = Merge.objects.select_for_update().get(pk=merge.pk)
    if row.undone_at is not None:
        return row
    row.undone_at = clock.now()
    row.save(update_fields=["undone_at"])
    _restore(source, row.before["source"], KEPT)
    source.merged_into = None
    _give_back(target, source)
    _shape.save(source, *KEPT, "merged_into", "seq")
    target.part_count -= 1
    _restore(target, row.before["target"], _untouched(target, row.before["joined"]))
    _shape.save(target, "part_count", *KEPT)
    Participant.objects.filter(pk__in=row.seats, delivery__isnull=True).delete()
    _shape.tell(target, "merge_undone", str(source.number), at=row.undone_at, link_id=row.pk, staff_only=True)
    _shape.announce(by, target, "ticket.merge_undone", source=source.number, merge=row.pk)
    _shape.announce(by, source, "ticket.merge_undone", target=target.number, merge=row.pk)
    return row


def _untouched(ticket: Ticket, joined: dict[str, Any]) -> list[str]:
    """What nobody changed since the merge; the time of an end goes with its status."""
    now = _state(ticket)
    same = [name for name in KEPT if now[name] == joined[name] and name != "resolved_at"]
    return [*same, "resolved_at"] if "status" in same else same


def _restore(ticket: Ticket, before: dict[str, Any], names: Iterable[str]) -> None:
    for name in names:
        value = before[name]
        setattr(ticket, name, value if name == "status" or value is None else parse_datetime(value))


def _give_back(target: Ticket, source: Ticket) -> None:
    """Moves what the source's own proofs brought into the target back to the source."""
    came = list(target.messages.filter(via=source).order_by("seq"))
    for message in came:
        source.seq += 1
        message.ticket, message.seq, message.via = source, source.seq, None
        message.save(update_fields=["ticket", "seq", "via"])
        _shape.retell(message, target, source)
    if came:
        source.last_at = max(source.last_at, came[-1].created_at)
        source.waiting_since = source.waiting_since or came[0].created_at
        source.status, source.resolved_at = "open", None
