"""What a widget is like, read from its inbox's settings. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tickets.rules import answers

COLOUR = "#1f6feb"
HEX = re.compile(r"#[0-9a-f]{6}\Z")
LANGUAGES = ("en", "fa")
FIELDS = ("name", "email")
IDENTITY = ("off", "optional", "required")


@dataclass(frozen=True)
class Widget:
    """One widget. `origins`: the pages it may stand on besides our own; `ask`: what is asked before a chat, `must`:
    what of it cannot be left out; `mail_inbox`: which e-mail inbox sends what was not read here;
    `answer_hours`: within how many opening hours we promise an answer."""

    origins: tuple[str, ...] = ()
    identity: str = "off"
    colour: str = COLOUR
    position: str = "end"
    label_en: str = ""
    label_fa: str = ""
    greeting_en: str = ""
    greeting_fa: str = ""
    away_en: str = ""
    away_fa: str = ""
    ask: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    language: str = "auto"
    typing_preview: bool = False
    show_wait: bool = True
    mail_transcript: bool = False
    mail_inbox: int | None = None
    answer_hours: float | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Widget":
        """The widget of these settings; what is missing or makes no sense is as if it had never been set."""
        colour = str(settings.get("colour", "")).lower()
        ask = _known(settings.get("ask"), FIELDS)
        inbox = settings.get("mail_inbox")
        return cls(
            origins=_words(settings.get("origins")),
            identity=_one(settings.get("identity"), IDENTITY),
            colour=colour if HEX.match(colour) else COLOUR,
            position=_one(settings.get("position"), ("end", "start")),
            ask=ask,
            must=_known(settings.get("must"), ask),
            language=_one(settings.get("language"), ("auto", *LANGUAGES)),
            typing_preview=settings.get("typing_preview") is True,
            show_wait=settings.get("show_wait") is not False,
            mail_transcript=settings.get("mail_transcript") is True,
            mail_inbox=inbox if type(inbox) is int else None,
            answer_hours=answers.rule(dict(settings)),
            **{f"{key}_{code}": str(settings.get(f"{key}_{code}") or "") for key in TEXTS for code in LANGUAGES},
        )

    def text(self, key: str, language: str) -> str:
        """`label`, `greeting` or `away` in this language; "" when nobody wrote it: then our own words are shown."""
        return str(getattr(self, f"{key}_{'fa' if language == 'fa' else 'en'}"))

    def allows(self, origin: str) -> bool:
        """Whether a page of this origin may hold the widget; our own pages are not asked."""
        return any(_matches(pattern, origin.lower()) for pattern in self.origins)


TEXTS = ("label", "greeting", "away")


def _words(value: Any) -> tuple[str, ...]:
    return tuple(str(one).lower() for one in value) if isinstance(value, list | tuple) else ()


def _known(value: Any, known: Iterable[str]) -> tuple[str, ...]:
    given = _words(value)
    return tuple(one for one in known if one in given)


def _one(value: Any, known: tuple[str, ...]) -> str:
    return value if value in known else known[0]


def _matches(pattern: str, origin: str) -> bool:
    scheme, star, domain = pattern.partition("://*.")
    if not star:
        return origin == pattern
    head, mark, host = origin.partition("://")
    return bool(mark) and head == scheme and host.endswith(f".{domain}") and len(host) > len(domain) + 1
