"""What we know of the addresses that we write to."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Suspension(models.Model):
    """An address that our mail did not reach, or whose owner complained. Not suspended yet: only counted.

    `address` is in lower case. Automatic mail never goes to a suspended address; a person's goes once they insist.
    """

    address = models.CharField(max_length=254, unique=True)
    reason = models.CharField(max_length=9, choices=[("bounce", "bounce"), ("complaint", "complaint")])
    status_code = models.CharField(max_length=12, blank=True, default="")
    detail = models.CharField(max_length=300, blank=True, default="")
    hard_bounces = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-suspended_at"], condition=Q(suspended_at__isnull=False), name="suspended")]


class TrustedSender(models.Model):
    """An address whose mails show pictures from elsewhere without asking each time. In lower case."""

    address = models.CharField(max_length=254, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()


class AutomaticReply(models.Model):
    """The ledger of automatic answers: at most one per address, conversation and day. No message: it was muted."""

    address = models.CharField(max_length=254)
    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE)
    day = models.DateField()
    message = models.ForeignKey("tickets.Message", null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address", "ticket", "day"], name="one_automatic_reply_a_day")]
        indexes = [models.Index(fields=["address", "-created_at"], name="automatic_lately")]
