"""What is known about people: facts only."""

from customers.models.entry import EntryCode, PortalSession
from customers.models.merges import CustomerMerge, Move, NotSame
from customers.models.people import Customer, Identity
from customers.models.timeline import TimelineEntry

__all__ = [
    "Customer",
    "CustomerMerge",
    "EntryCode",
    "Identity",
    "Move",
    "NotSame",
    "PortalSession",
    "TimelineEntry",
]
