"""One customer, the many handles they reach us by, and their history."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q


class Customer(models.Model):
    """A person. `search` is written by the action, from the same normaliser that queries use."""

    name = models.CharField(max_length=200, blank=True, default="")
    language = models.CharField(max_length=2, blank=True, default="")
    tags = ArrayField(models.CharField(max_length=60), default=list)
    search = SearchVectorField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            GinIndex(fields=["search"], name="customer_search", fastupdate=False),
            models.Index(fields=["-updated_at", "-id"], name="customer_recent"),
        ]

    def __str__(self) -> str:
        return self.name


class Identity(models.Model):
    """One handle of one customer: kind (email, phone, external_id, …) and its normalised value."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=16)
    value = models.CharField(max_length=254)
    display = models.CharField(max_length=254, blank=True, default="")
    verified_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="one_owner_per_handle"),
            models.CheckConstraint(condition=~Q(value=""), name="handle_not_empty"),
        ]


class TimelineEntry(models.Model):
    """A pointer and one line about something that happened; the body has its home elsewhere.

    `staff_only` entries (notes) never leave the desk. `link_kind`/`link_id` name the thing, `ticket` its number.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="timeline")
    kind = models.CharField(max_length=16)
    channel = models.CharField(max_length=16, blank=True, default="")
    occurred_at = models.DateTimeField()
    summary = models.CharField(max_length=300)
    ticket = models.BigIntegerField(null=True)
    team_id = models.BigIntegerField(null=True)
    link_id = models.BigIntegerField(null=True)
    staff_only = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-occurred_at", "-id"], name="timeline_newest"),
            models.Index(fields=["ticket", "id"], name="timeline_of_ticket"),
        ]


class EntryCode(models.Model):
    """A one-time code that opens the portal for whoever reads this address. Only its keyed hash is kept."""

    address = models.CharField(max_length=254)
    kind = models.CharField(max_length=16, default="email")
    hash = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "address", "-id"], name="entry_code_newest"),
            models.Index(fields=["expires_at"], name="entry_code_age"),
        ]


class PortalSession(models.Model):
    """A customer who proved an address is here. The cookie holds a random word; only its SHA-256 is kept."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="portal_sessions")
    address = models.CharField(max_length=254)
    hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="portal_session_age")]
