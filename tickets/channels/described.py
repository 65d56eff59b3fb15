"""A provider's request in the words of `manage.py parse_webhook`, for messengers and the like. Pure."""

from datetime import UTC, datetime
from typing import Any

from django.utils.module_loading import import_string

from helpdesk import wiring
from tickets.channels.base import NothingForUs, ProviderRequest, UnknownProvider
from tickets.happenings import CallNews, Changed, Far, Happening, Nothing, Said

# What scripts call a provider -> the kind of inbox that reads it, and what its settings say.
PROVIDERS: dict[str, tuple[str, dict[str, Any]]] = {
    "telegram": ("telegram", {}),
    "bale": ("bale", {}),
    "eitaa": ("eitaa", {}),
    "rubika": ("rubika", {}),
    "whatsapp": ("whatsapp", {}),
    "whatsapp_cloud": ("whatsapp", {}),
    "instagram": ("instagram", {}),
    "facebook_messenger": ("messenger", {}),
    "messenger": ("messenger", {}),
    "line": ("line", {}),
    "viber": ("viber", {}),
    "twilio": ("sms", {"provider": "twilio"}),
    "bandwidth_sms": ("sms", {"provider": "bandwidth"}),
    "kavenegar": ("sms", {"provider": "kavenegar"}),
    "sms": ("sms", {"provider": "http"}),
    "generic": ("generic", {}),
    "generic_cti": ("phone", {}),
}
EVER = datetime(2000, 1, 1, tzinfo=UTC)


def describe(given: ProviderRequest) -> list[dict[str, Any]]:
    """The messages of a request. Raises NothingForUs; ValueError for what the provider would never send."""
    kind, settings = PROVIDERS.get(given.provider, ("", {}))
    if kind not in wiring.CHANNELS:
        raise UnknownProvider(repr(given.provider))
    adapter = import_string(wiring.CHANNELS[kind])()
    found: list[Happening] = []
    reasons = []
    for data in adapter.split(given, settings):
        try:
            found.append(adapter.parse(data, EVER))
        except Nothing as why:
            reasons.append(str(why))
    # A reaction or a deletion is no message, here as in the thread.
    said = [
        one for one in found if isinstance(one, Said | CallNews) or (isinstance(one, Changed) and one.kind == "edited")
    ]
    if not said:
        raise NothingForUs(", ".join([*reasons, *(type(one).__name__.lower() for one in found)]) or "nothing")
    return [
        _said(one) if isinstance(one, Said) else _call(one) if isinstance(one, CallNews) else _change(one)
        for one in said
    ]


def _call(one: CallNews) -> dict[str, Any]:
    fact = one.fact
    told = {"sender_id": fact.number, "sender_name": "", "text": fact.transcript, "event_id": f"{one.call}:{fact.kind}"}
    files = [Far("audio", "recording", "audio/mpeg", place={"url": fact.recording})] if fact.recording else []
    call: dict[str, Any] = {"id": one.call, "event": fact.kind, "direction": fact.direction, "to": fact.our_number}
    call |= {"queue": fact.queue, "users": list(fact.users), "answered_by": fact.answered_by, "cause": fact.cause}
    return told | {"message_id": one.call, "attachments": [_file(far) for far in files], "call": call}


def _said(one: Said) -> dict[str, Any]:
    return {
        "sender_id": one.sender,
        "sender_name": one.sender_name,
        "text": one.text,
        "event_id": one.id,
        "message_id": one.id,
        "in_reply_to": one.answers,
        "album": one.album,
        "unsupported": one.unsupported or None,
        "ours": one.ours,
        "public": one.is_public,
        "attachments": [_file(far) for far in one.files],
    }


def _change(one: Changed) -> dict[str, Any]:
    return {"sender_id": one.peer, "text": one.text, "event_id": one.id, "message_id": one.of, "change": one.kind}


def _file(far: Far) -> dict[str, Any]:
    """A file that the provider still has: its size is the provider's word, its digest nobody knows yet."""
    kind = "image" if far.kind == "sticker" else far.kind
    return {
        "name": far.name,
        "type": far.content_type,
        "size": far.size,
        "sha1": None,
        "inline": False,
        "kind": kind,
    }
