"""Opening a ticket from what somebody typed into a form: who, what, and which way it goes."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers import actions as customers
from customers.models import Customer
from customers.rules.identity import Handle
from helpdesk.accounts.models import Team
from helpdesk.accounts.rules.policy import Actor
from helpdesk.core.errors import Invalid, Text
from tickets.actions import tickets
from tickets.envelopes import InboundAttachment
from tickets.models import Ticket
from tickets.rules.recipients import Recipients

CHANNELS = ("email", "phone", "walk_in")


@transaction.atomic
def open_for(
    *,
    by: Actor,
    typed: Mapping[str, str],
    attachments: Sequence[InboundAttachment] = (),
    recipients: Recipients | None = None,
) -> Ticket:
    """A ticket from `contact`, `name`, `subject`, `body`, `channel`, `priority`, `team` and `direction`.

    The customer is found by contact or made. Raises Invalid with a sentence for every field at once.
    """
    errors: dict[str, Text] = {}
    contact = typed.get("contact", "").strip()
    if not contact:
        errors["contact"] = _("Write the customer's e-mail address or phone number.")
    if not typed.get("subject", "").strip():
        errors["subject"] = _("Write a subject, so that colleagues find this ticket again.")
    if not typed.get("body", "").strip():
        errors["body"] = _("Write something first.")
    if errors:
        raise Invalid(errors)
    outward = typed.get("direction") == "out"
    if outward and "@" not in contact:
        raise Invalid({"contact": _("To write by e-mail, give the customer's e-mail address.")})
    channel = "email" if outward else typed.get("channel", "phone")
    return tickets.create(
        by=by,
        subject=typed["subject"],
        body=typed["body"],
        channel=channel if channel in CHANNELS else "phone",
        customer=_customer(contact, typed.get("name", "").strip()),
        priority=typed.get("priority") or "normal",
        team=_team(typed.get("team", "")),
        direction="out" if outward else "in",
        attachments=attachments,
        recipients=recipients,
    )


def _customer(contact: str, name: str) -> Customer:
    kind = "email" if "@" in contact else "phone"
    try:
        return customers.resolve(handle=Handle(kind, contact), name=name)
    except Invalid as error:
        raise Invalid({"contact": _("Write an e-mail address or a phone number that we can use.")}) from error


def _team(raw: str) -> Team | None:
    return Team.objects.filter(pk=int(raw), is_active=True).first() if raw.isascii() and raw.isdigit() else None
