"""Telephone calls: one row a call, worked out anew from what the exchange told of it, and the calls we owe."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Call(models.Model):
    """One call. `number` is the other side's in E.164 (or as it came; "" when hidden), `our_number` what was called.

    All that the exchange told is in `events`; what stands here is rules/calls.fold of them, whatever their order.
    `message` is its place in the thread: made once the number is known. `outcome`: "" while it lasts, then answered,
    missed, abandoned (left a queue), voicemail, busy, no_answer or failed. `by_hand`: an agent wrote it down.
    """

    inbox = models.ForeignKey("tickets.Inbox", null=True, on_delete=models.SET_NULL, related_name="calls")
    call_id = models.CharField(max_length=120)
    message = models.OneToOneField("tickets.Message", null=True, on_delete=models.CASCADE, related_name="call")
    direction = models.CharField(max_length=3, choices=[("in", "in"), ("out", "out")], default="in")
    number = models.CharField(max_length=254, blank=True, default="")
    our_number = models.CharField(max_length=64, blank=True, default="")
    queue = models.CharField(max_length=120, blank=True, default="")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="calls")
    answered_by = models.CharField(max_length=120, blank=True, default="")
    outcome = models.CharField(max_length=10, blank=True, default="")
    cause = models.CharField(max_length=60, blank=True, default="")
    ring_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    wait_seconds = models.PositiveIntegerField(default=0)
    hold_seconds = models.PositiveIntegerField(default=0)
    talk_seconds = models.PositiveIntegerField(default=0)
    transcript = models.TextField(blank=True, default="")
    by_hand = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inbox", "call_id"], name="one_row_per_call")]
        indexes = [models.Index(fields=["inbox", "-ring_at"], condition=Q(outcome=""), name="call_now")]


class CallEvent(models.Model):
    """One thing that the exchange told of a call, kept as it came. `uid`: the same for a repeat."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="events")
    uid = models.CharField(max_length=64)
    fact = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "uid"], name="one_row_per_call_event")]


class CallBack(models.Model):
    """Somebody waits for our call: after a missed call, or because we said so. Done once they were reached."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="call_backs")
    call = models.OneToOneField(Call, null=True, on_delete=models.SET_NULL, related_name="call_back")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="call_backs")
    number = models.CharField(max_length=254)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(done_at=None), name="call_back_due"),
            models.Index(fields=["ticket"], condition=Q(done_at=None), name="call_back_open"),
        ]
