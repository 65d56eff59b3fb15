"""What tickets keep of people: the page that giving out and erasing walk (wiring.PRIVACY)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from helpdesk.core.privacy import Area, Person, Store, counted, deleted, given, nothing, simple
from tickets.actions import erased
from tickets.queries import personal

MESSAGE = (
    *("ticket__number", "created_at", "kind", "channel", "from_name", "from_address", "subject", "text", "html"),
    *("reply_to", "forwarded_name", "forwarded_from", "header_id", "in_reply_to"),
)


def _drafts(one: Person) -> Iterable[Mapping[str, Any]]:
    return given(personal.drafts, "ticket__number", "mode", "body", "updated_at")(one) if one.whole else nothing(one)


AREA = Area(
    stores=(
        Store(
            "files",
            _("Files"),
            ("tickets.attachment",),
            personal.files_told,
            counted(personal.attachments),
            erased.attachments,
        ),
        Store(
            "sources",
            _("Mails as they came"),
            ("tickets.rawinbound",),
            personal.sources_told,
            counted(personal.sources),
            lambda one, limit: erased.sources(one, limit) or erased.unread(one, limit),
        ),
        Store("answers", _("Answers to programs"), ("core.idempotencykey",), nothing, lambda one: 0, erased.answers),
        Store(
            "copies",
            _("Copies of our answers"),
            ("tickets.delivery",),
            given(
                personal.deliveries,
                *("message__ticket__number", "address", "role", "state", "sent_at", "error", "header_id", "envelope"),
            ),
            counted(personal.deliveries),
            lambda one, limit: erased.deliveries(one, limit) or erased.envelopes(one, limit),
        ),
        Store("drafts", _("Drafts"), ("tickets.draft",), _drafts, counted(personal.drafts), deleted(personal.drafts)),
        Store(
            "others",
            _("What others said where you took part"),
            (),
            nothing,
            counted(personal.others),
            erased.others,
            _("The words of others are theirs: they stay, without your name and without what they repeated of yours."),
            counted(personal.others),
        ),
        Store(
            "messages",
            _("Messages"),
            ("tickets.message",),
            given(personal.told, *MESSAGE),
            counted(personal.messages),
            erased.messages,
        ),
        Store(
            "tickets",
            _("Requests"),
            ("tickets.ticket",),
            given(
                personal.tickets,
                *("number", "subject", "status", "channel", "created_at", "resolved_at", "tags", "custom"),
            ),
            counted(personal.tickets),
            erased.tickets,
            _("That there was a request, and how long it took, stays in our figures, without a word of it."),
            counted(personal.tickets),
        ),
        simple(
            "addresses",
            _("Where you write to us from"),
            "tickets.peer",
            personal.peers,
            *("inbox__name", "address", "name", "language", "last_in_at", "stopped_at", "created_at"),
        ),
        simple(
            "changes",
            _("What became of messages later"),
            "tickets.messagechange",
            personal.changes,
            *("message__ticket__number", "kind", "text", "was", "by_name", "at"),
        ),
        simple(
            "call_backs",
            _("Calls that we owe you"),
            "tickets.callback",
            personal.call_backs,
            "number",
            "due_at",
            "done_at",
        ),
        Store(
            "calls",
            _("Telephone calls"),
            ("tickets.callevent", "tickets.call"),
            given(
                personal.calls,
                *("direction", "number", "our_number", "queue", "outcome", "ring_at", "answered_at", "ended_at"),
                *("wait_seconds", "hold_seconds", "talk_seconds", "transcript"),
            ),
            counted(personal.calls),
            lambda one, limit: deleted(personal.call_events)(one, limit) or deleted(personal.calls)(one, limit),
        ),
        Store(
            "marks",
            _("Numbers that networks gave your messages"),
            ("tickets.externalmessage", "tickets.farfile"),
            given(personal.external, "inbox__name", "external_id"),
            counted(personal.external),
            lambda one, limit: deleted(personal.external)(one, limit) or deleted(personal.far_files)(one, limit),
        ),
        simple(
            "seats",
            _("Where you take part"),
            "tickets.participant",
            personal.seats,
            *("ticket__number", "address", "name", "role"),
        ),
        Store(
            "visits",
            _("Visits to our websites"),
            ("tickets.visitor",),
            given(
                personal.visitors,
                *("identity", "external_id", "name", "email", "phone", "attributes", "page_url", "page_title"),
                *("language", "visits", "created_at", "seen_at"),
            ),
            counted(personal.visitors),
            erased.visitors,
        ),
        Store(
            "chats",
            _("Live chats"),
            ("tickets.conversation",),
            given(
                personal.chats,
                *("ticket__number", "queued_at", "ended_at", "page_url", "rating", "rating_text", "solved"),
            ),
            counted(personal.chats),
            erased.chats,
        ),
        simple(
            "suspensions",
            _("Addresses that our mail did not reach"),
            "tickets.suspension",
            personal.suspensions,
            *("address", "reason", "detail", "last_at"),
        ),
        simple("trusted", _("Senders whose pictures we show"), "tickets.trustedsender", personal.trusted, "address"),
        simple("blocked", _("Senders that we blocked"), "tickets.blockedsender", personal.blocked, "pattern"),
        simple(
            "automatic",
            _("Automatic answers"),
            "tickets.automaticreply",
            personal.automatic,
            *("address", "ticket__number", "day"),
        ),
    ),
    free={
        "tickets.inbox": "a door of ours",
        "tickets.seenmail": "the numbers that a mail server gave its mails",
        "tickets.hookevent": "the numbers that a provider gave its events",
        "tickets.offer": "which of us was asked to take a chat",
        "tickets.template": "words of ours for everybody",
        "tickets.cannedanswer": "words of ours for everybody",
        "tickets.proactiverule": "words of ours for everybody",
        "tickets.tag": "a word on a list of ours",
        "tickets.reason": "a word on a list of ours",
        "tickets.customfield": "a field of a form of ours",
        "tickets.presence": "which of us looks at a ticket, by number",
        "tickets.notice": "which of us was told of a ticket, by number",
        "tickets.merge": "numbers of tickets, and states and numbers that were changed",
        "tickets.split": "numbers of tickets and messages",
        "tickets.link": "numbers of tickets",
    },
    handles=personal.handles,
    names=personal.names,
    heard=personal.heard,
)
