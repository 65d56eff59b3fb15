"""A provider's template as one text with numbered gaps, and where each value belongs when it is sent. Pure.

Source: WhatsApp Business Platform, "Message templates" (components, parameter formats). Providers count the gaps of
each component from 1 again, or give them names; people fill in one text from top to bottom.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

GAP = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,60})\s*\}\}")
MEDIA = ("image", "video", "document")
# Forms that take more than words, or that only an automatic sender may use.
CANNOT = frozenset(("carousel", "limited_time_offer", "call_permission_request", "order_details", "order_status"))
CANNOT_BUTTONS = frozenset(("otp", "copy_code", "mpm", "spm"))


@dataclass(frozen=True)
class Wording:
    """One template. `state`: the provider's word in lower case, `unsupported` for approved ones that we cannot send.

    `shape`: `header` (how many of the values, from the first, are its header's), `names` (of header's and body's
    values, where they have some), `buttons` (which buttons take one of the last values), `media` and `link` (the header
    is a picture, a film or a document; the one that was approved)."""

    name: str
    language: str
    state: str
    category: str = ""
    external_id: str = ""
    body: str = ""
    footer: str = ""
    shape: Mapping[str, Any] = field(default_factory=dict)


def wording(row: Mapping[str, Any]) -> Wording:
    """A template as the provider lists it."""
    parts = {str(one.get("type") or "").lower(): one for one in _rows(row.get("components"))}
    top, low = parts.get("header", {}), parts.get("body", {})
    head, body = _text(top), _text(low)
    buttons = [(number, one) for number, one in enumerate(_rows(parts.get("buttons", {}).get("buttons")))]
    links = [(number, str(one.get("url") or "")) for number, one in buttons if GAP.search(str(one.get("url") or ""))]
    first, second = _gaps(head), _gaps(body)
    whole = [_numbered(head, first, 0), _numbered(body, second, len(first))]
    start = len(first) + len(second)
    whole += [GAP.sub(f"{{{{{start + at}}}}}", url) for at, (_number, url) in enumerate(links, 1)]
    shape: dict[str, Any] = {"header": len(first)} if first else {}
    shape |= {"buttons": [number for number, _url in links]} if links else {}
    shape |= {"names": [*first, *second]} if _named(row, [*first, *second]) else {}
    shape |= _media(top)
    state = str(row.get("status") or "").lower()
    return Wording(
        name=str(row.get("name") or "")[:200],
        language=str(row.get("language") or "")[:16],
        state="unsupported" if state == "approved" and _beyond(row, parts, buttons) else state[:20],
        category=str(row.get("category") or "").lower()[:40],
        external_id=str(row.get("id") or "")[:64],
        body="\n".join(line for line in whole if line),
        footer=_text(parts.get("footer", {})),
        shape=shape,
    )


def _rows(found: Any) -> list[Mapping[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(component: Mapping[str, Any]) -> str:
    return str(component.get("text") or "")


def _gaps(text: str) -> list[str]:
    """The gaps of one component, each once: numbers in their order, names as they come."""
    found = list(dict.fromkeys(GAP.findall(text)))
    return sorted(found, key=int) if all(one.isdigit() for one in found) else found


def _numbered(text: str, gaps: list[str], before: int) -> str:
    return GAP.sub(lambda found: f"{{{{{before + gaps.index(found[1]) + 1}}}}}", text)


def _named(row: Mapping[str, Any], gaps: Iterable[str]) -> bool:
    named = str(row.get("parameter_format") or "").upper() == "NAMED"
    return any(gaps) and (named or not all(one.isdigit() for one in gaps))


def _media(top: Mapping[str, Any]) -> dict[str, str]:
    format_ = str(top.get("format") or "").lower()
    if format_ not in MEDIA:
        return {}
    example = top.get("example")
    links = example.get("header_handle") if isinstance(example, dict) else None
    first = str(links[0]) if isinstance(links, list) and links else ""
    return {"media": format_} | ({"link": first} if first.startswith("https://") else {})


def _beyond(row: Mapping[str, Any], parts: Mapping[str, Any], buttons: list[tuple[int, Mapping[str, Any]]]) -> bool:
    """Whether it is of a form that we cannot send as it must be."""
    kinds = {str(one.get("type") or "").lower() for _number, one in buttons}
    place = str(parts.get("header", {}).get("format") or "").lower() == "location"
    secret = str(row.get("category") or "").lower() == "authentication"
    return bool(CANNOT & parts.keys() or CANNOT_BUTTONS & kinds or place or secret or "body" not in parts)
