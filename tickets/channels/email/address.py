"""One strict reader of addresses, for identity, threading and display alike.

Mail programs disagree about odd address fields, and each disagreement lets somebody pose as somebody else. So whatever
two readers could read differently has no address here: the sender is then honestly unknown.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import idna

from tickets.channels.email import headers
from tickets.channels.email.limits import MAX_ADDRESSES, MAX_NAME, check_addresses

ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\u00a1-\U0010ffff]+\Z")
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\Z")
MAX_COMMENTS = 20


@dataclass(frozen=True)
class Address:
    """A mailbox. `email` is "" when it cannot honestly be named."""

    email: str
    name: str = ""


UNKNOWN = Address("")


@dataclass(frozen=True)
class _Piece:
    """A run of one kind: `text`, `quoted`, `comment`, or a single special sign among `<>,;:`."""

    kind: str
    text: str


def sender(values: list[str]) -> Address:
    """The one mailbox of all From fields together; no address when there is none, more than one, or any doubt."""
    named = [single(value) for value in values]
    if len({address.email.casefold() for address in named}) != 1:
        return Address("", next((address.name for address in named if address.name), ""))
    return named[0]


def single(value: str) -> Address:
    """The mailbox of a field that holds exactly one; else no address, with a name if there is one to show."""
    check_addresses(value)
    pieces = _pieces(value)
    if not any(piece.text == ":" and piece.kind == "sign" for piece in pieces):
        # Without a group before it, a semicolon ends nothing but the list.
        while pieces and (pieces[-1].text == ";" or not pieces[-1].text.strip()):
            pieces.pop()
    mailboxes = _mailboxes(pieces)
    if len(mailboxes) == 1:
        return _mailbox(mailboxes[0])
    return _said_twice(mailboxes) or _comma_in_name(mailboxes)


def _said_twice(mailboxes: list[list[_Piece]]) -> Address | None:
    """One mailbox, named again and again: every reader finds the same."""
    found = [_mailbox(pieces) for pieces in mailboxes]
    return found[0] if len({one.email for one in found}) == 1 and found[0].email else None


def listed(values: list[str]) -> list[Address]:
    """Every mailbox of To, Cc and the like that can be read; groups are opened."""
    found: list[Address] = []
    for value in values:
        check_addresses(value)
        found += [address for pieces in _mailboxes(_pieces(value), groups=True) if (address := _mailbox(pieces)).email]
    return found[:MAX_ADDRESSES]


def valid(email: str) -> str:
    """The address in its one spelling when it is a plain `local@domain`, else ""."""
    local, at, domain = email.strip().rpartition("@")
    return _joined(local, domain) if at else ""


def _comma_in_name(mailboxes: list[list[_Piece]]) -> Address:
    """`Smith, John <john@x>` without quotes: one address in sight, so no doubt whose it is."""
    flat = [piece for pieces in mailboxes for piece in [*pieces, _Piece("text", ", ")]][:-1]
    angles = [piece for piece in flat if piece.text == "<"]
    tail = mailboxes[-1] if mailboxes else []
    before = flat[: len(flat) - len(tail)]
    if len(angles) != 1 or any("@" in piece.text for piece in before) or any(p.text in (":", ";") for p in flat):
        return Address("", _display([piece for piece in flat if piece.kind == "text" and "@" not in piece.text]))
    return _mailbox([*before, *tail])


def _pieces(value: str) -> list[_Piece]:
    return list(_scan(value))


def _scan(value: str) -> Iterator[_Piece]:
    at, size, start = 0, len(value), 0
    while at < size:
        sign = value[at]
        if sign not in '"(<>,;:':
            at += 1
            continue
        if start < at:
            yield _Piece("text", value[start:at])
        if sign == '"':
            text, at = _until(value, at + 1, '"')
            yield _Piece("quoted", text)
        elif sign == "(":
            text, at = _comment(value, at + 1)
            yield _Piece("comment", text)
        else:
            yield _Piece("sign", sign)
            at += 1
        start = at
    if start < size:
        yield _Piece("text", value[start:])


def _until(value: str, at: int, end: str) -> tuple[str, int]:
    out: list[str] = []
    while at < len(value) and value[at] != end:
        if value[at] == "\\" and at + 1 < len(value):
            at += 1
        out.append(value[at])
        at += 1
    # A quote that never closes swallows what follows: nothing after it can be trusted.
    return "".join(out) + ("" if at < len(value) else "\0"), at + 1


def _comment(value: str, at: int) -> tuple[str, int]:
    depth, start = 1, at
    while at < len(value):
        if value[at] == "\\":
            at += 1
        elif value[at] == "(":
            depth += 1
        elif value[at] == ")":
            depth -= 1
            if depth == 0:
                return value[start:at], at + 1
        at += 1
    return value[start:] + "\0", len(value)


def _mailboxes(pieces: list[_Piece], groups: bool = False) -> list[list[_Piece]]:
    """The pieces between commas that lie outside angle brackets; empty ones fall away."""
    found: list[list[_Piece]] = [[]]
    inside = False
    for piece in pieces:
        if piece.kind == "sign" and piece.text in "<>":
            inside = piece.text == "<"
        if piece.kind == "sign" and piece.text in (",:;" if groups else ",") and not inside:
            found.append([])
        else:
            found[-1].append(piece)
    return [box for box in found if any(piece.text.strip() for piece in box)]


def _mailbox(pieces: list[_Piece]) -> Address:
    if any("\0" in piece.text for piece in pieces) or sum(piece.kind == "comment" for piece in pieces) > MAX_COMMENTS:
        return UNKNOWN
    signs = "".join(piece.text for piece in pieces if piece.kind == "sign")
    if signs == "<>":
        return _angled(pieces)
    if signs:
        return Address("", _display([piece for piece in pieces if piece.kind != "sign"]))
    return _bare(pieces)


def _angled(pieces: list[_Piece]) -> Address:
    opened = next(at for at, piece in enumerate(pieces) if piece.text == "<" and piece.kind == "sign")
    closed = next(at for at, piece in enumerate(pieces) if piece.text == ">" and piece.kind == "sign")
    before, spec, after = pieces[:opened], pieces[opened + 1 : closed], pieces[closed + 1 :]
    email = _spec(spec)
    name = _display(before) or _comment_name(after)
    if any(piece.kind != "comment" and piece.text.strip() for piece in after):
        return Address("", name)
    if not _harmless(before, email):
        return Address("", name)
    return Address(email, name)


def _harmless(before: list[_Piece], email: str) -> bool:
    """A name may hold an address without quotes only if it is the same one; brackets never."""
    text = "".join(piece.text for piece in before if piece.kind == "text").strip()
    if "[" in text or "]" in text or "\\" in text:
        return False
    return "@" not in text or valid(text).casefold() == email.casefold()


def _bare(pieces: list[_Piece]) -> Address:
    email = _spec(pieces)
    return Address(email, _comment_name(pieces)) if email else Address("", _display(pieces))


def _spec(pieces: list[_Piece]) -> str:
    """`local@domain` from pieces where comments may stand around the parts; "" in any doubt."""
    if any("@" in piece.text or "<" in piece.text for piece in pieces if piece.kind == "comment"):
        return ""
    body = [piece for piece in pieces if piece.kind != "comment"]
    quoted = [piece for piece in body if piece.kind == "quoted"]
    if quoted:
        return _quoted_spec(body)
    text = "".join(piece.text for piece in body).strip()
    local, at, domain = text.partition("@")
    return _joined(local.strip(), domain.strip()) if at else ""


def _quoted_spec(body: list[_Piece]) -> str:
    """`"local"@domain`, when the quotes were not needed: two readers then agree."""
    spoken = [piece for piece in body if piece.text.strip()]
    if len(spoken) != 2 or spoken[0].kind != "quoted" or not spoken[1].text.startswith("@"):
        return ""
    return _joined(spoken[0].text, spoken[1].text[1:].strip())


def _joined(local: str, domain: str) -> str:
    host = _host(domain)
    if not host or not ATOM.match(local) or len(local) > 64 or "=?" in local:
        return ""
    if local != unicodedata.normalize("NFKC", local) or not all(sign.isascii() or sign.isalnum() for sign in local):
        return ""
    return f"{local}@{host}"


def _host(domain: str) -> str:
    """The domain in ASCII and lower case, or "" when it is no plain name."""
    name = domain.lower().removesuffix(".")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=False, std3_rules=True).decode("ascii")
        except (idna.IDNAError, UnicodeError, ValueError):
            return ""
    if len(name) > 189 or not all(LABEL.match(label) for label in name.split(".")):
        return ""
    return name


def _comment_name(pieces: list[_Piece]) -> str:
    return next((_tidy(piece.text) for piece in pieces if piece.kind == "comment" and piece.text.strip()), "")


def _display(pieces: list[_Piece]) -> str:
    return _tidy("".join(piece.text for piece in pieces if piece.kind != "comment"))


def _tidy(text: str) -> str:
    """A name to show: encoded words read, signs that turn or hide text gone, one line, not endless."""
    text = headers.decode_words(text.replace("\\", "").replace("\0", ""))
    text = "".join(
        sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cf", "Co", "Cs") or sign == "\u200c"
    )
    text = " ".join(text.split())
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].strip()
    return text[:MAX_NAME]
