"""The one history of a customer: pointers to what happened, newest first by one index."""

from django.db import models

from customers.models.people import Customer


class TimelineEntry(models.Model):
    """A pointer and one line about something that happened; the body has its home elsewhere.

    `staff_only` entries (notes) never leave the desk. `link_id` names the thing, `ticket` its number, `came_by` the
    identity by which it reached us, if one did: by that an undone merge knows whose it is. `ours`: we said it.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="timeline")
    kind = models.CharField(max_length=16)
    channel = models.CharField(max_length=16, blank=True, default="")
    occurred_at = models.DateTimeField()
    summary = models.CharField(max_length=300)
    ticket = models.BigIntegerField(null=True)
    team_id = models.BigIntegerField(null=True)
    link_id = models.BigIntegerField(null=True)
    came_by = models.BigIntegerField(null=True)
    staff_only = models.BooleanField(default=False)
    ours = models.BooleanField(db_default=False, default=False)

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-occurred_at", "-id"], name="timeline_newest"),
            models.Index(fields=["ticket", "id"], name="timeline_of_ticket"),
            models.Index(fields=["occurred_at"], condition=models.Q(kind="page_view"), name="page_view_age"),
        ]
