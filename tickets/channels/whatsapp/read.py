"""What WhatsApp tells (the Cloud API, and the older bodies of the on-premise API), read into happenings. Pure.

Source: WhatsApp Business Platform, "Webhooks", messages, statuses, smb_message_echoes and standby.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tickets.channels.meta.graph import moment, part, rows, stamp
from tickets.channels.meta.refusals import fate
from tickets.happenings import Changed, Far, Fate, Happening, Judged, Nothing, Said

# What brings a file: the type, what it is here, its ending where WhatsApp names no file.
FILES = {
    "image": ("image", "jpg"),
    "sticker": ("sticker", "webp"),
    "audio": ("audio", "ogg"),
    "voice": ("audio", "ogg"),
    "video": ("video", "mp4"),
    "document": ("file", "bin"),
}
STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}
# What says nothing to anybody: somebody opened the chat; somebody's number changed (their next words say who they are).
SILENT = frozenset(("request_welcome", "system", "errors"))
WORDS = frozenset(("text", "button", "interactive", "location", "contacts", "order"))


def events(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The single events of a request, with what each needs to be understood alone."""
    entries = rows(told.get("entry"))
    if not entries and "entry" not in told:
        yield from _of_value(told)
    for entry in entries:
        for change in rows(entry.get("changes")):
            yield from _of_value(part(change, "value"))


def _of_value(value: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    contacts = rows(value.get("contacts"))
    for row in rows(value.get("messages")):
        yield {"message": row, "contact": _contact(row, contacts)}
    for row in rows(value.get("message_echoes")):
        yield {"echo": row, "contact": _contact(row, contacts)}
    for row in rows(value.get("statuses")):
        yield {"status": row}
    if value.get("message_template_name"):
        yield {"template": dict(value)}


def _contact(row: Mapping[str, Any], contacts: list[dict[str, Any]]) -> dict[str, Any]:
    """Whose profile comes along: theirs, or the only one there is."""
    keys = {str(row[name]) for name in ("from", "from_user_id", "to", "to_user_id") if row.get(name)}
    mine = next((one for one in contacts if keys & {str(one.get("wa_id")), str(one.get("user_id"))}), None)
    return mine or (contacts[0] if len(contacts) == 1 else {})


def happening(event: Mapping[str, Any]) -> Happening:
    """One event. Raises Nothing for what no customer said."""
    if "status" in event:
        return _status(event["status"])
    if "template" in event:
        row = event["template"]
        state = str(row.get("event") or "").lower()
        return Judged(str(row["message_template_name"]), str(row.get("message_template_language") or ""), state)
    row, ours = event.get("message") or event["echo"], "echo" in event
    if row.get("group_id") and row.get("type") in SILENT:
        raise Nothing(str(row["type"]))
    change = _change(row, event.get("contact") or {})
    found = change or said(row, event.get("contact") or {}, ours=ours)
    if isinstance(found, Said) and not (found.peer or found.sender):
        raise ValueError("nobody is named")
    return found


def said(row: Mapping[str, Any], contact: Mapping[str, Any], *, ours: bool = False) -> Said:
    """One message, with its files."""
    kind = str(row.get("type") or "")
    files = tuple(_files(row, kind))
    unknown = _unknown(row, kind)
    if kind in SILENT and not row.get("referral"):
        raise Nothing(f"{kind}: {part(row, 'system').get('type') or ''}".rstrip(": "))
    return Said(
        id=str(row.get("id") or "") or stamp(row),
        sender=str(row.get("from") or row.get("from_user_id") or contact.get("wa_id") or ""),
        sender_name="" if ours else name_of(contact),
        text=text_of(row, kind),
        at=moment(row.get("timestamp")),
        files=files,
        answers=str(part(row, "context").get("id") or part(row, "context").get("gs_id") or ""),
        unsupported=unknown,
        peer=_peer(row, ours),
        ours=ours,
        about=about(row),
    )


def name_of(contact: Mapping[str, Any]) -> str:
    """How somebody calls themselves."""
    profile = part(contact, "profile")
    return str(profile.get("name") or profile.get("username") or "").strip()


def _peer(row: Mapping[str, Any], ours: bool) -> str:
    if row.get("group_id"):
        return str(row["group_id"])
    return str(row.get("to") or row.get("to_user_id") or "") if ours else ""


def text_of(row: Mapping[str, Any], kind: str) -> str:
    """The words of a message of any type."""
    own = part(row, kind)
    readers = {"location": _place, "contacts": _people, "order": _order, "interactive": _chosen}
    if kind in readers:
        return readers[kind](row)
    found = part(row, "text").get("body") or part(row, "button").get("text") or own.get("caption") or own.get("body")
    return str(found or part(row, "referral").get("body") or "") if kind in SILENT else str(found or "")


def _chosen(row: Mapping[str, Any]) -> str:
    """What they chose in a list, on buttons, or filled in a form."""
    own = part(row, "interactive")
    for name in ("button_reply", "list_reply"):
        if part(own, name):
            return str(part(own, name).get("title") or part(own, name).get("id") or "")
    form = part(own, "nfm_reply")
    return "\n".join(line for line in (str(form.get("body") or ""), *_answers(form.get("response_json"))) if line)


def _answers(told: Any) -> list[str]:
    try:
        found = json.loads(told) if isinstance(told, str) else told
    except ValueError:
        return [str(told)]
    if not isinstance(found, dict):
        return []
    return [f"{name}: {_plain(value)}" for name, value in found.items() if name != "flow_token"]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _place(row: Mapping[str, Any]) -> str:
    place = part(row, "location")
    words = ", ".join(str(place[name]) for name in ("name", "address") if place.get(name))
    spot = f"mlat={place.get('latitude')}&mlon={place.get('longitude')}"
    return "\n".join(one for one in (words, str(place.get("url") or f"https://www.openstreetmap.org/?{spot}")) if one)


def _people(row: Mapping[str, Any]) -> str:
    return "\n\n".join(_person(one) for one in rows(row.get("contacts")))


def _called(one: Mapping[str, Any]) -> str:
    name = part(one, "name")
    parts = (str(name.get(part_) or "") for part_ in ("first_name", "last_name"))
    return str(name.get("formatted_name") or "") or " ".join(part_ for part_ in parts if part_)


def _person(one: Mapping[str, Any]) -> str:
    ways = [str(way.get("phone") or way.get("wa_id") or "") for way in rows(one.get("phones"))]
    ways += [str(way.get("email") or "") for way in rows(one.get("emails"))]
    return "\n".join(line for line in (_called(one), str(part(one, "org").get("company") or ""), *ways) if line)


def _order(row: Mapping[str, Any]) -> str:
    order = part(row, "order")
    lines = [
        f"{one.get('quantity', 1)} × {one.get('product_retailer_id', '')}"
        + (f" ({one['item_price']} {one.get('currency', '')})" if one.get("item_price") else "")
        for one in rows(order.get("product_items"))
    ]
    return "\n".join(line for line in (*lines, str(order.get("text") or "")) if line)


def _files(row: Mapping[str, Any], kind: str) -> Iterator[Far]:
    own = part(row, kind)
    if kind in FILES and not row.get("errors"):
        what, ending = FILES[kind]
        mime = str(own.get("mime_type") or "").partition(";")[0].strip()
        name = str(own.get("filename") or f"{kind}.{_ending(mime, ending)}")
        place = {"id": str(own["id"])} if own.get("id") else {"url": str(own["link"])} if own.get("link") else {}
        yield Far(what, name, mime, _size(own), place)
    if kind == "location":
        yield Far("location", name=f"{own.get('latitude')},{own.get('longitude')}")
    for one in rows(row.get("contacts")) if kind == "contacts" else ():
        yield Far("contact", name=_called(one))


def _size(own: Mapping[str, Any]) -> int | None:
    told = own.get("file_size")
    return told if isinstance(told, int) else None


def _ending(mime: str, common: str) -> str:
    known = {"image/png": "png", "image/webp": "webp", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/aac": "aac"}
    known |= {"audio/amr": "amr", "video/3gpp": "3gp", "application/pdf": "pdf"}
    return known.get(mime, common)


def _unknown(row: Mapping[str, Any], kind: str) -> str:
    """The word for what cannot be shown here; "" when all can."""
    fault = next(iter(rows(row.get("errors"))), {})
    readable = kind in FILES or kind in WORDS or kind in SILENT
    if kind == "interactive" and not text_of(row, kind):
        return str(part(row, kind).get("type") or kind)
    if readable and not (kind in FILES and fault):
        return ""
    if kind in FILES:
        return f"{kind}: {fault.get('title') or fault.get('message') or fault.get('code')}"
    inner = str(part(row, "unsupported").get("type") or "")
    return inner if inner and inner != "unknown" else kind or str(fault.get("title") or "message")


def about(row: Mapping[str, Any]) -> str:
    """What they came by or ask about: an advertisement, a product."""
    ad, product = part(row, "referral"), part(row, "context", "referred_product")
    said_ = (str(ad.get(name) or "") for name in ("headline", "source_url"))
    words = " ".join(word for word in said_ if word)
    return words or str(product.get("product_retailer_id") or "")


def _change(row: Mapping[str, Any], contact: Mapping[str, Any]) -> Changed | None:
    """What changes an earlier message: an edit, a deletion, a reaction."""
    kind = str(row.get("type") or "")
    own = part(row, kind)
    of, text = str(own.get("original_message_id") or ""), ""
    if kind == "reaction":
        of, text = str(own.get("message_id") or ""), str(own.get("emoji") or "")
    elif kind == "edit":
        now = part(own, "message")
        text = text_of(now, str(now.get("type") or "text"))
    elif kind != "revoke":
        return None
    return Changed(
        id=str(row.get("id") or "") or stamp(row),
        of=of,
        kind={"edit": "edited", "revoke": "deleted"}.get(kind, kind),
        text=text,
        at=moment(row.get("timestamp")),
        by_name=name_of(contact),
        peer=str(row.get("group_id") or row.get("from") or row.get("from_user_id") or ""),
    )


def _status(row: Mapping[str, Any]) -> Fate:
    state = STATES.get(str(row.get("status") or ""))
    if state is None or not row.get("id"):
        raise Nothing(f"status: {row.get('status')}")
    words, code = fate(next(iter(rows(row.get("errors"))), {})) if state == "failed" else ("", "")
    peer = str(row.get("recipient_id") or row.get("recipient_user_id") or "")
    return Fate(state, str(row["id"]), words=words, code=code, at=moment(row.get("timestamp")), peer=peer)
