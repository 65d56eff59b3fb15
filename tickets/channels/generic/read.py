"""The events of a channel of one's own (docs/generic-channel.md), read into happenings. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tickets.happenings import Changed, Far, Fate, Happening, Nothing, PeerNews, Said

CHANGES = {"message.edited": "edited", "message.deleted": "deleted", "message.reaction": "reaction"}
NEWS = {"peer.stopped": "stopped", "peer.started": "started"}
STATES = frozenset({"sent", "delivered", "read", "failed"})
KINDS = frozenset({"image", "video", "audio", "file"})
MOST_FILES = 20


def event(told: Mapping[str, Any]) -> Happening:
    """One event. Raises Nothing for what concerns nobody, KeyError or ValueError for what lacks something."""
    kind, data = str(told["type"]), told["data"]
    if kind == "message.status":
        return _fate(data)
    if kind in CHANGES:
        return _changed(CHANGES[kind], data)
    if kind in NEWS:
        return PeerNews(_need(data, "peer"), NEWS[kind], _words(data, "word"), _moment(data.get("at")))
    if kind.startswith("message.") and isinstance(data.get("from"), Mapping):
        return _said(data, "" if kind == "message.created" else kind.removeprefix("message."))
    raise Nothing(kind)


def _said(data: Mapping[str, Any], unknown: str) -> Said:
    sender = data["from"]
    return Said(
        id=_need(data, "id"),
        sender=_need(sender, "id"),
        sender_name=_words(sender, "name"),
        text=_words(data, "text"),
        at=_moment(data.get("at")),
        files=tuple(_file(one) for one in (data.get("files") or [])[:MOST_FILES]),
        answers=_words(data, "reply_to"),
        album=_words(data, "album"),
        unsupported=unknown,
        peer=_words(data, "conversation"),
        ours=data.get("ours") is True,
        is_public=data.get("public") is True,
        about=_words(data, "about"),
        language=_words(sender, "language")[:2],
        subject=_words(data, "subject"),
        automatic=data.get("automatic") is True,
    )


def _file(one: Mapping[str, Any]) -> Far:
    content_type = _words(one, "type")
    kind = content_type.partition("/")[0]
    size = one.get("size")
    return Far(
        kind if kind in KINDS else "file",
        _words(one, "name"),
        content_type,
        size if isinstance(size, int) else None,
        {"url": _need(one, "url")},
    )


def _changed(kind: str, data: Mapping[str, Any]) -> Changed:
    return Changed(
        id=_need(data, "id"),
        of=_need(data, "of"),
        kind=kind,
        text=_words(data, "text"),
        at=_moment(data.get("at")),
        by_name=_words(data, "by"),
        peer=_words(data, "peer"),
    )


def _fate(data: Mapping[str, Any]) -> Fate:
    state = _need(data, "state")
    if state not in STATES:
        raise ValueError(f"state: {state}")
    until = _moment(data.get("until"))
    if until is None:
        return Fate(state, of=_need(data, "of"), words=_words(data, "words"), code=_words(data, "code"))
    return Fate(state, peer=_need(data, "peer"), until=until)


def _need(data: Mapping[str, Any], name: str) -> str:
    found = _words(data, name)
    if not found:
        raise ValueError(f"{name} is missing")
    return found


def _words(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return "" if value is None else str(value)


def _moment(typed: Any) -> datetime | None:
    if not typed:
        return None
    found = datetime.fromisoformat(str(typed).replace("Z", "+00:00"))
    if found.tzinfo is None:
        raise ValueError("a moment without its zone")
    return found
