"""Who sits before a widget, as far as they or their host say. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

ANONYMOUS, CLAIMED, VERIFIED = "anonymous", "claimed", "verified"
MOST_ATTRIBUTES, LONGEST_VALUE = 20, 200
LENGTHS = {"external_id": 200, "name": 200, "email": 254, "phone": 32, "language": 2}


@dataclass(frozen=True)
class Sitter:
    """A visitor before and after their row: `uid` names the session, `epoch` its age; `identity` says how far the rest
    can be believed. `device` names the browser that holds the token: a person has several."""

    uid: str
    epoch: int = 1
    identity: str = ANONYMOUS
    external_id: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    language: str = "en"
    device: str = ""

    def is_over(self, epoch: int, ended: Collection[str]) -> bool:
        """Whether this session has ended: everywhere, or on this device."""
        return self.epoch != epoch or self.device in ended


def tidy(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a page says of its visitor, cut to size; what is no text is left out."""
    found: dict[str, Any] = {}
    for name, length in LENGTHS.items():
        value = given.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            found[name] = " ".join(str(value).replace("\x00", "").split())[:length]
    found["attributes"] = attributes(given.get("attributes"))
    return found


def attributes(given: Any) -> dict[str, Any]:
    """At most twenty short values under short names."""
    if not isinstance(given, Mapping):
        return {}
    plain = {
        str(name)[:60]: value[:LONGEST_VALUE].replace("\x00", "") if isinstance(value, str) else value
        for name, value in given.items()
        if isinstance(value, str | bool) or (isinstance(value, int | float) and abs(value) < 1e15)
    }
    return dict(list(plain.items())[:MOST_ATTRIBUTES])
