"""What the API takes and gives about customers."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Identity, TimelineEntry
from customers.rules.manners import CHANNELS, TONES
from helpdesk.core.api import stamp
from helpdesk.core.shapes import Flag, Int, Kind, Many, Matching, Maybe, Moment, OneOf, Record, Str, Words, answer

NO_SIGNS = r'[^@<>"(),:;\[\]\\\x00-\x20\x7f-\xa0]'
EMAIL = Matching(rf"^{NO_SIGNS}{{1,64}}@{NO_SIGNS}{{1,180}}$", example="sara@example.com")
PHONE = Matching(r"^\+?[0-9۰-۹٠-٩][0-9۰-۹٠-٩ ()-]{3,24}$", most=26, example="+989121234567")
EXTERNAL = Str(200)
HANDLES: dict[str, Kind] = {"email": EMAIL, "phone": PHONE, "external_id": EXTERNAL}
TAGS = Many(Str(60), 50)
LANGUAGE = OneOf(("", "en", "fa"))
TONE = OneOf(("", *TONES))
CHANNEL = OneOf(("", *CHANNELS))
LIKES: dict[str, Kind] = {"language": LANGUAGE, "tone": TONE, "channel": CHANNEL}

IDENTITY = answer(
    "Identity",
    {
        "id": Int(),
        "kind": Str(16),
        "value": Str(254),
        "verified": Flag(),
        "how": Str(16, blank=True),
        "verified_at": Maybe(Moment()),
        "verified_how": Str(16, blank=True),
    },
    {
        "how": _("Who said that it is theirs: staff, customer, import, api, or the channel that it wrote by."),
        "verified_how": _("By what it was proven: code, signature, staff, api, …"),
    },
    example={
        "id": 11,
        "kind": "email",
        "value": "sara@example.com",
        "verified": True,
        "how": "email",
        "verified_at": "2026-03-21T08:30:00Z",
        "verified_how": "code",
    },
)
CUSTOMER = answer(
    "Customer",
    {
        "id": Int(),
        "name": Str(200, blank=True),
        "email": Maybe(Str(254)),
        "phone": Maybe(Str(254)),
        "external_id": Maybe(Str(254)),
        **LIKES,
        "tags": TAGS,
        "attributes": Words(100),
        "identities": Many(IDENTITY, 1000),
        "created_at": Moment(),
        "updated_at": Moment(),
        "version": Int(),
    },
    example={
        "id": 7,
        "name": "Sara Ahmadi",
        "email": "sara@example.com",
        "phone": None,
        "external_id": None,
        "language": "fa",
        "tone": "formal",
        "channel": "email",
        "tags": ["vip"],
        "attributes": {"account_type": "business"},
        "identities": [],
        "created_at": "2026-03-21T08:30:00Z",
        "updated_at": "2026-03-21T08:30:00Z",
        "version": 1,
    },
)
ENTRY = answer(
    "TimelineEntry",
    {
        "id": Int(),
        "kind": Str(16),
        "channel": Str(16, blank=True),
        "occurred_at": Moment(),
        "summary": Str(300, blank=True),
        "ticket": Maybe(Int()),
    },
    {"ticket": _("The id of the ticket, where there is one.")},
    example={
        "id": 512,
        "kind": "message",
        "channel": "email",
        "occurred_at": "2026-03-21T08:30:00Z",
        "summary": "It should have come on Saturday.",
        "ticket": 1042,
    },
)
NEW = Record(
    "NewCustomer",
    {
        **HANDLES,
        "name": Str(200, blank=True),
        "language": LANGUAGE,
        "tags": TAGS,
        "attributes": Words(100),
        "created_at": Moment(),
    },
    at_least_one=True,
    notes={"created_at": _("A past time; needs the scope import.")},
)
CHANGED = Record(
    "CustomerChange",
    {"name": Str(200, blank=True), **LIKES, "tags": TAGS, "attributes": Words(100)},
    at_least_one=True,
    notes={"attributes": _("Those that are given are set, with null taken away; the others stay.")},
)


def identity_json(row: Identity) -> dict[str, Any]:
    """One handle as the API gives it."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "value": row.value,
        "verified": row.verified_at is not None,
        "how": row.how,
        "verified_at": stamp(row.verified_at) if row.verified_at else None,
        "verified_how": row.verified_how,
    }


def customer_json(row: Customer) -> dict[str, Any]:
    """One customer as the API gives them; `identities` should be fetched with the rows."""
    handles = sorted(row.identities.all(), key=lambda handle: handle.pk)
    first = {handle.kind: handle.value for handle in reversed(handles)}
    return {
        "id": row.pk,
        "name": row.name,
        **{kind: first.get(kind) for kind in HANDLES},
        "language": row.language,
        "tone": row.tone,
        "channel": row.channel,
        "tags": row.tags,
        "attributes": row.attributes,
        "identities": [identity_json(handle) for handle in handles],
        "created_at": stamp(row.created_at),
        "updated_at": stamp(row.updated_at),
        "version": row.version,
    }


def entry_json(row: TimelineEntry) -> dict[str, Any]:
    """One line of a history as the API gives it."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "channel": row.channel,
        "occurred_at": stamp(row.occurred_at),
        "summary": row.summary,
        "ticket": row.ticket,
    }
