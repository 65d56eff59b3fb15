"""Live chat: who sits before a widget, their one open conversation, and whom it was offered to."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Visitor(models.Model):
    """Somebody before a widget: a browser's session, or a person whom the host's server vouches for.

    The row is made with the first message, never before. `epoch` is in every token: raising it ends the older ones.
    `ended` are the devices that signed off since then; their tokens are dead and the others go on.
    `identity`: verified (signed by the host's server), claimed (said by the page), or anonymous. `attributes`, `name`,
    `email` and `phone` are as trustworthy as that, and no more. `page_*` is where they are now; earlier pages are kept
    in the history only with `consent`. `came_by`: the handle that a proof named, if one did. `greeted_at`: the
    last first word of ours that they were shown, `waved_at`: they wanted none.
    """

    class Identity(models.TextChoices):
        ANONYMOUS = "anonymous"
        CLAIMED = "claimed"
        VERIFIED = "verified"

    inbox = models.ForeignKey("tickets.Inbox", on_delete=models.CASCADE, related_name="visitors")
    uid = models.CharField(max_length=22, unique=True)
    epoch = models.PositiveIntegerField(default=1)
    ended = ArrayField(models.CharField(max_length=22), default=list)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="visits")
    came_by = models.BigIntegerField(null=True)
    identity = models.CharField(max_length=9, choices=Identity.choices, default=Identity.ANONYMOUS)
    external_id = models.CharField(max_length=200, blank=True, default="")
    name = models.CharField(max_length=200, blank=True, default="")
    email = models.CharField(max_length=254, blank=True, default="")
    phone = models.CharField(max_length=32, blank=True, default="")
    attributes = models.JSONField(default=dict)
    language = models.CharField(max_length=2, blank=True, default="")
    consent = models.BooleanField(default=False)
    page_url = models.CharField(max_length=1000, blank=True, default="")
    page_title = models.CharField(max_length=300, blank=True, default="")
    visits = models.PositiveIntegerField(default=1)
    greeted_at = models.DateTimeField(null=True)
    waved_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["inbox", "external_id"], condition=Q(identity="verified"), name="one_visitor_per_verified_id"
            ),
            models.CheckConstraint(
                condition=~Q(identity="verified") | ~Q(external_id=""), name="verified_visitor_has_an_id"
            ),
        ]
        indexes = [models.Index(fields=["customer", "id"], name="visitor_customer")]


class Conversation(models.Model):
    """The chat of one ticket. While it is open its visitor has no other in this inbox.

    queued: waits for somebody (since `queued_at`); live: `agent` answers; ended: over, the ticket goes on by itself.
    `visitor_seq` is the last message that the visitor's screen has shown, `mailed_seq` the last that left by mail.
    `seen_at`: when the visitor's page last spoke to us. `wants_mail`: they left and wait for a mail.
    `wants_transcript`: what was said is mailed to them once, when it ends.
    `solved` and `rating` (1 to 5) are the visitor's own word.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        LIVE = "live"
        ENDED = "ended"

    ticket = models.OneToOneField("tickets.Ticket", on_delete=models.CASCADE, related_name="chat")
    inbox = models.ForeignKey("tickets.Inbox", on_delete=models.PROTECT, related_name="conversations")
    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="conversations")
    state = models.CharField(max_length=6, choices=State.choices, default=State.QUEUED)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="chats")
    queued_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    visitor_seq = models.PositiveIntegerField(default=0)
    mailed_seq = models.PositiveIntegerField(default=0)
    wants_mail = models.BooleanField(default=False)
    wants_transcript = models.BooleanField(default=False, db_default=False)
    page_url = models.CharField(max_length=1000, blank=True, default="")
    solved = models.BooleanField(null=True)
    rating = models.PositiveSmallIntegerField(null=True)
    rating_text = models.CharField(max_length=2000, blank=True, default="")
    rated_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["visitor", "inbox"], condition=Q(ended_at__isnull=True), name="one_open_chat_per_visitor"
            ),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) | (~Q(state="ended") & Q(ended_at__isnull=True)),
                name="ended_chat_has_a_time",
            ),
            models.CheckConstraint(condition=~Q(state="live") | Q(taken_at__isnull=False), name="live_chat_was_taken"),
            models.CheckConstraint(condition=Q(rating__isnull=True) | Q(rating__range=(1, 5)), name="rating_one_to_5"),
        ]
        indexes = [
            models.Index(fields=["queued_at", "id"], condition=Q(state="queued"), name="chat_queue"),
            models.Index(fields=["agent", "id"], condition=Q(state="live"), name="chat_live"),
            models.Index(fields=["agent", "-ended_at"], condition=Q(state="ended"), name="chat_ended"),
            models.Index(fields=["inbox", "-taken_at"], condition=Q(taken_at__isnull=False), name="chat_waits"),
            models.Index(fields=["visitor", "-id"], name="chat_visitor"),
        ]


class Offer(models.Model):
    """A waiting chat offered to one agent until `until`. Open while `outcome` is empty; one at a time per chat."""

    class Outcome(models.TextChoices):
        OPEN = ""
        TAKEN = "taken"
        DECLINED = "declined"
        MISSED = "missed"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="offers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="offers")
    at = models.DateTimeField()
    until = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation"], condition=Q(outcome=""), name="one_open_offer_per_chat")
        ]
        indexes = [models.Index(fields=["user"], condition=Q(outcome=""), name="offer_open")]


class CannedAnswer(models.Model):
    """Words that are used again, in both languages; of one person (`owner`), one team, or everybody."""

    shortcut = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    text_en = models.TextField(blank=True, default="")
    text_fa = models.TextField(blank=True, default="")
    team = models.ForeignKey("accounts.Team", null=True, on_delete=models.CASCADE)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE)
    used = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shortcut", "team", "owner"], name="one_answer_per_shortcut", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~Q(text_en="") | ~Q(text_fa=""), name="canned_answer_has_words"),
        ]


class ProactiveRule(models.Model):
    """A first word of ours on pages like `pattern` (`*` stands for anything), after some seconds there."""

    inbox = models.ForeignKey("tickets.Inbox", on_delete=models.CASCADE, related_name="proactive_rules")
    pattern = models.CharField(max_length=500, default="*")
    after_seconds = models.PositiveIntegerField(default=30)
    only_returning = models.BooleanField(default=False)
    text_en = models.CharField(max_length=500, blank=True, default="")
    text_fa = models.CharField(max_length=500, blank=True, default="")
    is_active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
