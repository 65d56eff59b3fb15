"""How a customer enters their own pages."""

from django.db import models

from customers.models.people import Customer


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
    """A customer who proved an address is here. The cookie holds a random word; only its SHA-256 is kept.

    `came_by` is the identity of the address, by which an undone merge knows whose session it is.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="portal_sessions")
    came_by = models.BigIntegerField(null=True)
    address = models.CharField(max_length=254)
    hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="portal_session_age")]
