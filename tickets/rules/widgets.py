"""What may stand in a widget's settings: origins, colours, patterns of pages. Pure."""

import gzip
import ipaddress
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")
SHORT, LONG = re.compile(r"#[0-9a-f]{3}\Z"), re.compile(r"#[0-9a-f]{6}\Z")
LOCAL = ("localhost", "127.0.0.1", "[::1]")
PORTS = {"https": 443, "http": 80}
MOST_ORIGINS = 50
# What the button's script may weigh with all it carries, and how much of that is for an inbox's own words (zipped).
MOST_LOADER, ROOM = 4096, 380


class BadOrigin(ValueError):
    """Why this is no origin: `form`, `scheme`, `path`, `host` or `wide`."""


def origin(text: str) -> str:
    """The origin in the one spelling that browsers send: `https://shop.example`, also `https://*.shop.example` for
    everything below it. Raises BadOrigin."""
    try:
        parts = urlsplit(text.strip().rstrip("/"))
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadOrigin("form") from error
    if not parts.scheme or not host:
        raise BadOrigin("form")
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        raise BadOrigin("path")
    host = _host(host)
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOCAL):
        raise BadOrigin("scheme")
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != PORTS[parts.scheme] else "")


def _host(host: str) -> str:
    """The name as browsers send it: in lower case, beyond ASCII as IDNA."""
    if ":" in host:
        return f"[{_address(host)}]"
    star, rest = ("*.", host[2:]) if host.startswith("*.") else ("", host)
    if "*" in rest or not rest:
        raise BadOrigin("wide")
    try:
        name = rest.encode("idna").decode().lower() if not rest.isascii() else rest.lower()
    except UnicodeError as error:
        raise BadOrigin("host") from error
    labels = name.split(".")
    if not all(LABEL.match(label) for label in labels) or len(name) > 253:
        raise BadOrigin("host")
    if star and len(labels) < 2:
        raise BadOrigin("wide")
    return star + name


def _address(host: str) -> str:
    try:
        return str(ipaddress.IPv6Address(host))
    except ValueError as error:
        raise BadOrigin("host") from error


def colour(text: str) -> str | None:
    """`#rrggbb` of what was typed, or None when it is no colour."""
    value = text.strip().lower()
    value = value if value.startswith("#") else f"#{value}"
    if SHORT.match(value):
        return "#" + "".join(digit * 2 for digit in value[1:])
    return value if LONG.match(value) else None


def like(pattern: str, text: str) -> bool:
    """Whether the text is like the pattern, where `*` stands for anything. Needs time by the lengths alone."""
    first, *rest = re.split(r"\*+", pattern)
    if not rest:
        return text == pattern
    if not text.startswith(first) or not text.endswith(rest[-1]):
        return False
    at, end = len(first), len(text) - len(rest[-1])
    for piece in rest[:-1]:
        at = text.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return at <= end


def on_page(pattern: str, url: str) -> bool:
    """Whether a page is like `pattern`, where `*` stands for anything. A pattern that begins with `/` is held against
    the path alone (`/prices*`), any other against the whole address without its `#…`."""
    address = url.partition("#")[0]
    if pattern.startswith("/"):
        address = urlsplit(address).path or "/"
    return like(pattern, address)


class FirstWord(Protocol):
    """A first word of ours on some pages."""

    pattern: str
    after_seconds: int
    only_returning: bool
    text_en: str
    text_fa: str


def carried(label: Mapping[str, str], words: Iterable[FirstWord]) -> dict[str, Any]:
    """An inbox's own words as the button's script carries them: the page asks for nothing else before it is touched."""
    rules = [
        (code, _rule(word, text))
        for word in words
        for code, text in (("en", word.text_en), ("fa", word.text_fa))
        if text
    ]
    proactive = {code: [rule for of, rule in rules if of == code] for code in dict(rules)}
    return {"label": {code: text for code, text in label.items() if text}, "proactive": proactive}


def _rule(word: FirstWord, text: str) -> dict[str, Any]:
    rule = {"pattern": word.pattern, "after_seconds": word.after_seconds, "text": text}
    return rule | ({"only_returning": True} if word.only_returning else {})


def weight(words: Mapping[str, Any]) -> int:
    """How many bytes they add to the script, zipped; to be held against ROOM."""
    return len(zipped(compact(words)))


def compact(data: Any) -> str:
    """JSON without a byte too many."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def zipped(text: str) -> bytes:
    """As it goes over the line."""
    return gzip.compress(text.encode(), mtime=0)
