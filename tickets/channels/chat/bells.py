"""Who may hear of a conversation: the one check of the socket and the long poll, in one statement."""

from helpdesk.core import clock
from tickets.actions import visits
from tickets.channels.chat import tokens
from tickets.queries import visits as queries


def heard(key: str, token: str, name: str) -> queries.Chat | None:
    """The conversation that this token may hear of; None for all others and for sessions that have ended."""
    sitter, pk = tokens.read(key, token, clock.now()), tokens.read_chat_id(name)
    chat = queries.chat(key, sitter.uid, pk) if sitter and pk else None
    return chat if chat and sitter and chat.epoch == sitter.epoch else None


def alive(pk: int) -> None:
    """The page of this conversation has spoken."""
    visits.alive(pk)
