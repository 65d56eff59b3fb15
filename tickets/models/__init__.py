"""The facts of tickets, by noun."""

from tickets.models.calls import Call, CallBack, CallEvent
from tickets.models.chat import CannedAnswer, Conversation, Offer, ProactiveRule, Visitor
from tickets.models.inbox import HookEvent, Inbox, RawInbound, SeenMail
from tickets.models.joins import BlockedSender, Link, Merge, Split
from tickets.models.lists import CustomField, Reason, Tag
from tickets.models.mail import AutomaticReply, Suspension, TrustedSender
from tickets.models.message import Attachment, Delivery, Message
from tickets.models.ticket import Draft, Notice, Participant, Presence, Ticket
from tickets.models.voices import ExternalMessage, FarFile, MessageChange, Peer, Template

__all__ = [
    "Attachment",
    "AutomaticReply",
    "BlockedSender",
    "Call",
    "CallBack",
    "CallEvent",
    "CannedAnswer",
    "Conversation",
    "CustomField",
    "Delivery",
    "Draft",
    "ExternalMessage",
    "FarFile",
    "HookEvent",
    "Inbox",
    "Link",
    "Merge",
    "Message",
    "MessageChange",
    "Notice",
    "Offer",
    "Participant",
    "Peer",
    "Presence",
    "ProactiveRule",
    "RawInbound",
    "Reason",
    "SeenMail",
    "Split",
    "Suspension",
    "Tag",
    "Template",
    "Ticket",
    "TrustedSender",
    "Visitor",
]
