"""What a Telegram bot is told (core.telegram.org/bots/api#update), read into happenings. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tickets.happenings import Changed, Far, Happening, Nothing, PeerNews, Said

# What one message may bring as a file: the field, what it is, its type where Telegram names none.
FILES = (
    ("video", "video", "video/mp4"),
    ("animation", "video", "video/mp4"),
    ("video_note", "video", "video/mp4"),
    ("voice", "audio", "audio/ogg"),
    ("audio", "audio", "audio/mpeg"),
    ("document", "file", "application/octet-stream"),
)
# What concerns the chat itself and says nothing to us.
SERVICE = frozenset(
    {"new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo", "boost_added"}
    | {"pinned_message", "group_chat_created", "message_auto_delete_timer_changed", "proximity_alert_triggered"}
    | {"write_access_allowed", "migrate_to_chat_id", "migrate_from_chat_id"}
    | {"forum_topic_created", "forum_topic_closed"}
)
KNOWN = frozenset(("text", "caption", "photo", "sticker", "location", "venue", "contact", *(one[0] for one in FILES)))
# What we ask Telegram to tell; it leaves reactions and blocked bots out unless asked.
WANTED = ("message", "edited_message", "callback_query", "message_reaction", "my_chat_member")
MESSAGES = ("message", "business_message", "channel_post")
EDITS = ("edited_message", "edited_business_message", "edited_channel_post")


def update(told: Mapping[str, Any]) -> Happening:
    """One update. Raises Nothing for what no customer said."""
    for name in (*MESSAGES, *EDITS):
        if isinstance(told.get(name), dict):
            said = message(told[name])
            return _edited(told, said) if name in EDITS else said
    if isinstance(told.get("callback_query"), dict):
        return _pressed(told["callback_query"])
    if isinstance(told.get("message_reaction"), dict):
        return _reaction(told, told["message_reaction"])
    if isinstance(told.get("my_chat_member"), dict):
        return _member(told["my_chat_member"])
    raise Nothing(next((name for name in told if name != "update_id"), "an empty update"))


def chat_of(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The chat that an update is of; empty when it is of none."""
    for value in told.values():
        if isinstance(value, dict):
            inner = value.get("message") if isinstance(value.get("message"), dict) else value
            chat = inner.get("chat") if inner else None
            if isinstance(chat, dict):
                return chat
    return {}


def message(row: Mapping[str, Any]) -> Said:
    """One message, with its files."""
    chat = row["chat"]
    sender = row.get("from") or row.get("sender_chat") or chat
    text, files = row.get("text") or row.get("caption") or "", tuple(_files(row))
    unknown = "" if KNOWN & row.keys() else next(iter(_further(row)), "message")
    if not KNOWN & row.keys() and SERVICE & row.keys():
        raise Nothing(next(iter(SERVICE & row.keys())))
    return Said(
        id=f"{chat['id']}:{row['message_id']}",
        sender=str(sender["id"]),
        sender_name=name_of(sender),
        text="\n".join(part for part in (text, _place(row), _person(row)) if part),
        at=_time(row.get("date")),
        files=files,
        answers=_answered(row, chat),
        album=str(row.get("media_group_id") or ""),
        unsupported=unknown,
        peer="" if chat.get("type", "private") == "private" else str(chat["id"]),
        language=str(sender.get("language_code") or "")[:2],
        automatic=bool(sender.get("is_bot")),
        handles=tuple(_handles(sender)),
    )


def name_of(sender: Mapping[str, Any]) -> str:
    """How somebody is called."""
    parts = (str(sender.get(name) or "").strip() for name in ("first_name", "last_name"))
    return " ".join(part for part in parts if part) or str(sender.get("title") or sender.get("username") or "")


def _handles(sender: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [("telegram", f"@{sender['username']}")] if sender.get("username") else []


def _further(row: Mapping[str, Any]) -> list[str]:
    """What else the message holds, beyond what every message has."""
    common = {"message_id", "from", "chat", "date", "sender_chat", "reply_to_message", "edit_date", "entities"}
    return [name for name in row if name not in common]


def _answered(row: Mapping[str, Any], chat: Mapping[str, Any]) -> str:
    before = row.get("reply_to_message")
    return f"{chat['id']}:{before['message_id']}" if isinstance(before, dict) and "message_id" in before else ""


def _files(row: Mapping[str, Any]) -> list[Far]:
    found = [_picture(row["photo"])] if row.get("photo") else []
    found += [_sticker(row["sticker"])] if isinstance(row.get("sticker"), dict) else []
    # An animation comes once more as a document.
    names = [one for one in FILES if not (one[0] == "document" and "animation" in row)]
    for name, kind, common in names:
        one = row.get(name)
        if isinstance(one, dict) and one.get("file_id"):
            content_type = str(one.get("mime_type") or common)
            found.append(_far(one, kind, str(one.get("file_name") or ""), content_type))
    if isinstance(row.get("location"), dict):
        found.append(Far("location", name=_spot(row["location"])))
    if isinstance(row.get("contact"), dict):
        found.append(Far("contact", name=name_of(row["contact"])))
    return found


def _far(one: Mapping[str, Any], kind: str, name: str, content_type: str) -> Far:
    return Far(kind, name, content_type, one.get("file_size"), {"file_id": one["file_id"]})


def _picture(sizes: list[Mapping[str, Any]]) -> Far:
    largest = max(sizes, key=lambda one: one.get("width", 0) * one.get("height", 0))
    return _far(largest, "image", "photo.jpg", "image/jpeg")


def _sticker(one: Mapping[str, Any]) -> Far:
    """Of one that moves, its small picture: browsers know no Lottie."""
    moves = one.get("is_animated") or one.get("is_video")
    still = one.get("thumbnail") or one.get("thumb") if moves else one
    return _far(still or one, "image", "sticker.webp", "image/webp")


def _spot(place: Mapping[str, Any]) -> str:
    return f"{place.get('latitude')},{place.get('longitude')}"


def _place(row: Mapping[str, Any]) -> str:
    place, venue = row.get("location"), row.get("venue") or {}
    if not isinstance(place, dict):
        return ""
    words = ", ".join(str(venue[name]) for name in ("title", "address") if venue.get(name))
    where = f"https://www.openstreetmap.org/?mlat={place.get('latitude')}&mlon={place.get('longitude')}"
    return f"{words}\n{where}" if words else where


def _person(row: Mapping[str, Any]) -> str:
    one = row.get("contact")
    return f"{name_of(one)}\n{one.get('phone_number', '')}".strip() if isinstance(one, dict) else ""


def _edited(told: Mapping[str, Any], said: Said) -> Changed:
    return Changed(
        id=f"edit:{told.get('update_id')}", of=said.id, kind="edited", text=said.text, at=said.at, peer=said.sender
    )


def _pressed(query: Mapping[str, Any]) -> Said:
    """A button of ours: what stands on it is what they say."""
    sender, under = query["from"], query.get("message") or {}
    chat = under.get("chat") or {"id": sender["id"]}
    return Said(
        id=f"button:{query['id']}",
        sender=str(sender["id"]),
        sender_name=name_of(sender),
        text=str(query.get("data") or ""),
        answers=f"{chat['id']}:{under['message_id']}" if "message_id" in under else "",
        language=str(sender.get("language_code") or "")[:2],
    )


def _reaction(told: Mapping[str, Any], row: Mapping[str, Any]) -> Changed:
    signs = [str(one.get("emoji") or "") for one in row.get("new_reaction") or []]
    return Changed(
        id=f"reaction:{told.get('update_id')}",
        of=f"{row['chat']['id']}:{row['message_id']}",
        kind="reaction",
        text=" ".join(sign for sign in signs if sign),
        at=_time(row.get("date")),
        by_name=name_of(row.get("user") or row.get("actor_chat") or {}),
        peer=str(row["chat"]["id"]),
    )


def _member(row: Mapping[str, Any]) -> PeerNews:
    if row["chat"].get("type") != "private":
        raise Nothing("a group")
    state = (row.get("new_chat_member") or {}).get("status")
    if state not in ("kicked", "member"):
        raise Nothing(f"member: {state}")
    return PeerNews(
        str(row["chat"]["id"]), "stopped" if state == "kicked" else "started", "blocked", _time(row["date"])
    )


def _time(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and 0 < seconds < 2**33 else None
