"""Who may hear of a conversation: the one check of the socket and the long poll, in one statement."""

from datetime import timedelta

from channels.db import database_sync_to_async

from helpdesk.core import clock
from tickets.actions import visits
from tickets.channels.chat import tokens
from tickets.queries import visits as queries

# Somebody whose page was seen so lately need not be written down again.
LATELY = timedelta(seconds=45)


def _heard(key: str, token: str, name: str) -> queries.Chat | None:
    sitter, pk = tokens.read(key, token, clock.now()), tokens.read_chat_id(name)
    chat = queries.chat(key, sitter, pk) if sitter and pk else None
    if chat is None:
        return None
    if chat.seen_at < clock.now() - LATELY:
        visits.alive(chat.pk)
    return chat


async def heard(key: str, token: str, name: str) -> queries.Chat | None:
    """The conversation that this token may hear of, whose page has just spoken; None for all others and for sessions
    that have ended. Beside other such looks, not in a row behind them."""
    found: queries.Chat | None = await database_sync_to_async(_heard, thread_sensitive=False)(key, token, name)
    return found
