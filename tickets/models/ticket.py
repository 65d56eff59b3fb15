"""A ticket, who takes part, and what staff keep beside it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Func, Q, Value

OPEN = ("new", "open", "waiting", "on_hold")


class Ticket(models.Model):
    """One matter of one customer. `number` is what people say; `seq` counts its messages; `version` its changes.

    `last_at` orders lists. `waiting_since` is when the customer's oldest unanswered message came (null: not waiting).
    A ticket with `merged_into` is shown as a part of that one, which counts its parts.
    `confirmed_at` is when the customer said that it is dealt with; it holds for the resolution before it.
    `came_by` is the identity by which it was opened, if by one.
    """

    class Status(models.TextChoices):
        NEW = "new"
        OPEN = "open"
        WAITING = "waiting"
        ON_HOLD = "on_hold"
        RESOLVED = "resolved"
        CLOSED = "closed"
        SPAM = "spam"

    class Priority(models.TextChoices):
        LOW = "low"
        NORMAL = "normal"
        HIGH = "high"
        URGENT = "urgent"

    number = models.BigIntegerField(unique=True, db_default=Func(Value("ticket_number"), function="nextval"))
    subject = models.CharField(max_length=500)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.NEW)
    priority = models.CharField(max_length=6, choices=Priority.choices, default=Priority.NORMAL)
    channel = models.CharField(max_length=16)
    inbox = models.ForeignKey("tickets.Inbox", null=True, on_delete=models.SET_NULL)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="tickets")
    came_by = models.BigIntegerField(null=True)
    team = models.ForeignKey("accounts.Team", null=True, on_delete=models.SET_NULL)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="tickets")
    reason = models.ForeignKey("tickets.Reason", null=True, on_delete=models.SET_NULL)
    tags = ArrayField(models.CharField(max_length=60), default=list)
    custom = models.JSONField(default=dict)
    seq = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    search = SearchVectorField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    last_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts", db_index=False)
    part_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["new", *OPEN, "resolved", "closed", "spam"]), name="status_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["resolved", "closed"], resolved_at__isnull=False)
                | (~Q(status__in=["resolved", "closed"]) & Q(resolved_at__isnull=True)),
                name="resolved_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["-last_at", "-id"], condition=Q(status__in=OPEN), name="ticket_open"),
            models.Index(fields=["team", "-last_at", "-id"], condition=Q(status__in=OPEN), name="ticket_open_team"),
            models.Index(fields=["assignee", "-last_at", "-id"], condition=Q(status__in=OPEN), name="ticket_open_mine"),
            models.Index(
                fields=["-last_at", "-id"],
                condition=Q(status__in=OPEN, assignee__isnull=True),
                name="ticket_open_nobody",
            ),
            models.Index(
                fields=["waiting_since", "id"],
                condition=Q(status__in=OPEN, assignee__isnull=True, waiting_since__isnull=False),
                name="ticket_nobody_waiting",
            ),
            models.Index(fields=["-last_at", "-id"], condition=Q(snoozed_until__isnull=False), name="ticket_snoozed"),
            models.Index(fields=["status", "-last_at", "-id"], name="ticket_status"),
            models.Index(fields=["customer", "-last_at", "-id"], name="ticket_customer"),
            models.Index(fields=["-updated_at", "-id"], name="ticket_updated"),
            models.Index(fields=["-id", "team"], name="ticket_newest"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="ticket_parts"),
            GinIndex(fields=["search"], name="ticket_search", fastupdate=False),
            GinIndex(fields=["tags"], name="ticket_tags", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"

    @property
    def is_confirmed(self) -> bool:
        """Whether the customer said that it is dealt with; a reopened ticket must be confirmed anew."""
        return bool(self.resolved_at and self.confirmed_at and self.confirmed_at >= self.resolved_at)


class Participant(models.Model):
    """Someone outside who gets our answers. `sees_from` is the first message seq they may see; `came_by` the identity
    of the address when they were seated. Raising `links` ends the guest links that this seat was given."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="participants")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT)
    came_by = models.BigIntegerField(null=True)
    address = models.CharField(max_length=254)
    name = models.CharField(max_length=200, blank=True, default="")
    role = models.CharField(max_length=9, choices=[("requester", "requester"), ("cc", "cc")], default="requester")
    sees_from = models.PositiveIntegerField(default=1)
    links = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "address"], name="one_seat_per_address"),
            models.UniqueConstraint(fields=["ticket"], condition=Q(role="requester"), name="one_requester"),
        ]


class Draft(models.Model):
    """What someone has typed but not sent, per ticket and mode, kept on the server."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    mode = models.CharField(max_length=5, choices=[("reply", "reply"), ("note", "note")])
    body = models.TextField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "user", "mode"], name="one_draft_per_mode")]


class Presence(models.Model):
    """Who looks at a ticket now, and whether they reply. Rows older than 45 s mean nothing."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    mode = models.CharField(
        max_length=8, choices=[("viewing", "viewing"), ("replying", "replying"), ("noting", "noting")]
    )
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="one_presence")]


class Notice(models.Model):
    """A line for one member of staff: a mention, an assignment."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(
        max_length=10,
        choices=[
            ("mention", "mention"),
            ("assignment", "assignment"),
            ("failed", "failed"),
            ("chat_back", "chat_back"),
        ],
    )
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_newest"),
            # Every page counts the unread ones, and nobody's read ones are ever fewer.
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]
