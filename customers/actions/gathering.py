"""What a writer left with a customer who was being joined with another at that moment is brought after them."""

from datetime import timedelta

from customers.actions import deciding
from customers.models import CustomerMerge
from customers.models.relations import Pointer, pointers
from customers.queries.relations import free
from helpdesk.core import clock

# No transaction takes longer.
LATEST = timedelta(minutes=15)


def gather(limit: int = 200) -> int:
    """Gives rows that came to a sign within the last minutes to whom it points, on record; how many (wiring.TIDY).

    Every writer of ours asks who a customer is by now; this is for the one that forgets.
    """
    recent = CustomerMerge.objects.filter(kind="merge", undone_at=None, created_at__gte=clock.now() - LATEST)
    return sum(_follow(row) for row in recent.order_by("-id")[:limit] if _left(row))


def _left(row: CustomerMerge) -> list[Pointer]:
    ends = {one: one.model._base_manager.filter(**{one.name: row.other_id}) for one in pointers()}
    return [one for one, rows in ends.items() if free(one, rows, row.survivor_id).exists()]


def _follow(merge: CustomerMerge) -> int:
    def work() -> int:
        row = CustomerMerge.objects.get(pk=merge.pk)
        if row.undone_at is not None:
            return 0
        left = [(one, one.model._base_manager.filter(**{one.name: row.other_id})) for one in _left(row)]
        return sum(deciding.move(row, one, rows, row.survivor_id) for one, rows in left)

    return deciding.undisturbed(lambda: {merge.survivor_id, merge.other_id}, work)
