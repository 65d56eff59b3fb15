"""Messengers, text messages, social networks: who is on the other side, the providers' own ids, and what came later."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Peer(models.Model):
    """Somebody on the other side of an inbox, under the provider's own address of them, and the ticket that what they
    say goes to now. The row is locked for each message: so no two of them open two tickets.

    `last_in_at`: when they wrote last, which opens the provider's window; `public_at`: the same for what all can read.
    `stopped_at`: they want nothing from this inbox (STOP, a blocked bot) until they write again, `stop_word` is how.
    `came_by`: the identity of the address.
    """

    inbox = models.ForeignKey("tickets.Inbox", on_delete=models.CASCADE, related_name="peers")
    address = models.CharField(max_length=254)
    name = models.CharField(max_length=200, blank=True, default="")
    language = models.CharField(max_length=2, blank=True, default="")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="peers")
    came_by = models.BigIntegerField(null=True)
    ticket = models.ForeignKey("tickets.Ticket", null=True, on_delete=models.SET_NULL, related_name="peers")
    last_in_at = models.DateTimeField(null=True)
    public_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stop_word = models.CharField(max_length=40, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inbox", "address"], name="one_peer_per_address")]


class ExternalMessage(models.Model):
    """A provider's own id of a message of ours, in or out; what is edited, deleted, answered or read is found by it."""

    inbox = models.ForeignKey("tickets.Inbox", on_delete=models.CASCADE, related_name="external")
    external_id = models.CharField(max_length=255)
    message = models.ForeignKey("tickets.Message", on_delete=models.CASCADE, related_name="external")
    delivery = models.ForeignKey("tickets.Delivery", null=True, on_delete=models.CASCADE, related_name="external")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inbox", "external_id"], name="one_message_per_external_id")]


class MessageChange(models.Model):
    """What became of a message after it was said: edited, deleted, reacted to. Nothing is rewritten silently: `text`
    is what it says now (of a reaction the sign, "" when it was taken back), `was` what it said before."""

    class Kind(models.TextChoices):
        EDITED = "edited"
        DELETED = "deleted"
        REACTION = "reaction"

    message = models.ForeignKey("tickets.Message", on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    uid = models.CharField(max_length=255)
    text = models.TextField(blank=True, default="")
    was = models.TextField(blank=True, default="")
    by_name = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "uid"], name="one_change_per_event")]


class FarFile(models.Model):
    """A file of a message that the provider still keeps: fetched by a job, then `attachment`; or why not (`error`).

    `place` is what the adapter fetches it by; `kind`: image, video, audio, file, sticker, share, story_mention.
    """

    class State(models.TextChoices):
        WANTED = "wanted", _("is being fetched")
        KEPT = "kept", _("is here")
        FAILED = "failed", _("could not be fetched")

    message = models.ForeignKey("tickets.Message", on_delete=models.CASCADE, related_name="far_files")
    inbox = models.ForeignKey("tickets.Inbox", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=255, blank=True, default="")
    content_type = models.CharField(max_length=127, blank=True, default="")
    place = models.JSONField(default=dict)
    state = models.CharField(max_length=6, choices=State.choices, default=State.WANTED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, default="")
    attachment = models.OneToOneField("tickets.Attachment", null=True, on_delete=models.CASCADE, related_name="far")

    class Meta:
        indexes = [models.Index(fields=["message"], condition=Q(state="failed"), name="far_file_failed")]


class Template(models.Model):
    """Words that a provider has approved (or not yet) for writing when its window is closed. `body` holds {{1}}, {{2}}
    where something is filled in. `state` is the provider's own word for it, in lower case; `unsupported` if it is
    approved, but of a form that we cannot send; `gone` if the provider has it no more. `shape`: where the values belong
    (rules/templates.py)."""

    inbox = models.ForeignKey("tickets.Inbox", on_delete=models.CASCADE, related_name="templates")
    external_id = models.CharField(max_length=64, blank=True, default="")
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=16)
    category = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=20, default="approved")
    header = models.TextField(blank=True, default="")
    body = models.TextField()
    footer = models.TextField(blank=True, default="")
    shape = models.JSONField(default=dict)
    synced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inbox", "name", "language"], name="one_template_per_language")]

    def __str__(self) -> str:
        return self.name
