"""Who reacts to what: the only page of it, strings only, so that no import circle can grow.

Grep an event's name to see who sends it, its row here, and its handlers. A system check resolves every string.
"""

from collections.abc import Iterator

# kind of inbox -> the adapter that reads and sends for it
CHANNELS: dict[str, str] = {
    "email": "tickets.channels.email.adapter.EmailAdapter",
    "telegram": "tickets.channels.telegram.adapter.Telegram",
    "line": "tickets.channels.line.adapter.Line",
    "viber": "tickets.channels.viber.adapter.Viber",
    "bale": "tickets.channels.bale.adapter.Bale",
    "rubika": "tickets.channels.rubika.adapter.Rubika",
    "phone": "tickets.channels.phone.adapter.Phone",
    "whatsapp": "tickets.channels.whatsapp.adapter.WhatsApp",
    "messenger": "tickets.channels.messenger.adapter.Messenger",
    "instagram": "tickets.channels.instagram.adapter.Instagram",
    "sms": "tickets.channels.sms.adapter.Sms",
    "generic": "tickets.channels.generic.adapter.Generic",
}

# provider, or its part before the colon, or "" for all others -> what reads its requests
# (channels.base.ProviderRequest) into messages
HOOKS: dict[str, str] = {
    "email": "tickets.channels.email.hooks.described.describe",
    "": "tickets.channels.described.describe",
}

# event -> handlers (each gets the payload; each has its own delivery row; each is idempotent)
HANDLERS: dict[str, list[str]] = {
    "message.received": [],
    "file.received": ["tickets.handlers.scan"],
    "media.wanted": ["tickets.handlers.fetch_media"],
    "peer.unnamed": ["tickets.handlers.learn_name"],
    "templates.changed": ["tickets.handlers.sync_templates"],
    "message.queued": ["tickets.handlers.deliver"],
    "ticket.created": [],
    "ticket.unanswered": ["tickets.handlers.acknowledge"],
    "ticket.assigned": ["tickets.handlers.notify_assignee"],
    "ticket.changed": [],
    "ticket.resolved": ["tickets.handlers.end_chat"],
    "ticket.reopened": [],
    "message.sent_chat": ["tickets.handlers.chat_answered"],
    "chat.left": ["tickets.handlers.chat_left"],
    "chat.ended": ["tickets.handlers.chat_left", "tickets.handlers.chat_over", "tickets.handlers.route_chats"],
    "chat.transcript": ["tickets.handlers.chat_transcript"],
    "chat.queued": ["tickets.handlers.route_chats"],
    "chat.taken": ["tickets.handlers.route_chats"],
    "chat.passed": ["tickets.handlers.route_chats"],
    "user.availability": ["tickets.handlers.route_chats"],
    "user.deactivated": ["tickets.handlers.hand_over", "tickets.handlers.let_chats_go"],
    "customer.merged": [],
    "customer.merge_undone": [],
    "customer.erasing": ["customers.handlers.erase"],
    "customer.export": ["customers.handlers.export"],
    "account.mail": ["tickets.handlers.account_mail"],
    "shop.import": ["customers.handlers.import_page"],
    "customers.import": ["customers.handlers.import_rows"],
}

# sources of due work: each takes a limit and answers how much it did
PUMPS: list[str] = [
    "tickets.actions.raw.run_queued",
    "helpdesk.core.jobs.run_outbox",
    "helpdesk.core.jobs.run_timers",
    "customers.actions.duplicates.look",
]

# what grows old: each takes a limit, drops as many rows that nobody needs any more, and answers how many
TIDY: list[str] = [
    "helpdesk.core.idempotency.forget",
    "tickets.actions.hookevents.forget",
    "customers.actions.entry.forget",
    "customers.actions.gathering.gather",
    "customers.actions.copies.forget",
    "customers.actions.importing.forget",
    "customers.actions.retention.drop",
]

# what grows old by the schedule of an admin: tuples of kinds (customers.actions.aging.Kind)
RETENTION: list[str] = ["customers.actions.aging.KINDS", "tickets.actions.aging.KINDS"]

# what each app keeps of people (core/privacy.Area): given out, erased in this order
PRIVACY: list[str] = [
    "tickets.privacy.AREA",
    "customers.privacy.AREA",
    "helpdesk.core.erased.AREA",
    "helpdesk.accounts.privacy.AREA",
]

# which of a customer's tickets a person has in hand: callable(actor, customer's id) -> query of numbers
IN_HAND = "tickets.access.in_hand"

# what a line of the history with a ticket's number tells of: the model, its keys by number, its numbers by key
MATTER = "tickets.ticket"
MATTERS = "tickets.queries.parting.keys"
MATTER_NUMBERS = "tickets.queries.parting.numbers"

# what goes along when messages and handles are split off a customer: callables(by, customer, messages, identities) ->
# label of a model -> keys; what a customer said, to choose from: callable(actor, customer, before) -> lines; models
# whose rows stand for a handle (`came_by`) and go with it wherever it goes
PARTS: list[str] = ["tickets.queries.parting.rows"]
SAID = "tickets.queries.parting.lines"
STAND_FOR_HANDLES: list[str] = ["tickets.visitor", "tickets.peer"]

# what speaks for a second look before two customers are joined: callables(survivor, other) -> sentences
MERGE_WARNINGS: list[str] = ["tickets.queries.parting.warnings"]

# whose mails customers passed on to us: callable(customers' ids) -> id -> addresses
FORWARDED = "tickets.queries.forwarded.by_them"

# a customer's tickets as chapters of their history: callable(actor, customer's id, numbers, limit) -> list of chapters
CHAPTERS = "tickets.queries.chapters.chapters"

# what is open of some customers: callable(actor, customers' ids, limit) -> list of chapters
OPEN_OF = "tickets.queries.chapters.open_of"

# the latest of each of some customers, whatever became of it: callable(actor, customers' ids) -> id -> list of chapters
LATEST_OF = "tickets.queries.chapters.latest_of"

# where the pages of things are that the audit names (`ticket:42`): callables(keys) -> key -> address
PLACES: dict[str, str] = {
    "ticket": "tickets.queries.places.tickets",
    "message": "tickets.queries.places.messages",
    "inbox": "tickets.queries.places.inboxes",
    "customer": "customers.queries.places.customers",
    "organisation": "customers.queries.places.organisations",
    "user": "helpdesk.accounts.queries.user_places",
    "team": "helpdesk.accounts.queries.team_places",
}

# small counters in the page header: callable(actor) -> name -> int
BADGES = "tickets.queries.notices.badges"

# what the customers' pages find room for once there is some: place -> callables(text, language) -> lines to show
# (tickets/views/portal/places.py). `answers`: for what somebody looks for or asks; `incidents`: what is broken now.
PORTAL_PLACES: dict[str, list[str]] = {"answers": [], "incidents": []}

# lines at the top of every page: callable(actor) -> list of core.alarms.Alarm
ALARMS: list[str] = ["tickets.queries.health.alarms"]


def paths() -> Iterator[str]:
    """Every dotted path above."""
    yield from CHANNELS.values()
    yield from HOOKS.values()
    for handlers in HANDLERS.values():
        yield from handlers
    yield from PUMPS
    yield from TIDY
    yield from RETENTION
    yield from PRIVACY
    yield IN_HAND
    yield FORWARDED
    yield CHAPTERS
    yield OPEN_OF
    yield LATEST_OF
    yield MATTERS
    yield MATTER_NUMBERS
    yield from PARTS
    yield SAID
    yield from MERGE_WARNINGS
    yield from PLACES.values()
    yield BADGES
    for finders in PORTAL_PLACES.values():
        yield from finders
    yield from ALARMS
