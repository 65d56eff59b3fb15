"""What customers keeps of people: the page that giving out and erasing walk (wiring.PRIVACY)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.actions import erased
from customers.queries import persons
from helpdesk.core.privacy import Area, Person, Store, counted, deleted, given, nothing, simple

LAW = _("The law has books kept: sums, dates and numbers of orders stay, the person does not.")


def _whom(one: Person) -> Any:
    return persons.people(one).filter(erased_at=None)


def _no_more(_one: Person, _limit: int) -> int:
    """Emptied in the moment of erasing: customers.actions.erasing."""
    return 0


FACTS = ("text", "sight", "by", "theirs", "ticket", "said_at", "confirmed_at")
WHO = Store(
    "customer",
    _("Who you are"),
    ("customers.customer",),
    given(_whom, "id", "name", "language", "tags", "tone", "channel", "attributes", "created_at", "updated_at"),
    counted(_whom),
    _no_more,
)
MONEY = Store(
    "events",
    _("Purchases and payments"),
    ("customers.event",),
    given(
        persons.events,
        "type",
        "occurred_at",
        "amount",
        "currency",
        "event_id",
        "story",
        "source",
        "spent",
        "properties",
    ),
    counted(persons.events),
    lambda one, limit: erased.free_events(one, limit) or erased.money_events(one, limit),
    LAW,
    lambda one: persons.events(one).filter(persons.MONEY).count(),
)
ORDERS = Store(
    "orders",
    _("Orders"),
    ("customers.order",),
    given(
        persons.orders,
        *("number", "ref", "source", "status", "placed_at", "currency", "total", "paid", "refunded", "lines"),
        *("shipments", "url", "reason"),
    ),
    counted(persons.orders),
    erased.orders,
    LAW,
    counted(persons.orders),
)
SUBSCRIPTIONS = Store(
    "subscriptions",
    _("Subscriptions"),
    ("customers.subscription",),
    given(
        persons.subscriptions,
        *("plan", "ref", "source", "status", "started_at", "interval", "currency", "amount", "renews_at", "ended_at"),
        "reason",
    ),
    counted(persons.subscriptions),
    erased.subscriptions,
    LAW,
    counted(persons.subscriptions),
)
MERGES = Store(
    "merges",
    _("Records of you that were joined or parted"),
    ("customers.customermerge", "customers.move"),
    given(persons.merges, "kind", "survivor", "other", "why", "fields", "by", "created_at", "undone_at"),
    counted(persons.merges),
    erased.merges,
    _("That two numbers were one person stays, by the numbers alone."),
    counted(persons.merges),
)

AREA = Area(
    stores=(
        simple(
            "handles",
            _("How we reach you"),
            "customers.identity",
            persons.identities,
            *("kind", "value", "display", "how", "verified_at", "verified_how", "created_at"),
        ),
        simple(
            "past_handles",
            _("How we reached you before"),
            "customers.handlepast",
            persons.past_handles,
            *("kind", "value", "since", "until", "why", "by"),
        ),
        simple(
            "history",
            _("History"),
            "customers.timelineentry",
            persons.history,
            *("occurred_at", "kind", "channel", "summary", "ticket", "ours"),
        ),
        simple("facts", _("What we noted"), "customers.fact", persons.facts, *FACTS),
        MONEY,
        ORDERS,
        SUBSCRIPTIONS,
        simple(
            "memberships",
            _("Organisations you belong to"),
            "customers.membership",
            persons.memberships,
            *("organisation__name", "how", "sees_colleagues", "created_at"),
        ),
        Store(
            "organisations",
            _("Notes on organisations that name you"),
            ("customers.organisation",),
            lambda one: given(persons.organisations, "name", "notes")(one) if one.whole else nothing(one),
            counted(persons.organisations),
            erased.organisations,
        ),
        simple(
            "consents",
            _("What you allowed or refused"),
            "customers.consent",
            persons.consents,
            *("purpose", "channel", "state", "address", "how", "words", "by", "at"),
        ),
        simple(
            "no_contacts",
            _("When you wanted to be left alone"),
            "customers.nocontact",
            persons.no_contacts,
            *("reason", "by", "at", "lifted_at"),
        ),
        simple(
            "wishes",
            _("When you like to be reached"),
            "customers.contactwish",
            persons.wishes,
            *("timezone", "hours", "by", "at"),
        ),
        simple(
            "contacts",
            _("When we came to you unasked"),
            "customers.contact",
            persons.contacts,
            *("purpose", "channel", "key", "at"),
        ),
        simple("looks", _("Who of us looked at you"), "customers.look", persons.looks, "hour", "what", "role"),
        simple(
            "sessions",
            _("Where you are signed in"),
            "customers.portalsession",
            persons.sessions,
            *("address", "created_at", "expires_at", "ended_at"),
        ),
        Store(
            "codes",
            _("Codes to sign in"),
            ("customers.entrycode",),
            nothing,
            counted(persons.codes),
            deleted(persons.codes),
        ),
        Store(
            "not_same",
            _("Whom you are not"),
            ("customers.notsame",),
            nothing,
            counted(persons.not_same),
            deleted(persons.not_same),
        ),
        Store(
            "questions",
            _("Whom you may be"),
            ("customers.duplicate",),
            nothing,
            counted(persons.questions),
            deleted(persons.questions),
        ),
        Store(
            "match_keys",
            _("By what we look for duplicates of you"),
            ("customers.matchkey",),
            nothing,
            counted(persons.match_keys),
            deleted(persons.match_keys),
        ),
        Store(
            "import_lines",
            _("Lines of imported files"),
            ("customers.importline",),
            given(persons.import_lines, "of__name", "line", "cells"),
            counted(persons.import_lines),
            deleted(persons.import_lines),
        ),
        Store(
            "import_files",
            _("Imported files that name you"),
            ("customers.customerimport",),
            nothing,
            lambda one: 0,
            erased.import_files,
        ),
        Store(
            "exports",
            _("Copies that were made for you"),
            ("customers.personalexport",),
            given(persons.exports, "state", "by", "created_at", "expires_at"),
            counted(persons.exports),
            erased.exports,
        ),
        MERGES,
        WHO,
    ),
    free={
        "customers.erasure": "who is being erased, sealed, and emptied at the end; the number of an empty shell",
        "customers.tombstone": "keyed hashes, which tell nothing without the key",
        "customers.organisationdomain": "a domain of a company",
        "customers.connector": "a shop of ours",
        "customers.attribute": "what may be known, of nobody",
        "customers.privacypolicy": "rules of the workspace",
        "customers.matchprogress": "how far the search for duplicates has come",
    },
)
