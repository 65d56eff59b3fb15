"""What is known about people: facts only."""

from customers.models.entry import EntryCode, PortalSession
from customers.models.memory import Fact
from customers.models.merges import CustomerMerge, Move, NotSame
from customers.models.organisations import Membership, Organisation, OrganisationDomain
from customers.models.people import Customer, Identity
from customers.models.timeline import TimelineEntry

__all__ = [
    "Customer",
    "CustomerMerge",
    "EntryCode",
    "Fact",
    "Identity",
    "Membership",
    "Move",
    "NotSame",
    "Organisation",
    "OrganisationDomain",
    "PortalSession",
    "TimelineEntry",
]
