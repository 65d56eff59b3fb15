"""Joining two customers into one, and taking apart what does not belong together: each row's move is recorded."""

from django.db import models
from django.db.models import F, Q

from customers.models.people import Customer


class CustomerMerge(models.Model):
    """One decision about who is who. `merge`: all of `other` went to `survivor`; `split`: chosen rows of `survivor`
    went to `other`; `handle`: one handle of `survivor` went to `other`; `given`: a step in daily
    work (a forwarded mail's sender, a visitor who proved who they are) gave rows that had moved before to `other`.

    `fields` holds what of the survivor's own facts was changed: name of the field -> [before, after]. `marks`: the
    last key that each table had given out (label of the model -> key), which tells later rows from earlier ones.
    Undone by replaying the moves (rules/merging.py); the row stays.
    """

    KINDS = (("merge", "merge"), ("split", "split"), ("handle", "handle"), ("given", "given"))

    kind = models.CharField(max_length=8, choices=KINDS, default="merge")
    survivor = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    by = models.CharField(max_length=200)
    why = models.CharField(max_length=300, blank=True, default="")
    fields = models.JSONField(default=dict)
    marks = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(survivor=F("other")), name="customer_merge_of_two"),
            models.UniqueConstraint(
                fields=["other"], condition=Q(kind="merge", undone_at=None), name="customer_merged_once"
            ),
        ]
        indexes = [
            models.Index(fields=["survivor", "-id"], name="customer_merge_survivor"),
            models.Index(fields=["other", "-id"], name="customer_merge_other"),
        ]


class Move(models.Model):
    """One row that changed hands: `model` ("tickets.ticket"), `field` and `row` name it; append-only."""

    merge = models.ForeignKey(CustomerMerge, on_delete=models.PROTECT, related_name="moves")
    model = models.CharField(max_length=60)
    field = models.CharField(max_length=60)
    row = models.BigIntegerField()
    giver = models.BigIntegerField()
    taker = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merge", "model", "field", "row"], name="moved_once_a_merge"),
        ]
        indexes = [models.Index(fields=["model", "field", "row", "id"], name="moves_of_a_row")]


class NotSame(models.Model):
    """Somebody said that these two are different people: never suggested again. `low` < `high`."""

    low = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    by = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="not_same_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="not_same_in_order"),
        ]
