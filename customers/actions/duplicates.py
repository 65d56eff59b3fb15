"""Finding customers who may be one person, and learning from what humans answer."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers import access
from customers.models import Customer, Duplicate, MatchKey, MatchProgress, NotSame
from customers.queries import duplicates as queries
from customers.rules.matching import Decision, Verdict, decide, keys
from helpdesk.accounts.rules.policy import Actor, can
from helpdesk.core import audit, clock
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.core.realtime import DESK, hint

# Whoever was just written to is looked at once they rest, and no transaction takes longer.
REST = timedelta(minutes=2)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AT_ONCE = 10
# Somebody with more is nobody in particular.
MOST_QUESTIONS = 20


def look(limit: int = AT_ONCE) -> int:
    """Looks at customers who changed since it last looked; how many. A source of due work (wiring.PUMPS).

    From the beginning, so that whoever was there before the first look is found too. One worker at a time.
    """
    if not queries.changed(clock.now() - REST, 1) and MatchProgress.objects.exists():
        return 0
    with transaction.atomic():
        progress = _progress()
        due = queries.changed(clock.now() - REST, min(limit, AT_ONCE)) if progress else []
        for pk, _at in due:
            refresh(pk)
        if progress and due:
            progress.customer, progress.at = due[-1]
            progress.save()
    return len(due)


def _progress() -> MatchProgress | None:
    """Where the last look ended, locked; None while another worker looks."""
    MatchProgress.objects.bulk_create([MatchProgress(pk=1, at=EPOCH, customer=0)], ignore_conflicts=True)
    return MatchProgress.objects.select_for_update(skip_locked=True).first()


@transaction.atomic
def refresh(pk: int) -> None:
    """Works out anew who this customer may be: their keys, and the questions about them."""
    mine = queries.evidence([pk]).get(pk)
    wanted = keys(mine) if mine else frozenset()
    _write_keys(pk, wanted)
    found = _decisions(pk, wanted) if mine else {}
    _write_questions(pk, found)


def _write_keys(pk: int, wanted: Iterable[str]) -> None:
    rows = MatchKey.objects.filter(customer=pk)
    rows.exclude(key__in=wanted).delete()
    MatchKey.objects.bulk_create([MatchKey(customer_id=pk, key=key) for key in wanted], ignore_conflicts=True)


def _decisions(pk: int, wanted: Iterable[str]) -> dict[int, Decision]:
    """With whom they may be one: other -> what speaks for it, the likeliest first."""
    shared = queries.sharing(wanted)
    people = queries.evidence({one for whose in shared.values() for one in whose} | {pk})
    crowded = queries.crowd(shared, people)
    others = people.keys() - {pk} - queries.parted(pk)
    found = {other: decide(people[pk], people[other], crowded=crowded) for other in sorted(others)}
    likely = [(other, one) for other, one in found.items() if one.verdict is not Verdict.NOTHING]
    return dict(sorted(likely, key=lambda pair: -pair[1].score)[:MOST_QUESTIONS])


def _write_questions(pk: int, found: dict[int, Decision]) -> None:
    rows = [_question(pk, other, decision) for other, decision in found.items()]
    Duplicate.objects.filter(low=pk).exclude(high__in=found).delete()
    Duplicate.objects.filter(high=pk).exclude(low__in=found).delete()
    Duplicate.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["low", "high"], update_fields=["score", "reasons"]
    )


def _question(pk: int, other: int, decision: Decision) -> Duplicate:
    low, high = sorted((pk, other))
    reasons = [[str(why), value] for why, value in decision.reasons]
    return Duplicate(low_id=low, high_id=high, score=decision.score, reasons=reasons, found_at=clock.now())


@transaction.atomic
def part(*, by: Actor, one: Customer, other: Customer) -> NotSame:
    """Somebody says that these are two people: never asked again. A repeat answers the same row."""
    if not can(by, "customer.merge"):
        raise NotAllowed
    low, high = _both(one, other)
    row, made = NotSame.objects.get_or_create(
        low=low, high=high, defaults={"by": by.label[:200], "created_at": clock.now()}
    )
    Duplicate.objects.filter(low=low, high=high).delete()
    if made:
        _tell(by, "customer.not_same", low, high)
    return row


@transaction.atomic
def unpart(*, by: Actor, parted: NotSame) -> None:
    """Takes part() back; whether they may be one is worked out anew. A repeat changes nothing."""
    if not can(by, "customer.merge"):
        raise NotAllowed
    if NotSame.objects.filter(pk=parted.pk).delete()[0]:
        refresh(parted.low_id)
        _tell(by, "customer.maybe_same", parted.low, parted.high)


def _both(one: Customer, other: Customer) -> list[Customer]:
    """The two by rising number, locked. Raises Conflict when they are one by now."""
    if access.survivor(one).pk == access.survivor(other).pk:
        raise Conflict("merged_away", _("They are one customer by now. Undo that first."))
    return [access.live(row.pk) for row in sorted((one, other), key=lambda row: row.pk)]


def _tell(by: Actor, verb: str, low: Customer, high: Customer) -> None:
    for row, other in ((low, high), (high, low)):
        audit.record(by, verb, f"customer:{row.pk}", {"other": other.pk})
        hint([DESK], "customer", id=row.pk)
