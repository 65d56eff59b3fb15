"""Organisations that customers belong to: only because somebody said so, or by a domain that was proven."""

from django.db import models
from django.db.models import Q

from customers.models.people import Customer


class Organisation(models.Model):
    """A company, a shop, a school: `notes` are shared by all staff."""

    name = models.CharField(max_length=200)
    notes = models.TextField(blank=True, default="")
    attributes = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="organisation_has_a_name")]
        indexes = [models.Index(fields=["name", "id"], name="organisation_by_name")]

    def __str__(self) -> str:
        return self.name


class OrganisationDomain(models.Model):
    """A mail domain. Only a proven one (`verified_at`) brings people in by itself; one organisation has it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="domains")
    domain = models.CharField(max_length=253, unique=True)
    secret = models.CharField(max_length=64)
    verified_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()


class Membership(models.Model):
    """A person in an organisation. `sees_colleagues`: they read their colleagues' requests in the portal.

    How it came about: `staff` said so, or `domain` proved it. A merge that would make the same person a member twice
    leaves the second row with the merged customer.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    how = models.CharField(max_length=8, default="staff")
    sees_colleagues = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "organisation"], name="member_once")]
