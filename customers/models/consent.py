"""What a customer allows, how they may be reached, what reached them, and who of us looked at them.

Every row names its customer plainly and nothing here is unique by customer, so that joining two people moves all of it.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from customers.models.people import Customer


class Consent(models.Model):
    """One line of the ledger: asked, given or refused, with what proves it. Never changed but for whose it is.

    `words`: what they were shown, or what staff say was said; `how`: portal, desk, api, mail; `by`: the actor's label;
    `address`: who was asked; `proof`: what is kept of the signed link that they followed. No channel: all of them.
    """

    class State(models.TextChoices):
        ASKED = "asked"
        GIVEN = "given"
        REFUSED = "refused"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents", db_index=False)
    came_by = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=16)
    channel = models.CharField(max_length=16, blank=True, default="")
    state = models.CharField(max_length=7, choices=State.choices)
    address = models.CharField(max_length=254, blank=True, default="")
    how = models.CharField(max_length=16)
    by = models.CharField(max_length=60)
    words = models.TextField()
    language = models.CharField(max_length=2, blank=True, default="")
    proof = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="consent_to_some_words")]
        indexes = [
            models.Index(fields=["customer", "purpose", "channel", "-id"], name="consent_newest"),
            models.Index(fields=["customer", "-id"], name="consents_of_customer"),
        ]


class NoContact(models.Model):
    """From `at` until `lifted_at` nobody writes to them first. What they ask themselves is answered all the same."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="no_contacts", db_index=False)
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=60)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="no_contact_for_a_reason")]
        indexes = [models.Index(fields=["customer", "-id"], name="no_contact_of_customer")]


class ContactWish(models.Model):
    """When somebody likes to be written to first: in their own zone, in these hours. The newest one counts."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contact_wishes", db_index=False)
    timezone = models.CharField(max_length=64, blank=True, default="")
    hours = models.JSONField(default=dict)
    by = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["customer", "-id"], name="wish_of_customer")]


class Contact(models.Model):
    """One time that we came to somebody unasked, which is spent of the budget. `key` makes a repeat the same one."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts", db_index=False)
    purpose = models.CharField(max_length=16)
    channel = models.CharField(max_length=16)
    key = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-at"], name="contacts_of_customer"),
            models.Index(fields=["at"], name="contact_age"),
        ]


class Look(models.Model):
    """Somebody of staff looked at a customer in this hour: once, however often. `of`: the number they looked under."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="looks", db_index=False)
    of = models.BigIntegerField()
    user_id = models.BigIntegerField()
    role = models.CharField(max_length=8)
    team_ids = ArrayField(models.BigIntegerField(), default=list)
    what = models.CharField(max_length=8)
    hour = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of", "user_id", "what", "hour"], name="one_look_an_hour"),
        ]
        indexes = [
            models.Index(fields=["customer", "-hour", "-id"], name="looks_of_customer"),
            models.Index(fields=["hour"], name="look_age"),
        ]


class PrivacyPolicy(models.Model):
    """How this workspace treats people, one row: the budget, its hours, what is asked before, how long things are kept.

    `purposes`: slug -> {"ask": out, in or double, "most", "days"}; `hours`: when we may come unasked, empty: whenever
    the team that asks is open; `retention`: kind -> days, absent: as its kind says; null: for ever.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    most = models.PositiveSmallIntegerField(default=3)
    days = models.PositiveSmallIntegerField(default=7)
    hours = models.JSONField(default=dict)
    purposes = models.JSONField(default=dict)
    shows_names = models.BooleanField(default=False)
    retention = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_privacy_policy")]
