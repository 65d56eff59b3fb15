"""One customer, the many handles they reach us by, and their history."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q


class Customer(models.Model):
    """A person. `search` is written by the action, from the same normaliser that queries use.

    `tone` ("", formal, familiar) and `channel` are how they like to be written to; `attributes` holds the typed values
    of the workspace's own attributes. With `merged_into` the row is only a sign that points to who they are now;
    with `erased_at` an empty shell to which nothing but what the law keeps still points.
    """

    name = models.CharField(max_length=200, blank=True, default="")
    language = models.CharField(max_length=2, blank=True, default="")
    tags = ArrayField(models.CharField(max_length=60), default=list)
    tone = models.CharField(max_length=8, blank=True, default="", db_default="")
    channel = models.CharField(max_length=16, blank=True, default="", db_default="")
    attributes = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged_from")
    search = SearchVectorField(null=True)
    erased_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="customer_not_merged_into_itself"),
        ]
        indexes = [
            GinIndex(fields=["search"], name="customer_search", fastupdate=False),
            GinIndex(fields=["attributes"], name="customer_attributes", opclasses=["jsonb_path_ops"]),
            models.Index(fields=["-updated_at", "-id"], name="customer_recent"),
        ]

    # The handle by which actions.resolve() found them; no column.
    came_by: int | None = None

    def __str__(self) -> str:
        return self.name


class Identity(models.Model):
    """One handle of one customer: kind (email, phone, external_id, …) and its normalised value.

    Claimed until `verified_at`; `how` says who claimed it (mail, call, staff, customer, import, …), `verified_how` by
    what it was proven (code, token, signature, network, …).
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=16)
    value = models.CharField(max_length=254)
    display = models.CharField(max_length=254, blank=True, default="")
    how = models.CharField(max_length=16, blank=True, default="", db_default="")
    verified_at = models.DateTimeField(null=True)
    verified_how = models.CharField(max_length=16, blank=True, default="", db_default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="one_owner_per_handle"),
            models.CheckConstraint(condition=~Q(value=""), name="handle_not_empty"),
        ]
        indexes = [
            models.Index(
                models.Func(models.F("value"), models.Value("@"), models.Value(2), function="split_part"),
                condition=Q(kind="email"),
                name="identity_domain",
            ),
        ]
