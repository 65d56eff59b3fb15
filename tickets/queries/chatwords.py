"""What a mail says that carries chat answers nobody read, and what is known of them."""

from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from helpdesk.accounts.models import Workspace
from helpdesk.core.rules import digits
from tickets.models import Conversation, Inbox, Message, Ticket, Visitor

MOST = 50


def subject(inbox: Inbox, number: int, language: str) -> str:
    """It carries nothing that the visitor wrote: the address may not be theirs. The same for all mails of a chat."""
    with translation.override(language):
        words = {"shop": inbox.name, "number": digits.number(number, language, grouped=False)}
        return _("Your conversation with %(shop)s (request %(number)s)") % words


def ending(link: str, language: str) -> str:
    """How to go on."""
    with translation.override(language):
        return _("You can simply answer this mail, or go on where you left off:") + f"\n{link}"


def body(messages: Sequence[Message], language: str) -> str:
    """The answers, each with its author's name once there are several authors."""
    with translation.override(language):
        several = len({message.author_id for message in messages}) > 1
        words = [_named(message) if several else message.text.strip() for message in messages]
        return "\n\n".join([_("Here is our answer from the chat:"), *words])


def _named(message: Message) -> str:
    return f"{message.author.name if message.author else ''}:\n{message.text.strip()}"


def unread(conversation: Conversation) -> list[Message]:
    """Answers by people that neither the visitor's screen nor a mail has shown, oldest first."""
    rows = conversation.ticket.messages.filter(kind="out", channel="chat", is_automatic=False, author__isnull=False)
    after = max(conversation.visitor_seq, conversation.mailed_seq)
    rows = rows.filter(seq__gt=after, withdrawn_at__isnull=True, removed_at__isnull=True)
    return list(rows.select_related("author").defer("search", "html").order_by("seq")[:MOST])


def language_of(conversation: Conversation) -> str:
    """The visitor's own, else their customer's, else the workspace's."""
    theirs = conversation.visitor.language or conversation.ticket.customer.language
    return theirs or Workspace.objects.values_list("language", flat=True).first() or "en"


def visitor_of(ticket: Ticket) -> Visitor | None:
    """Who sat before the widget in this ticket's chat."""
    return Visitor.objects.filter(conversations__ticket=ticket).first()


def known_address(conversation: Conversation) -> str:
    """Where the visitor can be written to: what they told us, else their customer's proven address; "" for none.

    A claimed address is good for sending, and proves nothing.
    """
    visitor = conversation.visitor
    if visitor.email or visitor.identity != Visitor.Identity.VERIFIED:
        return visitor.email.lower()
    return proven_address(visitor)


def proven_address(visitor: Visitor) -> str:
    """An address that is theirs beyond doubt: their host vouches for the person, and the person's address has answered
    us before; "" for none. What a page claims is none, not even beside a proof of who they are."""
    if visitor.identity != Visitor.Identity.VERIFIED:
        return ""
    proven = visitor.customer.identities.filter(kind="email", verified_at__isnull=False).order_by("id")
    return proven.values_list("value", flat=True).first() or ""
