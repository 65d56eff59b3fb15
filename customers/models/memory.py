"""What we remember of somebody so that they need not say it twice."""

from django.db import models
from django.db.models import Q

from customers.models.people import Customer


class Fact(models.Model):
    """One thing worth knowing, in a sentence. Ours to keep only as long as they let us.

    `said_at` is its age; `ticket` (a number) and `message` (an id) say where it was said, when it was said to us.
    `sight`: `customer` (they see it too), `desk` (all staff), `team` (staff of `team_id`). `by` wrote it; `theirs` says
    that the customer wrote or corrected it. `confirmed_at` is when somebody last said that it still holds.
    """

    class Sight(models.TextChoices):
        CUSTOMER = "customer"
        DESK = "desk"
        TEAM = "team"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="facts", db_index=False)
    text = models.CharField(max_length=300)
    sight = models.CharField(max_length=8, choices=Sight.choices, default=Sight.CUSTOMER)
    team_id = models.BigIntegerField(null=True)
    by = models.CharField(max_length=200)
    theirs = models.BooleanField(default=False)
    ticket = models.BigIntegerField(null=True)
    message = models.BigIntegerField(null=True)
    said_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="fact_says_something"),
            models.CheckConstraint(
                condition=~Q(sight="team") | Q(team_id__isnull=False), name="fact_of_a_team_names_it"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="facts_of_customer"),
            models.Index(fields=["said_at"], name="fact_age"),
        ]

    def __str__(self) -> str:
        return self.text
