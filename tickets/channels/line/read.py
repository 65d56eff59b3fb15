"""What LINE tells a bot (developers.line.biz, Messaging API, "Webhook event objects"), read into happenings. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tickets.happenings import Changed, Far, Happening, Nothing, PeerNews, Said

TYPES = {"image": ("image", "image/jpeg"), "video": ("video", "video/mp4"), "audio": ("audio", "audio/mp4")}
STICKER = "https://stickershop.line-scdn.net/stickershop/v1/sticker/{}/android/sticker.png"
# Bots without answers of their own in the queue leave these to another one.
STANDBY = "standby"


def event(row: Mapping[str, Any]) -> Happening:
    """One event. Raises Nothing for what no customer said."""
    source = row.get("source") or {}
    who = str(source.get("userId") or "")
    if source.get("type", "user") != "user" or not who:
        raise Nothing(f"a {source.get('type') or 'nameless source'}")
    kind = row.get("type")
    if kind == "message":
        return _said(row, row["message"], who)
    if kind == "postback":
        return _pressed(row, who)
    if kind == "unsend":
        of = str(row["unsend"]["messageId"])
        return Changed(id=f"unsend:{of}", of=of, kind="deleted", at=_time(row), peer=who)
    if kind in ("follow", "unfollow"):
        return PeerNews(who, "started" if kind == "follow" else "stopped", "unfollow", _time(row))
    raise Nothing(str(kind))


def _said(row: Mapping[str, Any], message: Mapping[str, Any], who: str) -> Said:
    kind = str(message.get("type") or "")
    files, text = _files(message, kind), _text(message, kind)
    album = (message.get("imageSet") or {}).get("id")
    return Said(
        id=str(message["id"]),
        sender=who,
        text=text,
        at=_time(row),
        files=tuple(files),
        answers=str(message.get("quotedMessageId") or ""),
        album=str(album or ""),
        unsupported="" if text or files else kind or "message",
    )


def _text(message: Mapping[str, Any], kind: str) -> str:
    if kind == "text":
        return str(message.get("text") or "")
    if kind == "location":
        words = ", ".join(str(message[name]) for name in ("title", "address") if message.get(name))
        where = f"https://www.openstreetmap.org/?mlat={message.get('latitude')}&mlon={message.get('longitude')}"
        return f"{words}\n{where}" if words else where
    if kind == "sticker":
        return str(message.get("text") or "")
    return ""


def _files(message: Mapping[str, Any], kind: str) -> list[Far]:
    if kind == "sticker":
        number = str(message.get("stickerId") or "")
        place = {"url": STICKER.format(number)} if number.isascii() and number.isdigit() else {}
        return [Far("image", f"sticker-{number}.png", "image/png", place=place)]
    if kind == "location":
        return [Far("location", str(message.get("title") or ""))]
    if kind == "file":
        name = str(message.get("fileName") or "")
        return [Far("file", name, "application/octet-stream", message.get("fileSize"), {"id": str(message["id"])})]
    if kind not in TYPES:
        return []
    what, content_type = TYPES[kind]
    provider = message.get("contentProvider") or {}
    external = provider.get("type") == "external"
    place = {"url": str(provider.get("originalContentUrl"))} if external else {"id": str(message["id"])}
    return [Far(what, f"{what}.{content_type.partition('/')[2]}", content_type, place=place)]


def _pressed(row: Mapping[str, Any], who: str) -> Said:
    """A button of ours: its word is what they say."""
    told = row["postback"]
    params = ", ".join(str(value) for value in (told.get("params") or {}).values())
    text = str(told.get("displayText") or told.get("data") or "")
    key = str(row.get("webhookEventId") or f"{who}:{row.get('timestamp')}")
    return Said(id=f"postback:{key}", sender=who, text=f"{text} {params}".strip(), at=_time(row))


def _time(row: Mapping[str, Any]) -> datetime | None:
    at = row.get("timestamp")
    return datetime.fromtimestamp(at / 1000, UTC) if isinstance(at, int) and 0 < at < 2**43 else None
