"""Bilingual lists kept by admins: tags, contact reasons, custom fields."""

from django.db import models
from django.db.models.functions import Lower


class Listed(models.Model):
    """A word in two languages that can be retired without losing what used it."""

    name = models.CharField(max_length=60)
    name_fa = models.CharField(max_length=60, blank=True, default="")
    is_active = models.BooleanField(default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Tag(Listed):
    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="tag_name")]


class Reason(Listed):
    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="reason_name")]


class CustomField(Listed):
    """A further field of a ticket; its values live in `Ticket.custom` under `slug`."""

    slug = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=8, choices=[("text", "text"), ("number", "number"), ("choice", "choice")])
    choices = models.JSONField(default=list)
