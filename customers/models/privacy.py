"""What is given out of a person on their wish, what is taken away for good, and the signs that keep them away."""

from django.db import models

from customers.models.people import Customer


class PersonalExport(models.Model):
    """A copy of all that we keep of somebody, as a zip in the file store, until `expires_at`.

    `whole`: made for staff, with what we wrote among ourselves; customers get theirs without. A merge moves it freely.
    """

    class State(models.TextChoices):
        ASKED = "asked"
        READY = "ready"
        GONE = "gone"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="personal_exports", db_index=False)
    state = models.CharField(max_length=5, choices=State.choices, default=State.ASKED)
    whole = models.BooleanField(default=False)
    language = models.CharField(max_length=2, default="en")
    file = models.ForeignKey("core.StoredFile", null=True, on_delete=models.SET_NULL, related_name="+")
    by = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-id"], name="exports_of_customer"),
            models.Index(fields=["expires_at"], name="export_age"),
        ]


class Erasure(models.Model):
    """Somebody is being erased, or was. `sealed` holds whom, readable by this installation only, until it is done.

    `at`: what came before it goes, what comes later is a new person's. `done` counts what went, by store; a store that
    is in it with `whole` has nothing left.
    """

    customer = models.BigIntegerField()
    by = models.CharField(max_length=64)
    at = models.DateTimeField()
    sealed = models.TextField(blank=True, default="")
    done = models.JSONField(default=dict)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["customer", "-id"], name="erasures_of_customer")]


class Tombstone(models.Model):
    """A keyed hash of a handle or a Message-ID of somebody who was erased at `at`. It says nothing without the key."""

    hash = models.CharField(max_length=64)
    kind = models.CharField(max_length=8)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hash", "kind"], name="one_tombstone")]
