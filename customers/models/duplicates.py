"""Who may be one person: what is derived from customers and their handles, and can be made anew at any time."""

from django.db import models
from django.db.models import F, Q

from customers.models.people import Customer


class MatchKey(models.Model):
    """One of a customer's rules.matching.keys(): two who share none are never compared."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "key"], name="match_key_once")]
        indexes = [models.Index(fields=["key", "customer"], name="match_by_key")]


class Duplicate(models.Model):
    """A question for a human: are these two one person? `low` < `high`; `reasons` is [[code, value], …], the strongest
    first; `score` 0 to 100. It goes when they are joined, parted by NotSame, or nothing speaks for it any more.
    """

    low = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    high = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField()
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="duplicate_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="duplicate_in_order"),
            models.CheckConstraint(condition=Q(score__lte=100), name="duplicate_score"),
        ]
        indexes = [models.Index(fields=["-score", "-id"], name="duplicate_queue")]


class MatchProgress(models.Model):
    """The last customer, by (updated_at, id), at whom the search for duplicates has looked. One row."""

    at = models.DateTimeField()
    customer = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="match_progress_is_one")]
