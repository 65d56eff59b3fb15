"""How tickets belong together: joined, split, linked; each can be taken back exactly."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Merge(models.Model):
    """`source` is shown as a part of `target` from now on. No message moves, so taking it back is exact.

    `before` holds what the source and the target were; `seats` the participants that the target got from it.
    """

    source = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="merges")
    target = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="merged")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    before = models.JSONField(default=dict)
    seats = ArrayField(models.BigIntegerField(), default=list)
    created_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source"], condition=Q(undone_at__isnull=True), name="one_merge_at_a_time"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="merge_of_two"),
        ]


class Split(models.Model):
    """Messages that were moved from `source` into the new ticket `made`: a list of [message, seq it had]."""

    source = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="splits")
    made = models.OneToOneField("tickets.Ticket", on_delete=models.CASCADE, related_name="split_from")
    moves = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)


class Link(models.Model):
    """Two tickets that have to do with each other; `low` is the one with the lower id."""

    low = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="links_up")
    high = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="links_down")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="one_link_a_pair"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="link_in_order"),
        ]


class BlockedSender(models.Model):
    """An address, or `@domain`, whose mail goes to spam: kept, unanswered, outside reports. In lower case."""

    pattern = models.CharField(max_length=254, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()
