"""What people say in public on Facebook and Instagram (`changes`): comments, posts, mentions, recommendations. Pure.

Source: Graph API, "Webhooks for Pages" (feed, mention, ratings) and "Webhooks for Instagram" (comments, mentions).
"""

from collections.abc import Mapping
from typing import Any

from tickets.channels.meta.graph import moment, part, stamp
from tickets.happenings import Changed, Far, Happening, Nothing, Said

ADDED = ("add", "")
EDITED = ("edited", "edit", "update")
REMOVED = ("remove", "delete")
# Posts on a page by others than the page.
POSTS = ("post", "status", "photo", "video", "share", "album")


def happening(change: Mapping[str, Any], account: str = "") -> Happening:
    """One change. Raises Nothing for what nobody said, or we ourselves."""
    field, value = str(change.get("field") or ""), part(change, "value")
    if field in ("comments", "live_comments"):
        return _instagram(value, account)
    if field == "mentions":
        return _mentioned(value)
    if field in ("mention", "feed", "") and value.get("item"):
        return _feed(value, account)
    if field == "ratings":
        return _rating(value)
    raise Nothing(field or "a change")


def _from(value: Mapping[str, Any]) -> tuple[str, str]:
    person = part(value, "from")
    name = person.get("name") or person.get("username") or value.get("sender_name") or value.get("reviewer_name")
    return str(person.get("id") or value.get("sender_id") or value.get("reviewer_id") or ""), str(name or "")


def _instagram(value: Mapping[str, Any], account: str) -> Said:
    who, name = _from(value)
    if who == account or part(value, "from").get("self_ig_scoped_id"):
        raise Nothing("our own comment")
    media = part(value, "media")
    return Said(
        id=str(value.get("id") or value.get("comment_id") or "") or stamp(value),
        sender=who,
        sender_name=name,
        text=str(value.get("text") or ""),
        at=moment(value.get("timestamp") or value.get("created_time")),
        answers=str(value.get("parent_id") or media.get("id") or ""),
        unsupported="" if value.get("text") else "comment",
        is_public=True,
        about=str(media.get("ad_title") or media.get("media_product_type") or ""),
    )


def _mentioned(value: Mapping[str, Any]) -> Said:
    """Instagram tells no more than where we are named."""
    where = str(value.get("comment_id") or value.get("media_id") or "")
    if not where:
        raise Nothing("mentions")
    media = str(value.get("media_id") or "")
    return Said(id=where, sender=f"mention:{where}", unsupported="mention", answers=media, is_public=True, about=media)


def _feed(value: Mapping[str, Any], account: str) -> Happening:
    item, verb = str(value["item"]), str(value.get("verb") or "")
    comment, post = str(value.get("comment_id") or ""), str(value.get("post_id") or "")
    key = comment if item == "comment" else post
    if item not in ("comment", *POSTS) or not key:
        raise Nothing(item)
    who, name = _from(value)
    if who == account and account:
        raise Nothing("our own")
    text, at = str(value.get("message") or ""), moment(value.get("created_time"))
    if verb in EDITED:
        return Changed(stamp(value), key, "edited", text, at, by_name=name, peer=who)
    if verb in REMOVED:
        return Changed(f"{key}:deleted", key, "deleted", at=at, by_name=name, peer=who)
    if verb not in ADDED or not who:
        raise Nothing(f"{item}: {verb}")
    files = _files(value)
    return Said(
        id=key,
        sender=who,
        sender_name=name,
        text=text,
        at=at,
        files=files,
        answers=_above(value, key),
        unsupported="" if text or files else item,
        is_public=True,
        about=str(part(value, "post").get("permalink_url") or value.get("permalink_url") or post),
    )


def _above(value: Mapping[str, Any], key: str) -> str:
    """What a comment stands under: another comment, or the post."""
    above = str(value.get("parent_id") or value.get("post_id") or "")
    return above if above != key else ""


def _files(value: Mapping[str, Any]) -> tuple[Far, ...]:
    many, link = value.get("photos"), value.get("link")
    photos: list[Any] = many if isinstance(many, list) else [value.get("photo")]
    links = photos if any(photos) else [link] if value.get("item") == "photo" else []
    found = [Far("image", "picture.jpg", "image/jpeg", None, {"url": str(one)}) for one in links if one]
    video = value.get("video") or (link if value.get("item") == "video" else None)
    return (*found, *([Far("video", "video.mp4", "video/mp4", None, {"url": str(video)})] if video else ()))


def _rating(value: Mapping[str, Any]) -> Said:
    who, name = _from(value)
    if str(value.get("verb") or "add") not in ADDED or not who:
        raise Nothing(f"ratings: {value.get('verb')}")
    word = {"positive": "👍", "negative": "👎"}.get(str(value.get("recommendation_type") or "").lower(), "")
    stars = "★" * value["rating"] if isinstance(value.get("rating"), int) and 0 < value["rating"] < 6 else ""
    lines = (word or stars, str(value.get("review_text") or value.get("message") or ""))
    return Said(
        id=str(value.get("open_graph_story_id") or value.get("comment_id") or "") or stamp(value),
        sender=who,
        sender_name=name,
        text="\n".join(line for line in lines if line),
        at=moment(value.get("created_time")),
        is_public=True,
        about=str(value.get("open_graph_story_id") or ""),
    )
