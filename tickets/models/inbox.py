"""Where messages come in, and the raw bytes as they came."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from customers.rules.identity import REGION


class Inbox(models.Model):
    """One door of one channel. `settings` holds servers and account names; `secret_box` the sealed secrets."""

    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=254, blank=True, default="")
    team = models.ForeignKey("accounts.Team", null=True, on_delete=models.SET_NULL)
    key = models.CharField(max_length=43, unique=True)
    settings = models.JSONField(default=dict)
    secret_box = models.TextField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    uid_validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    last_success_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("address"), condition=Q(kind="email") & ~Q(address=""), name="one_inbox_per_address"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def region(self) -> str:
        """The country of telephone numbers that come in without one, in two letters."""
        given = self.settings.get("region")
        return given if isinstance(given, str) and given else REGION


class SeenMail(models.Model):
    """A mail on a POP3 server that is ours already. Kept only while the server still lists it."""

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="seen")
    uid = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inbox", "uid"], name="one_row_per_seen_mail")]


class HookEvent(models.Model):
    """An event of a provider that was dealt with, by the provider's own id; `sha256`: of what it brought.

    Known again for a month, long after the last provider has given up repeating it.
    """

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="hook_events")
    uid = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inbox", "uid"], name="one_row_per_hook_event")]
        indexes = [models.Index(fields=["at"], name="hook_event_age")]


class RawInbound(models.Model):
    """A delivery as it came, kept before anything is acknowledged. The bytes lie in the file store."""

    class State(models.TextChoices):
        QUEUED = "queued"
        ACCEPTED = "accepted"
        QUARANTINED = "quarantined"
        DISMISSED = "dismissed"

    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="raw")
    sha256 = models.CharField(max_length=64)
    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT)
    source = models.CharField(max_length=120, blank=True, default="")
    state = models.CharField(max_length=11, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    # The database connection of whoever reads it now: once that is gone, so is the reader.
    reader_pid = models.IntegerField(null=True)
    reader_since = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")
    received_at = models.DateTimeField()
    message = models.ForeignKey("tickets.Message", null=True, on_delete=models.SET_NULL, related_name="raw")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inbox", "sha256"], name="one_row_per_delivery")]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="queued"), name="raw_due"),
            models.Index(fields=["-received_at", "-id"], condition=Q(state="quarantined"), name="raw_quarantine"),
        ]
