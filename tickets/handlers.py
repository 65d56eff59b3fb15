"""What this app does when something was announced. Each handler is idempotent: it may run twice."""

from typing import Any

from helpdesk.accounts.rules.policy import SYSTEM
from tickets.actions import account_mail as mail
from tickets.actions import (
    autoreply,
    chatanswers,
    chatmail,
    delivery,
    lifecycle,
    media,
    notices,
    offers,
    peernames,
    routing,
    scanning,
    supervision,
    templates,
    transcripts,
)
from tickets.models import Ticket


def deliver(payload: dict[str, Any]) -> None:
    """message.queued: the ten seconds are over, send."""
    chatanswers.left(payload["message"])
    delivery.send_all(payload["message"])


def scan(payload: dict[str, Any]) -> None:
    """file.received: let the virus scanner look."""
    scanning.scan(payload["attachment"])


def fetch_media(payload: dict[str, Any]) -> None:
    """media.wanted: a file that a provider still keeps is brought here."""
    media.fetch(payload["file"])


def learn_name(payload: dict[str, Any]) -> None:
    """peer.unnamed: somebody wrote whom their network names by a number only; it is asked for their name."""
    peernames.learn(payload["peer"])


def sync_templates(payload: dict[str, Any]) -> None:
    """templates.changed: the provider has judged a template; all are listed anew."""
    templates.sync_later(payload["inbox"])


def acknowledge(payload: dict[str, Any]) -> None:
    """ticket.unanswered: tell a person who wrote for the first time that their mail is here."""
    autoreply.acknowledge(payload["message"])


def notify_assignee(payload: dict[str, Any]) -> None:
    """ticket.assigned: tell the person."""
    notices.assigned(ticket_id=payload["ticket"], user_id=payload["assignee"], actor_id=payload["by"])


def hand_over(payload: dict[str, Any]) -> None:
    """user.deactivated: their open work goes to whoever was named, or back to the teams."""
    lifecycle.hand_over(user_id=payload["user"], to=payload.get("to"))


def wake(payload: dict[str, Any]) -> None:
    """A snooze has ended."""
    ticket = Ticket.objects.filter(pk=payload["ticket"]).first()
    if ticket is not None:
        lifecycle.wake(by=SYSTEM, ticket=ticket)


def account_mail(payload: dict[str, Any]) -> None:
    """account.mail: an invitation or a password link leaves by the first e-mail inbox."""
    mail.send(payload)


def route_chats(payload: dict[str, Any]) -> None:
    """chat.queued, chat.taken, chat.passed, chat.ended, user.availability, and a timer: who waits is offered."""
    routing.route()


def offer_missed(payload: dict[str, Any]) -> None:
    """The timer of an offer: its thirty seconds are over."""
    offers.miss(payload["offer"])


def let_chats_go(payload: dict[str, Any]) -> None:
    """user.deactivated: the chats they had wait for somebody else."""
    supervision.let_go(payload["user"], payload.get("to"))


def chat_answered(payload: dict[str, Any]) -> None:
    """message.sent_chat: if the visitor does not read it, it will leave by mail."""
    chatmail.look_at_message(payload["message"])


def end_chat(payload: dict[str, Any]) -> None:
    """ticket.resolved: its live chat is over, too."""
    chatanswers.over(payload["ticket"])


def chat_left(payload: dict[str, Any]) -> None:
    """chat.left, chat.ended: what they have not read leaves by mail now."""
    chatmail.look(payload["conversation"])


def chat_unread(payload: dict[str, Any]) -> None:
    """The timer of an unread chat answer."""
    chatmail.look(payload["conversation"])


def chat_over(payload: dict[str, Any]) -> None:
    """chat.ended: what was said goes to the visitor by mail, where the widget wants it."""
    transcripts.by_itself(payload["conversation"])


def chat_transcript(payload: dict[str, Any]) -> None:
    """chat.transcript: the mail with what was said."""
    transcripts.send(payload)
