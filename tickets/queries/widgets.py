"""What the page of a widget's settings shows beside the settings themselves."""

from collections.abc import Iterable
from dataclasses import dataclass

from tickets.models import Conversation, Inbox, ProactiveRule
from tickets.rules.widgets import on_page

LATEST, SHOWN = 200, 3


@dataclass(frozen=True)
class FirstWord:
    """A first word of ours, which of the pages that chats lately began on it would greet, and whether it greets the
    address that is being tried (None: none is)."""

    rule: ProactiveRule
    pages: list[str]
    count: int
    hit: bool | None


def recent_pages(inbox: Inbox) -> list[str]:
    """The different pages on which this widget's latest chats that were taken began, the latest first."""
    rows = Conversation.objects.filter(inbox=inbox, taken_at__isnull=False).order_by("-taken_at")
    return [page for page in dict.fromkeys(rows.values_list("page_url", flat=True)[:LATEST]) if page]


def first_words(inbox: Inbox, tried: str = "") -> list[FirstWord]:
    """The inbox's own, in their order."""
    pages = recent_pages(inbox)
    return [_word(rule, pages, tried) for rule in inbox.proactive_rules.order_by("position", "id")]


def _word(rule: ProactiveRule, pages: Iterable[str], tried: str) -> FirstWord:
    hits = [page for page in pages if on_page(rule.pattern, page)]
    return FirstWord(rule, hits[:SHOWN], len(hits), on_page(rule.pattern, tried) if tried else None)


def mail_inboxes() -> list[tuple[str, str]]:
    """The e-mail inboxes that can send what was not read, as choices."""
    rows = Inbox.objects.filter(kind="email", is_active=True).exclude(address="").order_by("name", "id")
    return [(str(row.pk), f"{row.name} ({row.address})") for row in rows]
