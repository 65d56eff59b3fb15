"""Messages, their attachments, and how each recipient's copy fared."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q


class Message(models.Model):
    """One thing said in a ticket: `in` by the customer, `out` to the customer, `note` among staff.

    `text` is the whole plain text; `visible_length` = how much of it shows before the quoted part is folded (0: all).
    `html` is kept as it came and sanitised only when it is shown; `has_remote`: it wants pictures from elsewhere.
    `client_id` makes a repeated send harmless. `withdrawn_at`: sending was undone within the ten seconds. `mail_kind`:
    "" for people's mail, else what sort of machine wrote it (auto_reply, bounce, list, …), or `forward` for what we
    passed on to somebody outside: no part of what the customer is told. `subject`: of this mail
    alone, when it is not the ticket's. `forwarded_from`: whose mail this one passes on, by its own account.
    `reply_to`: where its sender wants answers, when that is elsewhere: used only once an agent chose it.
    `undoes`: fields of the ticket that sending changed, each with its value before and after.
    `removed_at`: its words and files were erased. `via`: the merged ticket whose proof brought it here.
    `came_by`: the identity it reached us by, if by one. `album`: what came as one post has one word here; each picture
    is a message. `is_public`: all the world can read it (a comment, a review).
    """

    class Kind(models.TextChoices):
        IN = "in"
        OUT = "out"
        NOTE = "note"

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="messages")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=4, choices=Kind.choices)
    channel = models.CharField(max_length=16)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    customer = models.ForeignKey("customers.Customer", null=True, on_delete=models.SET_NULL)
    from_name = models.CharField(max_length=200, blank=True, default="")
    from_address = models.CharField(max_length=254, blank=True, default="")
    came_by = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=500, blank=True, default="")
    text = models.TextField(blank=True, default="")
    visible_length = models.PositiveIntegerField(default=0)
    html = models.TextField(blank=True, default="")
    has_remote = models.BooleanField(default=False)
    is_automatic = models.BooleanField(default=False)
    mail_kind = models.CharField(max_length=12, blank=True, default="")
    held_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    forwarded_name = models.CharField(max_length=200, blank=True, default="")
    forwarded_from = models.CharField(max_length=254, blank=True, default="")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    via = models.ForeignKey("tickets.Ticket", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    header_id = models.CharField(max_length=998, blank=True, default="")
    in_reply_to = models.CharField(max_length=998, blank=True, default="")
    reply_to = models.CharField(max_length=254, blank=True, default="")
    client_id = models.CharField(max_length=64, blank=True, default="")
    undoes = models.JSONField(null=True)
    album = models.CharField(max_length=100, blank=True, default="", db_default="")
    is_public = models.BooleanField(default=False, db_default=False)
    search = SearchVectorField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "seq"], name="one_message_per_seq"),
            models.UniqueConstraint(
                fields=["ticket", "client_id"], condition=~Q(client_id=""), name="one_message_per_client_id"
            ),
            models.CheckConstraint(
                condition=Q(kind="in") | Q(author__isnull=False) | Q(is_automatic=True) | Q(kind="out"),
                name="staff_message_has_author",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="message_search", fastupdate=False),
            models.Index(fields=["header_id"], condition=Q(kind="in") & ~Q(header_id=""), name="message_heard"),
            models.Index(fields=["created_at", "id"], condition=Q(removed_at=None), name="message_age"),
            models.Index(fields=["in_reply_to"], condition=Q(kind="in") & ~Q(in_reply_to=""), name="message_answers"),
            models.Index(fields=["customer"], condition=~Q(forwarded_from=""), name="message_passed_on"),
        ]


class Attachment(models.Model):
    """A file of a message. `name` is what the sender called it, cleaned; it never becomes a path.

    `scan`: what the virus scanner said, `scan_note` its word for it; pending: it has not looked yet.
    """

    class Scan(models.TextChoices):
        PENDING = "pending"
        CLEAN = "clean"
        INFECTED = "infected"
        UNSCANNED = "unscanned"

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127, default="application/octet-stream")
    content_id = models.CharField(max_length=255, blank=True, default="")
    is_inline = models.BooleanField(default=False)
    scan = models.CharField(max_length=9, choices=Scan.choices, default=Scan.UNSCANNED)
    scan_note = models.CharField(max_length=100, blank=True, default="")


class Delivery(models.Model):
    """One recipient's copy of an outgoing message. `header_id` is the Message-ID this recipient got.

    `envelope` holds the copy's headers from its first attempt on, so that a repeat sends the same bytes. While a worker
    sends, `next_at` is the end of its lease; afterwards the time of the next try. `peer`: to whom it goes when it is no
    mail; then `envelope` holds how (`template`, `tag`) and how many of its parts have `gone`.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"
        DELIVERED = "delivered"
        READ = "read"
        FAILED = "failed"
        CANCELLED = "cancelled"

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    participant = models.ForeignKey("tickets.Participant", null=True, on_delete=models.SET_NULL)
    peer = models.ForeignKey(
        "tickets.Peer", null=True, on_delete=models.SET_NULL, related_name="deliveries", db_index=False
    )
    address = models.CharField(max_length=254)
    role = models.CharField(max_length=3, choices=[("to", "to"), ("cc", "cc"), ("bcc", "bcc")], default="to")
    header_id = models.CharField(max_length=255, unique=True)
    envelope = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, default="")
    status_code = models.CharField(max_length=12, blank=True, default="")
    next_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "address"], name="one_copy_per_recipient")]
