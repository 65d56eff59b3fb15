"""What customers did and bought, as shops and programs told us, and what follows from it: orders and subscriptions."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from customers.models.people import Customer


class Event(models.Model):
    """One thing that a customer did, told once: (`source`, `event_id`) names it, whatever order they come in.

    `source` is whoever told it (`user:7` for that person's keys, `shop:3` for a connector). `story` ties events of one
    order (`order:1042`) or subscription (`subscription:77`) together. `spent`: what it counts as spending, worked out
    by rules/orders.py, negative for a refund. `came_by`: the identity that it named its customer by.
    A merge may re-point `customer` freely: no unique rule holds it.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="events")
    source = models.CharField(max_length=24)
    event_id = models.CharField(max_length=200)
    type = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    amount = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    story = models.CharField(max_length=120, blank=True, default="", db_default="")
    properties = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    spent = models.BigIntegerField(default=0, db_default=0)
    came_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "event_id"], name="event_told_once"),
            models.CheckConstraint(condition=Q(amount=None) | ~Q(currency=""), name="event_amount_has_currency"),
        ]
        indexes = [
            models.Index(fields=["customer", "-occurred_at", "-id"], name="event_of_customer"),
            models.Index(fields=["source", "story"], condition=~Q(story=""), name="event_of_story"),
            models.Index(
                fields=["customer", "occurred_at"],
                include=["currency", "spent"],
                condition=~Q(spent=0),
                name="event_spending",
            ),
            BrinIndex(fields=["received_at"], name="event_age", autosummarize=True),
        ]


class Order(models.Model):
    """One order as it stands now: what rules/orders.py makes of its events, whatever order they came in.

    `lines`: [{name, sku, quantity, amount}]; `shipments`: [{carrier, tracking, url, state, at}], the latest first.
    `entry`: its line in the timeline. A merge may re-point `customer` freely.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="orders")
    source = models.CharField(max_length=24)
    ref = models.CharField(max_length=100)
    number = models.CharField(max_length=60, blank=True, default="", db_default="")
    status = models.CharField(max_length=40, blank=True, default="", db_default="")
    url = models.CharField(max_length=500, blank=True, default="", db_default="")
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    total = models.BigIntegerField(default=0, db_default=0)
    paid = models.BigIntegerField(default=0, db_default=0)
    refunded = models.BigIntegerField(default=0, db_default=0)
    lines = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    shipments = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    placed_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    entry = models.BigIntegerField(null=True)
    came_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "ref"], name="order_once")]
        indexes = [
            models.Index(fields=["customer", "-placed_at", "-id"], name="order_of_customer"),
            models.Index(fields=["changed_at"], name="order_age"),
        ]


class Subscription(models.Model):
    """One subscription as it stands now, made from its events like an order. A merge may re-point `customer`."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="subscriptions")
    source = models.CharField(max_length=24)
    ref = models.CharField(max_length=100)
    plan = models.CharField(max_length=120, blank=True, default="", db_default="")
    status = models.CharField(max_length=40, blank=True, default="", db_default="")
    interval = models.CharField(max_length=20, blank=True, default="", db_default="")
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    amount = models.BigIntegerField(default=0, db_default=0)
    renews_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    came_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "ref"], name="subscription_once")]
        indexes = [
            models.Index(fields=["customer", "-started_at", "-id"], name="subscription_of_customer"),
            models.Index(fields=["changed_at"], name="subscription_age"),
        ]


class Connector(models.Model):
    """A shop that tells us by webhooks. Its address holds `key`; `secret` and `credentials` (for asking it) are sealed.

    `shop`: the address of its API. `cursor`: how far the import of its past has come.
    """

    KINDS = (("shopify", "Shopify"), ("woocommerce", "WooCommerce"), ("store", "store"))

    kind = models.CharField(max_length=16, choices=KINDS)
    name = models.CharField(max_length=80)
    key = models.CharField(max_length=40, unique=True)
    secret = models.TextField(blank=True, default="")
    credentials = models.TextField(blank=True, default="")
    shop = models.CharField(max_length=200, blank=True, default="")
    cursor = models.CharField(max_length=500, blank=True, default="")
    imported = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    told = models.PositiveBigIntegerField(default=0)
    last_success_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True, default="")
    last_error_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Attribute(models.Model):
    """Something that this workspace wants to know of customers, with a type; values lie in Customer.attributes."""

    KINDS = ("text", "number", "date", "choice", "yes_no")

    slug = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=60)
    name_fa = models.CharField(max_length=60, blank=True, default="")
    choices = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["text", "number", "date", "choice", "yes_no"]), name="attribute_kind"
            )
        ]

    def __str__(self) -> str:
        return self.name
