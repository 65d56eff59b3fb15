"""What an inbox of kind chat may be set to: typed values in, clean ones out, or a word on what to write instead."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.core.errors import Invalid
from helpdesk.core.rules.digits import digits_to_ascii
from tickets.models import Inbox
from tickets.rules import answers, widgets
from tickets.rules.visitors import FIELDS, IDENTITY, LANGUAGES, TEXTS

Words = Promise | str
ORIGIN: dict[str, Words] = {
    "form": _("%(origin)s is no address of a site. Write it as https://shop.example."),
    "scheme": _("%(origin)s must begin with https://; http:// is for localhost only."),
    "path": _("%(origin)s: write only its beginning, such as https://shop.example, without what follows."),
    "host": _("%(origin)s: its name has letters or dots that no site has. Write it as https://shop.example."),
    "wide": _("%(origin)s is too wide. Write https://*.shop.example for all below shop.example."),
}
LONGEST = {"label": 60, "greeting": 500, "away": 500}


def cleaned(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that are given, in the form they are kept in. Raises Invalid with every field that is wrong."""
    found: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    for key, value in given.items():
        try:
            found[key] = CLEAN[key](value)
        except KeyError:
            errors[key] = _("There is no such setting. Known: %(known)s.") % {"known": ", ".join(CLEAN)}
        except _Wrong as wrong:
            errors[key] = wrong.words
    if set(found.get("must", [])) - set(found.get("ask", found.get("must", []))):
        errors["must"] = _("What must be filled in has to be asked for, too.")
    if errors:
        raise Invalid(errors)
    return found


class _Wrong(ValueError):
    def __init__(self, words: Words) -> None:
        super().__init__()
        self.words = words


def _listed(value: Any) -> list[str]:
    pieces = value.replace(",", " ").split() if isinstance(value, str) else [str(one) for one in value]
    return [piece for piece in pieces if piece.strip()]


def _origins(value: Any) -> list[str]:
    found: list[str] = []
    for text in _listed(value):
        try:
            found.append(widgets.origin(text))
        except widgets.BadOrigin as bad:
            raise _Wrong(str(ORIGIN[str(bad)]) % {"origin": f"“{text[:80]}”"}) from bad
    if len(found) > widgets.MOST_ORIGINS:
        raise _Wrong(_("At most %(most)s sites.") % {"most": widgets.MOST_ORIGINS})
    return list(dict.fromkeys(found))


def _colour(value: Any) -> str:
    found = widgets.colour(str(value))
    if found is None:
        raise _Wrong(_("Write a colour as six digits, such as #1f6feb."))
    return found


def _one_of(known: tuple[str, ...]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in known:
            raise _Wrong(_("Choose one of: %(known)s.") % {"known": ", ".join(known)})
        return str(value)

    return check


def _some_of(known: tuple[str, ...]) -> Callable[[Any], list[str]]:
    def check(value: Any) -> list[str]:
        given = _listed(value)
        if set(given) - set(known):
            raise _Wrong(_("Choose one of: %(known)s.") % {"known": ", ".join(known)})
        return [one for one in known if one in given]

    return check


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() not in ("1", "true", "yes", "on", "0", "false", "no", "off", ""):
        raise _Wrong(_("Write true or false."))
    return str(value).lower() in ("1", "true", "yes", "on")


def _text(most: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        text = str(value).replace("\x00", "").replace("\r\n", "\n").strip()
        if len(text) > most:
            raise _Wrong(_("This is too long. Keep it under %(most)s letters.") % {"most": most})
        return text

    return check


def _mail_inbox(value: Any) -> int | None:
    text = str(value or "").strip()
    if not text or text == "None":
        return None
    known = text.isascii() and text.isdigit() and len(text) < 18
    if not known or not Inbox.objects.filter(pk=int(text), kind="email", is_active=True).exists():
        raise _Wrong(_("Choose an e-mail inbox that is in use."))
    return int(text)


def _hours(value: Any) -> str:
    text = digits_to_ascii(str("" if value is None else value)).strip().replace("٫", ".")
    if text and answers.rule({"answer_hours": text}) is None:
        raise _Wrong(_("Write a number of hours above 0 and up to 1,000, such as 8; or leave it empty."))
    return text


def _secret(value: Any) -> str:
    text = str(value)
    if len(text) < 16:
        raise _Wrong(_("A secret needs at least 16 letters."))
    return text


CLEAN: dict[str, Callable[[Any], Any]] = {
    "origins": _origins,
    "identity": _one_of(IDENTITY),
    "colour": _colour,
    "position": _one_of(("end", "start")),
    "language": _one_of(("auto", *LANGUAGES)),
    "ask": _some_of(FIELDS),
    "must": _some_of(FIELDS),
    "typing_preview": _switch,
    "show_wait": _switch,
    "mail_transcript": _switch,
    "mail_inbox": _mail_inbox,
    "answer_hours": _hours,
    "identity_secret": _secret,
    **{f"{key}_{code}": _text(LONGEST[key]) for key in TEXTS for code in LANGUAGES},
}
