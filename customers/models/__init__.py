"""What is known about people: facts only."""

from customers.models.commerce import Attribute, Connector, Event, Order, Subscription
from customers.models.consent import Consent, Contact, ContactWish, Look, NoContact, PrivacyPolicy
from customers.models.duplicates import Duplicate, MatchKey, MatchProgress
from customers.models.entry import EntryCode, PortalSession
from customers.models.imports import CustomerImport, HandlePast, ImportLine
from customers.models.memory import Fact
from customers.models.merges import CustomerMerge, Move, NotSame
from customers.models.organisations import Membership, Organisation, OrganisationDomain
from customers.models.people import Customer, Identity
from customers.models.privacy import Erasure, PersonalExport, Tombstone
from customers.models.timeline import TimelineEntry

__all__ = [
    "Attribute",
    "Connector",
    "Consent",
    "Contact",
    "ContactWish",
    "Customer",
    "CustomerImport",
    "CustomerMerge",
    "Duplicate",
    "EntryCode",
    "Erasure",
    "Event",
    "Fact",
    "HandlePast",
    "Identity",
    "ImportLine",
    "Look",
    "MatchKey",
    "MatchProgress",
    "Membership",
    "Move",
    "NoContact",
    "NotSame",
    "Order",
    "Organisation",
    "OrganisationDomain",
    "PersonalExport",
    "PortalSession",
    "PrivacyPolicy",
    "Subscription",
    "TimelineEntry",
    "Tombstone",
]
