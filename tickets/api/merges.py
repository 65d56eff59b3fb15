"""REST: two tickets joined into one, and taken apart again."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from helpdesk.core.api import Answer, Creates, Operation
from helpdesk.core.errors import NotFound
from tickets import access
from tickets.actions import joining
from tickets.api import shapes
from tickets.api.tickets import show


class MergeTickets(Creates):
    """Another ticket becomes a part of this one."""

    tag = _("Tickets")
    verbs: ClassVar[dict[str, str]] = {"POST": "ticket.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            "mergeTicket",
            _("Join another ticket to this one, which goes on. Nothing is lost, and it can be undone exactly."),
            shapes.MERGE,
            status=201,
            body=shapes.NEW_MERGE,
            fails=(409, 422),
            example={"other": 1043},
        )
    }

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The id by which the joining is undone; a repeat answers the same."""
        row = access.get(self.actor, path["pk"], "ticket.change")
        try:
            other = access.get(self.actor, body["other"], "ticket.change")
        except NotFound:
            raise NotFound("not_found", _("There is no ticket with this number that you can see.")) from None
        both = body.get("other_customer", False)
        made = joining.merge(by=self.actor, ticket=row, other=other, other_customer=both)
        return Answer(201, {"merge_id": made.pk}, {})


class UndoMerge(Creates):
    """Both tickets are again what they were."""

    tag = _("Tickets")
    verbs: ClassVar[dict[str, str]] = {"POST": "ticket.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            "undoTicketMerge",
            _("Take a joining back. The answer is the ticket that was a part; a repeat changes nothing."),
            shapes.TICKET,
            versioned=True,
        )
    }

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The ticket that is its own again."""
        merge = access.get_merge(self.actor, path["pk"])
        number = joining.undo_merge(by=self.actor, merge=merge).source.number
        return show(access.get(self.actor, number))
