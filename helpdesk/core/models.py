"""The floor's facts: the outbox, timers, the audit, idempotency keys, stored files, throttles."""

from django.db import models
from django.db.models import Q


class Work(models.TextChoices):
    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"


class OutboxEvent(models.Model):
    """Something that happened, committed together with its cause."""

    name = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()


class Job(models.Model):
    """What outbox deliveries and timers share: due work that is claimed with SKIP LOCKED under a lease."""

    state = models.CharField(max_length=8, choices=Work.choices, default=Work.PENDING)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class OutboxDelivery(Job):
    """One handler's duty towards one event. `due_at` doubles as the lease: claiming moves it ahead."""

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    handler = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="one_delivery_per_handler")]
        indexes = [models.Index(fields=["due_at", "id"], condition=Q(state="pending"), name="outbox_due")]


class Timer(Job):
    """Something to do at `due_at`, once. `handler` is a dotted path that gets the payload."""

    handler = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handler", "key"], condition=Q(state="pending"), name="one_pending_timer")
        ]
        indexes = [models.Index(fields=["due_at", "id"], condition=Q(state="pending"), name="timer_due")]


class AuditEntry(models.Model):
    """Who did what to what. Append-only: a trigger and the application's role both refuse a change."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    verb = models.CharField(max_length=64)
    subject = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["subject", "-id"], name="audit_subject")]


class AuditSeal(models.Model):
    """One link of the hash chain: hash = sha256(previous hash + canonical entry). Append-only."""

    number = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="seal")
    hash = models.BinaryField()


class IdempotencyKey(models.Model):
    """The one answer that a repeated request gets. `status` is null while the first is under way."""

    owner = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]


class StoredFile(models.Model):
    """A blob that is on disk (fsynced) before this row commits. `token` is its unguessable public name."""

    token = models.CharField(max_length=43, unique=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    created_at = models.DateTimeField()


class Throttle(models.Model):
    """Counts within a window, in PostgreSQL so that losing Redis resets nothing."""

    key = models.CharField(max_length=200, primary_key=True)
    window_start = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)


class WebhookEndpoint(models.Model):
    """How an address fares that we send signed webhooks to (core/webhooks.py): one row a receiver, under `key`.

    `failures` in a row; until `open_until` nothing is tried; `off_at`: given up until somebody mends it. The two leases
    let no more than two calls run at once, and end by themselves when a process dies.
    """

    key = models.CharField(max_length=100, unique=True)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    off_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True, default="")
    last_ok_at = models.DateTimeField(null=True)
    lease_a = models.DateTimeField(null=True)
    lease_b = models.DateTimeField(null=True)
