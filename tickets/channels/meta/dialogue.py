"""What Messenger and Instagram tell of a conversation (`messaging` and `standby`), read into happenings. Pure.

Source: Messenger Platform, "Webhook Events Reference"; Instagram Platform, "Webhook Notification Examples".
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from tickets.channels.meta.graph import moment, part, rows, stamp
from tickets.happenings import Changed, Far, Fate, Happening, Nothing, Said

# What brings a file: the type, what it is here, its name and its type where Meta tells neither.
FILES = {
    "image": ("image", "picture.jpg", "image/jpeg"),
    "video": ("video", "video.mp4", "video/mp4"),
    "audio": ("audio", "voice.mp4", "audio/mp4"),
    "file": ("file", "", ""),
    "share": ("share", "shared", ""),
    "post": ("share", "shared", ""),
    "ig_post": ("share", "shared", ""),
    "reel": ("share", "reel.mp4", "video/mp4"),
    "ig_reel": ("share", "reel.mp4", "video/mp4"),
    "story_mention": ("story_mention", "story", ""),
    "ig_story": ("story_mention", "story", ""),
}
# Whose address shows a page to people, not a file to us.
PAGES = ("facebook.com/", "instagram.com/", "fb.watch/", "m.me/")
# Their clock and ours: what we record as sent a moment after Meta did is meant, too.
SLACK = timedelta(seconds=2)
# Our own calls carry it (message.metadata), and so do their echoes.
OURS = "desk:"


def events(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The single events of a request: of conversations as {"event"}, of what is public as {"change"}."""
    entries = rows(told.get("entry")) or [dict(told)]
    for entry in entries:
        account = str(entry.get("id") or "")
        for row in (*rows(entry.get("messaging")), *rows(entry.get("standby"))):
            yield from _single(row, account)
        changes = rows(entry.get("changes")) + rows(entry.get("change"))
        for change in changes + ([entry] if "field" in entry and "value" in entry else []):
            yield from _changed(change, account)
    if not told.get("entry") and ("sender" in told and "recipient" in told):
        yield from _single(dict(told), "")


def _changed(change: Mapping[str, Any], account: str) -> Iterator[dict[str, Any]]:
    value = part(change, "value")
    if "sender" in value and "recipient" in value:
        yield from _single(value, account)
    elif value:
        yield {"change": {"field": str(change.get("field") or ""), "value": value}, "account": account}


def _single(row: Mapping[str, Any], account: str) -> Iterator[dict[str, Any]]:
    """One event; a receipt for several messages is one for each."""
    mids = part(row, "delivery").get("mids")
    if not isinstance(mids, list) or not mids:
        yield {"event": dict(row), "account": account}
        return
    for mid in mids:
        yield {"event": dict(row) | {"delivery": part(row, "delivery") | {"mids": [mid]}}, "account": account}


def happening(row: Mapping[str, Any], account: str = "") -> Happening:
    """One event of a conversation. Raises Nothing for what no customer said."""
    if part(row, "message"):
        return _message(row, row["message"], account)
    if part(row, "postback"):
        return _postback(row, row["postback"])
    if part(row, "reaction"):
        return _reaction(row, row["reaction"])
    edit = part(row, "message_edit") or part(row, "message_edits")
    if edit:
        key = f"{edit['mid']}:edit:{edit.get('num_edit', '')}"
        return Changed(key, str(edit["mid"]), "edited", str(edit.get("text") or ""), _at(row), peer=_who(row))
    for name, state in (("read", "read"), ("delivery", "delivered")):
        if part(row, name):
            return _receipt(row, row[name], state)
    raise Nothing(next((name for name in row if name not in ("sender", "recipient", "timestamp")), "an empty event"))


def _at(row: Mapping[str, Any]) -> Any:
    return moment(row.get("timestamp"))


def _who(row: Mapping[str, Any], name: str = "sender") -> str:
    return str(part(row, name).get("id") or part(row, name).get("user_ref") or "")


def _message(row: Mapping[str, Any], said: Mapping[str, Any], account: str) -> Happening:
    mid = str(said.get("mid") or "") or stamp(row)
    if said.get("is_deleted"):
        return Changed(f"{mid}:deleted", mid, "deleted", at=_at(row), peer=_who(row))
    ours = bool(said.get("is_echo")) or (bool(account) and _who(row) == account)
    if ours and str(said.get("metadata") or "").startswith(OURS):
        raise Nothing("an echo of what we sent")
    text, files, unknown = _content(said)
    return Said(
        id=mid,
        sender=_who(row),
        text=text,
        at=_at(row),
        files=files,
        answers=str(part(said, "reply_to").get("mid") or ""),
        unsupported=unknown,
        peer=_who(row, "recipient") if ours else "",
        ours=ours,
        about=_about(said),
    )


def _content(said: Mapping[str, Any]) -> tuple[str, tuple[Far, ...], str]:
    """The words, the files, and the name of what cannot be shown."""
    lines, files = [str(said.get("text") or "")], []
    unknown = "message" if said.get("is_unsupported") else ""
    sticker = bool(said.get("sticker_id"))
    for one in rows(said.get("attachments")):
        line, far, strange = _attachment(one, sticker)
        lines.append(line)
        files += [far] if far else []
        unknown = unknown or strange
    story = part(said, "reply_to", "story").get("url")
    if story:
        files.append(Far("share", "story", "", None, {"url": str(story)}))
    text = "\n".join(line for line in lines if line)
    bare = not (text or files or unknown)
    return text, tuple(files), "message" if bare else unknown


def _attachment(one: Mapping[str, Any], sticker: bool) -> tuple[str, Far | None, str]:
    """Of one attachment: a line of text, a file, the name of what cannot be shown."""
    kind, inner = str(one.get("type") or ""), part(one, "payload")
    url = str(inner.get("url") or one.get("url") or "")
    if kind == "location" or part(inner, "coordinates"):
        return _place(one, part(inner, "coordinates"), url)
    if kind in FILES:
        return _file(kind, inner, one, url, sticker)
    title = str(inner.get("title") or one.get("title") or "")
    if kind == "template":
        return _cards(inner), None, "" if _cards(inner) else kind
    if kind == "fallback" and (title or url):
        return "\n".join(line for line in (title, url) if line), None, ""
    return title, None, kind or "attachment"


def _file(
    kind: str, inner: Mapping[str, Any], one: Mapping[str, Any], url: str, sticker: bool
) -> tuple[str, Far | None, str]:
    what, name, content_type = FILES[kind]
    title = str(inner.get("title") or one.get("title") or "") if what == "share" else ""
    page = any(host in url for host in PAGES)
    line = "\n".join(word for word in (title, url if page else "") if word)
    place = {"url": url} if url and not page else {}
    if sticker and kind == "image":
        what, name = "sticker", "sticker.png"
    size = inner.get("size") if isinstance(inner.get("size"), int) else None
    return line, Far(what, name or url.partition("?")[0].rpartition("/")[2], content_type, size, place), ""


def _place(one: Mapping[str, Any], spot: Mapping[str, Any], url: str) -> tuple[str, Far, str]:
    lat, long = spot.get("lat"), spot.get("long")
    where = f"https://www.openstreetmap.org/?mlat={lat}&mlon={long}" if spot else url
    words = "\n".join(line for line in (str(one.get("title") or ""), where) if line)
    return words, Far("location", name=f"{lat},{long}" if spot else ""), ""


def _cards(inner: Mapping[str, Any]) -> str:
    """What stands on a card that was shared: a product, a post."""
    elements = rows(inner.get("elements")) or rows(part(inner, "product").get("elements"))
    lines = (str(one.get(name) or "") for one in elements for name in ("title", "subtitle"))
    return "\n".join(line for line in (str(inner.get("text") or ""), *lines) if line)


def _about(said: Mapping[str, Any]) -> str:
    ad = part(said, "referral")
    title = part(ad, "ads_context_data").get("ad_title")
    found = (title, part(ad, "product").get("id"), ad.get("ref"), part(said, "reply_to", "story").get("id"))
    return next((str(one) for one in found if one), "")


def _postback(row: Mapping[str, Any], press: Mapping[str, Any]) -> Said:
    """A button of ours: what stands on it is what they say."""
    text = str(press.get("title") or press.get("payload") or "")
    key = str(press.get("mid") or "") or stamp(row)
    return Said(id=key, sender=_who(row), text=text, at=_at(row), unsupported="" if text else "postback")


def _reaction(row: Mapping[str, Any], sign: Mapping[str, Any]) -> Changed:
    taken_back = sign.get("action") == "unreact"
    text = "" if taken_back else str(sign.get("emoji") or sign.get("reaction") or "")
    return Changed(stamp(row), str(sign.get("mid") or ""), "reaction", text, _at(row), peer=_who(row))


def _receipt(row: Mapping[str, Any], told: Mapping[str, Any], state: str) -> Fate:
    """A receipt for one message by its id, or for all up to a moment."""
    mids = told.get("mids")
    mid = mids[0] if isinstance(mids, list) and mids else told.get("mid")
    if mid:
        return Fate(state, str(mid), at=_at(row), peer=_who(row))
    until = moment(told.get("watermark"))
    if until is None:
        raise Nothing(state)
    return Fate(state, at=_at(row), peer=_who(row), until=until + SLACK)
