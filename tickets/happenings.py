"""What messengers, text messages and social networks tell us: plain, frozen, knowing no provider.

An adapter reads each event of a provider into one of these (`Happening`); tickets/actions/voices.py takes it in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tickets.rules.calls import Fact


@dataclass(frozen=True)
class Far:
    """A file that the provider keeps. `kind`: image, video, audio, file, sticker, share, story_mention, location or
    contact; `place` is what the adapter's `fetch` finds it by, empty when there is nothing to fetch."""

    kind: str
    name: str = ""
    content_type: str = ""
    size: int | None = None
    place: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """A message. `id`: the provider's own, unique in the inbox. `sender`: who speaks, as the inbox's kind of handle.

    `peer`: who is on the other side, when that is not the sender (what we wrote in the provider's own app: `ours`).
    `answers`: the id it answers. `album`: what was posted together shares it. `unsupported`: the provider's word for
    what we cannot show; it is kept, and says where to open it. `is_public`: all the world reads it.
    `about`: what it was said under (a post, a story, a product), in words or as an address.
    """

    id: str
    sender: str
    sender_name: str = ""
    text: str = ""
    at: datetime | None = None
    files: tuple[Far, ...] = ()
    answers: str = ""
    album: str = ""
    unsupported: str = ""
    peer: str = ""
    ours: bool = False
    is_public: bool = False
    about: str = ""
    language: str = ""
    subject: str = ""
    handles: tuple[tuple[str, str], ...] = ()
    automatic: bool = False


@dataclass(frozen=True)
class Changed:
    """Something happened to an earlier message `of`: `kind` is edited, deleted or reaction. `id`: of this event, so
    that a repeat changes nothing. `text`: what it says now, or the sign of a reaction ("": taken back)."""

    id: str
    of: str
    kind: str
    text: str = ""
    at: datetime | None = None
    by_name: str = ""
    peer: str = ""


@dataclass(frozen=True)
class Fate:
    """What became of a message of ours, `of`: sent, delivered, read or failed; `words` and `code` are the provider's.

    `until`: all that was sent to `peer` up to this moment is meant, as networks tell that somebody has read.
    """

    state: str
    of: str = ""
    words: str = ""
    code: str = ""
    at: datetime | None = None
    peer: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class PeerNews:
    """Somebody wants nothing any more (`stopped`: blocked the bot, wrote STOP), or again (`started`).

    `confirm`: they are to be told once that we have heard it, as the provider does not do so.
    """

    peer: str
    kind: str
    word: str = ""
    at: datetime | None = None
    confirm: bool = False


@dataclass(frozen=True)
class CallNews:
    """Something that an exchange tells of a call. `call`: its own id of it."""

    call: str
    fact: Fact


@dataclass(frozen=True)
class Judged:
    """A provider has approved, refused, paused or changed one of our templates. `state`: its word, in lower case."""

    name: str
    language: str
    state: str = ""


Happening = Said | Changed | Fate | PeerNews | Judged | CallNews


class Nothing(Exception):
    """Raised by a reader for an event that says nothing to anybody; the text says what it is."""


@dataclass(frozen=True)
class OutFile:
    """A file that goes out. `url`: a signed address of ours, good for a day, for providers that fetch by themselves."""

    name: str
    content_type: str
    data: bytes
    url: str = ""


@dataclass(frozen=True)
class TemplateUse:
    """Which approved words are sent, and what is filled in. `shape`: where the values belong, as the provider's sync
    found it (models.Template)."""

    name: str
    language: str
    values: tuple[str, ...] = ()
    header: str = ""
    shape: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outgoing:
    """What goes out to one peer. `key` stays the same over all tries. `answers`: the provider's id of what it answers.

    `tag`: the provider's word that allows it after its window (HUMAN_AGENT). `is_public`: all the world will read it.
    """

    key: str
    to: str
    text: str
    files: tuple[OutFile, ...] = ()
    answers: str = ""
    template: TemplateUse | None = None
    tag: str = ""
    is_public: bool = False
    language: str = ""
