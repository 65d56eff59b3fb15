"""What we remember of people: written by staff, read, corrected and taken back by the people themselves."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers import access
from customers.models import Customer, Fact
from customers.rules.memory import MOST, Source, may_see, tidy
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit, clock
from helpdesk.core.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from helpdesk.core.realtime import DESK, hint

NOWHERE = Source()


@transaction.atomic
def remember(
    *,
    by: Actor,
    customer: Customer,
    text: str,
    sight: str = Fact.Sight.CUSTOMER,
    team_id: int | None = None,
    source: Source = NOWHERE,
) -> Fact:
    """Keeps one sentence about a customer; the same words twice only say that it still holds.

    Raises Invalid for no or too many words, a sight nobody has, or a team that is not the writer's; Conflict when the
    memory is full.
    """
    row = _open(by, customer)
    words, team = _words(text), _team(by, sight, team_id)
    same = Fact.objects.filter(customer=row, text=words).first()
    if same and may_see(by, same.sight, same.team_id):
        return _confirm(by, same)
    if Fact.objects.filter(customer=row).count() >= MOST:
        raise Conflict("memory_full", _("A hundred things are remembered already. Take one away first."))
    now = clock.now()
    fact = Fact.objects.create(
        customer=row,
        text=words,
        sight=sight,
        team_id=team,
        by=by.name[:200],
        theirs=by.kind == "customer",
        ticket=source.ticket,
        message=source.message,
        said_at=source.said_at or now,
        created_at=now,
    )
    return _told(by, fact, "memory.added")


@transaction.atomic
def correct(*, by: Actor, fact: Fact, text: str, version: int | None = None) -> Fact:
    """Other words for the same thing; from now on it is as old as this. Raises Stale, Invalid, NotFound."""
    row = _locked(by, fact, version)
    row.text = _words(text)
    row.by, row.theirs = by.name[:200], by.kind == "customer"
    row.said_at = row.confirmed_at = clock.now()
    row.version += 1
    row.save(update_fields=["text", "by", "theirs", "said_at", "confirmed_at", "version"])
    return _told(by, row, "memory.corrected")


@transaction.atomic
def confirm(*, by: Actor, fact: Fact) -> Fact:
    """It still holds: no longer an old fact."""
    return _confirm(by, _locked(by, fact))


@transaction.atomic
def forget(*, by: Actor, fact: Fact) -> None:
    """Takes the fact away; its words are kept nowhere."""
    row = _locked(by, fact)
    _told(by, row, "memory.forgotten")
    row.delete()


def _confirm(by: Actor, fact: Fact) -> Fact:
    fact.confirmed_at = clock.now()
    fact.save(update_fields=["confirmed_at"])
    return _told(by, fact, "memory.confirmed")


def _open(by: Actor, customer: Customer) -> Customer:
    if by.kind != "customer":
        if not can(by, "customer.change"):
            raise NotAllowed
        return access.locked(by, customer.pk)
    if by.customer_id != customer.pk:
        raise NotFound
    return access.live(customer.pk)


def _locked(by: Actor, fact: Fact, version: int | None = None) -> Fact:
    if by.kind != "customer" and not can(by, "customer.change"):
        raise NotAllowed
    row = Fact.objects.select_for_update().filter(pk=fact.pk).first()
    if row is None or not may_see(by, row.sight, row.team_id, row.customer_id):
        raise NotFound
    if version is not None and version != row.version:
        raise Stale("stale", _("Somebody changed this meanwhile. Look again, then save."), version=row.version)
    return row


def _words(text: str) -> str:
    words = tidy(text)
    if not words:
        raise Invalid({"text": _("Write what to remember, in one sentence.")})
    if len(words) > 300:
        raise Invalid({"text": _("Write it shorter: at most 300 characters.")})
    return words


def _team(by: Actor, sight: str, team_id: int | None) -> int | None:
    if sight not in Fact.Sight.values or (by.kind == "customer" and sight != Fact.Sight.CUSTOMER):
        raise Invalid({"sight": _("Choose who may see it.")})
    if sight != Fact.Sight.TEAM:
        return None
    if team_id is None or not may_see(by, sight, team_id):
        raise Invalid({"team": _("Choose one of your own teams.")})
    return team_id


def _told(by: Actor, fact: Fact, verb: str) -> Fact:
    audit.record(by, verb, f"customer:{fact.customer_id}", {"fact": fact.pk, "sight": fact.sight})
    hint([DESK], "customer", id=fact.customer_id)
    return fact
