"""Cards of people (vCard 2.1, 3.0, 4.0), read into rows like those of a sheet. Pure.

Only what tells who somebody is; pictures, sounds and keys are passed over unread.
"""

import codecs
import quopri
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from customers.rules.sheets import Unreadable, encoding_of, text_of

HEADER = (
    *("Name", "E-mail", "Telephone", "Telegram", "WhatsApp", "Instagram", "Messenger", "LINE"),
    *("Tags", "Language", "UID"),
)
COLUMNS = ("name", "email", "phone", "telegram", "whatsapp", "instagram", "messenger", "line", "tags", "language", "")
MOST_LINES, MOST_VALUES = 5_000, 30
_PLACES = {name.lower(): place for place, name in enumerate(HEADER)}
_NAME, _MAIL, _TEL, _TAGS, _LANGUAGE, _UID = 0, 1, 2, 8, 9, 10
_SERVICES = ("telegram", "whatsapp", "instagram", "messenger", "line")
_LINE = re.compile(r'((?:[^":]|"[^"]*")*+):')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def is_cards(data: bytes) -> bool:
    """Whether this file holds cards."""
    return bool(re.match(r"\s*BEGIN:VCARD\b", text_of(data[:4096], encoding_of(data)).read(200), re.IGNORECASE))


def rows_of(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Each card as a row (HEADER) with the number of its first line. Raises Unreadable."""
    card: list[tuple[str, str, str]] | None = None
    begin = 0
    for number, line in _unfolded(text_of(data, encoding_of(data))):
        name, params, value = _parts(line)
        if name == "BEGIN":
            if card is not None:
                raise Unreadable("card", begin)
            card, begin = [], number
        elif name == "END" and card is not None:
            yield begin, _row(card)
            card = None
        elif card is not None and name:
            card.append((name, params, value))
            if len(card) > MOST_LINES:
                raise Unreadable("card", begin)
    if card is not None:
        raise Unreadable("card", begin)


def _unfolded(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Lines put together again that were broken to be short."""
    held: list[str] = []
    began, quoted = 0, False
    for number, raw in enumerate(chain(lines, ["END"]), 1):
        line = raw.rstrip("\r\n").replace("\x00", "")
        if held and quoted and held[-1].endswith("="):
            held[-1] = held[-1][:-1]
            held.append(line)
        elif held and line[:1] in (" ", "\t"):
            held.append(line[1:])
        else:
            if held:
                yield began, "".join(held)
            held, began = [line], number
            quoted = "QUOTED-PRINTABLE" in line.partition(":")[0].upper()


def _parts(line: str) -> tuple[str, str, str]:
    """Name without its group, parameters in upper case, value."""
    found = _LINE.match(line)
    if found is None:
        return "", "", ""
    head, value = found[1], line[found.end() :]
    name, _semicolon, params = head.partition(";")
    return name.rpartition(".")[2].upper(), params.upper(), _decoded(params.upper(), value)


def _decoded(params: str, value: str) -> str:
    if "QUOTED-PRINTABLE" not in params:
        return value
    found = re.search(r"CHARSET=([\w.\-]+)", params)
    try:
        charset = codecs.lookup(found[1] if found else "utf-8").name
    except LookupError:
        charset = "utf-8"
    return quopri.decodestring(value.encode("utf-8", "replace")).decode(charset, "replace")


def _plain(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value).strip()


def _split(value: str, sign: str) -> list[str]:
    """Parts between signs that are not escaped."""
    return [_plain(part) for part in re.split(rf"(?<!\\){sign}", value)]


def _row(card: list[tuple[str, str, str]]) -> list[str]:
    cells: list[list[str]] = [[] for _name in HEADER]
    parts = ""
    for name, params, value in card:
        if name == "FN":
            cells[_NAME].append(" ".join(_plain(value).split()))
        elif name == "N":
            family, given = [*_split(value, ";"), "", ""][:2]
            parts = f"{given} {family}".strip()
        elif (found := _handle(name, params, value)) is not None:
            place, plain = found
            cells[place].append(plain)
        elif name == "CATEGORIES":
            cells[_TAGS] += _split(value, ",")
        elif name == "LANG":
            cells[_LANGUAGE].append(_plain(value).partition("-")[0])
        elif name == "UID":
            cells[_UID].append(_plain(value))
    names = [name for name in cells[_NAME] if name] or [parts]
    single = {_NAME: names[0], _LANGUAGE: next(iter(cells[_LANGUAGE]), "")}
    return [single.get(place, "; ".join(filter(None, found[:MOST_VALUES]))) for place, found in enumerate(cells)]


def _handle(name: str, params: str, value: str) -> tuple[int, str] | None:
    plain = _plain(value)
    if name == "EMAIL":
        return _MAIL, re.sub(r"^mailto:", "", plain, flags=re.IGNORECASE)
    if name == "TEL":
        return None if "FAX" in params else (_TEL, plain.replace(";ext=", " ext "))
    if name in ("IMPP", "X-SOCIALPROFILE", "URL", *(f"X-{each.upper()}" for each in _SERVICES)):
        return _service(name, params, plain)
    return None


def _service(name: str, params: str, plain: str) -> tuple[int, str] | None:
    """A messenger, told by the property, its parameter or the address itself."""
    scheme = re.match(r"([a-z]+):(?!//)", plain, re.IGNORECASE)
    for each in _SERVICES:
        named = name == f"X-{each.upper()}" or re.search(rf"\b{each.upper()}\b", params)
        if (scheme and scheme[1].lower() == each) or (named and name != "URL"):
            return _PLACES[each], plain[scheme.end() :] if scheme else plain
    links = {"t.me/": "telegram", "wa.me/": "whatsapp", "instagram.com/": "instagram", "m.me/": "messenger"}
    found = next((to for host, to in links.items() if re.match(rf"https?://(www\.)?{host}", plain)), None)
    return (_PLACES[found], plain) if found else None
