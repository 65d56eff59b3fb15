"""Customers out of a file, line by line; and who had a handle before."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from customers.models.merges import CustomerMerge
from customers.models.people import Customer


class HandlePast(models.Model):
    """Somebody had this handle until then, and does not any more: it was taken away or is another one's (`decision`).

    What a decision ended counts only while that stands. `came_by` is the identity that it was; so the row goes with the
    handle when an earlier merge is undone.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="past_handles", db_index=False)
    came_by = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    value = models.CharField(max_length=254)
    decision = models.ForeignKey(CustomerMerge, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField()
    why = models.CharField(max_length=300, blank=True, default="")
    by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(value=""), name="past_handle_not_empty")]
        indexes = [
            models.Index(fields=["customer", "-id"], name="past_handles_of_customer"),
            models.Index(fields=["kind", "value", "-id"], name="past_of_a_handle"),
        ]


class CustomerImport(models.Model):
    """A file of customers. `columns` says what each column is (rules/columns.py); the counts grow batch by batch.

    `matching`: somebody looks at it; `reading`: its lines go into ImportLine; `running`; `done`; `stopped`; `failed`
    (`trouble` says why). The file goes once it is read, everything else some weeks later.
    """

    class State(models.TextChoices):
        MATCHING = "matching"
        READING = "reading"
        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"
        FAILED = "failed"

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=5)
    state = models.CharField(max_length=8, choices=State.choices, default=State.MATCHING)
    file = models.CharField(max_length=43, blank=True, default="")
    encoding = models.CharField(max_length=16, blank=True, default="")
    separator = models.CharField(max_length=1, blank=True, default="")
    has_header = models.BooleanField(default=True)
    header = ArrayField(models.CharField(max_length=120), default=list)
    columns = ArrayField(models.CharField(max_length=60), default=list)
    options = models.JSONField(default=dict)
    lines = models.PositiveIntegerField(default=0)
    made = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=300, blank=True, default="")
    by = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="import_age")]


class ImportLine(models.Model):
    """A line that waits, or one that was refused and why ([code, column, value] each); the others are gone."""

    of = models.ForeignKey(CustomerImport, on_delete=models.CASCADE, related_name="rows", db_index=False)
    line = models.PositiveIntegerField()
    cells = ArrayField(models.TextField())
    is_refused = models.BooleanField(default=False)
    why = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "line"], name="import_line_once")]
        indexes = [models.Index(fields=["of", "line"], condition=Q(is_refused=False), name="import_lines_waiting")]
