"""REST: what is done with a ticket as one step: assign, resolve, reopen."""

from typing import Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.accounts.rules.policy import can
from helpdesk.core.api import Answer, Creates, ImportNeeded, Operation, past
from helpdesk.core.errors import Invalid
from tickets import access
from tickets.actions import lifecycle, replies
from tickets.api import lookups, shapes
from tickets.api.tickets import show


class Assign(Creates):
    """Who looks after the ticket."""

    tag = _("Tickets")
    verbs: ClassVar[dict[str, str]] = {"POST": "ticket.assign"}
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            "assignTicket",
            _("Give the ticket to a person, to a team, or to nobody."),
            shapes.TICKET,
            body=shapes.ASSIGNMENT,
            versioned=True,
            fails=(409, 422),
            example={"assignee": None},
        )
    }

    @transaction.atomic
    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The ticket in its new hands: first the team, then the person."""
        row = access.get(self.actor, path["pk"], "ticket.assign")
        if "team" in body:
            row = lifecycle.transfer(by=self.actor, ticket=row, team=lookups.team(body["team"]))
        if "assignee" in body:
            row = lifecycle.assign(by=self.actor, ticket=row, assignee=lookups.person(body["assignee"]))
        return show(row)


class Resolve(Creates):
    """The matter is dealt with."""

    tag = _("Tickets")
    verbs: ClassVar[dict[str, str]] = {"POST": "ticket.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            "resolveTicket",
            _("Resolve the ticket, with a last answer if you like. A repeat changes nothing."),
            shapes.TICKET,
            body=shapes.RESOLUTION,
            versioned=True,
            fails=(409, 422),
            example={"message": "Your money is back on your card. Thank you for waiting."},
        )
    }

    @transaction.atomic
    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The resolved ticket."""
        row = access.get(self.actor, path["pk"], "ticket.change")
        if body.get("promises", "stays_open") != "stays_open":
            raise Invalid({"promises": _("Promises are not kept here yet. Leave this out, or send stays_open.")})
        may_import = can(self.actor, "import.use")
        at = past("resolved_at", body.get("resolved_at"), may_import)
        if "confirmed" in body and not may_import:
            raise ImportNeeded("import_scope_needed", _("Only a key with the scope import may set this."))
        if row.status == "resolved":
            return show(row)
        if "message" in body:
            replies.reply(by=self.actor, ticket=row, body=body["message"], created_at=at)
        row = lifecycle.resolve(
            by=self.actor,
            ticket=row,
            reason=lookups.reason(body.get("reason")),
            at=at,
            confirmed=body.get("confirmed"),
        )
        return show(row)


class Reopen(Creates):
    """The matter is not dealt with after all."""

    tag = _("Tickets")
    verbs: ClassVar[dict[str, str]] = {"POST": "ticket.change"}
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation("reopenTicket", _("Open the ticket again."), shapes.TICKET, versioned=True, fails=(409,))
    }

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The ticket, open."""
        row = access.get(self.actor, path["pk"], "ticket.change")
        return show(lifecycle.reopen(by=self.actor, ticket=row))
