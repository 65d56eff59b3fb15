"""Structured header values, `text/plain; charset=x` (RFC 2045, 2231), as they really come. Linear and never raising."""

import re
from urllib.parse import unquote_to_bytes

from tickets.channels.email import charsets
from tickets.channels.email.headers import decode_words

MOST = 100
NAME = re.compile(r"[ \t;]{0,20}([A-Za-z][\w.-]{0,60}\*?(?:\d{1,3}\*?)?)[ \t]{0,20}[=:]")
# A parameter that follows without its semicolon.
UNDIVIDED = re.compile(r"[ \t](?=(?:boundary|charset|name|filename|format|type)\*?[ \t]{0,20}=)", re.I)
PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """The lower-case head of a structured value, and its decoded parameters; the first of a name counts."""
    value = without_comments(value)
    head, _, rest = value.partition(";")
    late = UNDIVIDED.search(head)
    if late:
        head, rest = head[: late.start()], f"{head[late.start() :]};{rest}"
    elif "=" in head:
        head, rest = "", value
    pairs: dict[str, str] = {}
    for name, text in _pairs(rest):
        pairs.setdefault(name, text)
    return "".join(head.split()).lower(), _joined(pairs)


def without_comments(value: str) -> str:
    """The value without `(comments)` that stand outside of quotes and of names such as `a (1).txt`."""
    if "(" not in value:
        return value
    out: list[str] = []
    at, depth, quoted = 0, 0, False
    for index, sign in enumerate(value):
        if sign == '"' and depth == 0:
            quoted = not quoted
        elif sign == "(" and not quoted and (depth or _may_open(value, index)):
            if depth == 0:
                out.append(value[at:index])
            depth += 1
        elif sign == ")" and depth:
            depth, at = depth - 1, index + 1
    return "".join([*out, value[at:]]) if depth == 0 else value


def _may_open(value: str, at: int) -> bool:
    before = value[max(0, at - 200) : at]
    return before[-1:] in ("", " ", "\t", ";") and "name" not in before.rpartition(";")[2].lower()


def _pairs(rest: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at, size = 0, len(rest)
    for _ in range(10 * MOST):
        if at >= size or len(found) >= MOST:
            break
        hit = NAME.match(rest, at)
        if hit:
            text, at = _value(rest, hit.end())
            found.append((hit[1].lower(), text))
            continue
        # What is no parameter belongs to an unquoted value with a semicolon in it.
        end = rest.find(";", at)
        end = size if end < 0 else end
        stray = rest[at:end].strip()
        if stray and found and "=" not in stray:
            found[-1] = (found[-1][0], f"{found[-1][1]};{stray}")
        at = end + 1
    return found


def _value(rest: str, at: int) -> tuple[str, int]:
    while at < len(rest) and rest[at] in " \t":
        at += 1
    if rest[at : at + 1] == '"':
        return _quoted(rest, at + 1)
    end = rest.find(";", at)
    end = len(rest) if end < 0 else end
    late = UNDIVIDED.search(rest, at, end)
    end = late.start() if late else end
    return rest[at:end].strip(), end + 1


def _quoted(rest: str, at: int) -> tuple[str, int]:
    out: list[str] = []
    while at < len(rest) and rest[at] != '"':
        # A backslash before anything but a quote is a Windows path, not an escape.
        if rest[at] == "\\" and rest[at + 1 : at + 2] in ('"', "\\"):
            at += 1
        out.append(rest[at])
        at += 1
    return "".join(out), at + 1


def _joined(pairs: dict[str, str]) -> dict[str, str]:
    plain = {name: decode_words(text) for name, text in pairs.items() if "*" not in name}
    bases = {name.partition("*")[0] for name in pairs if "*" in name}
    return plain | {base: text for base in bases if (text := _extended(base, pairs))}


def _extended(base: str, pairs: dict[str, str]) -> str:
    """RFC 2231: charset and language, pieces `name*0*=` in the order of their numbers."""
    if f"{base}*" in pairs:
        charset, text = _charset_of(pairs[f"{base}*"])
        return decode_words(charsets.decode(unquote_to_bytes(text), charset))
    data, charset, coded = b"", "", False
    for index in range(MOST):
        starred, text = pairs.get(f"{base}*{index}*"), pairs.get(f"{base}*{index}", "")
        if starred is None and not text and index:
            break
        if starred is not None:
            found, text = _charset_of(starred)
            charset, coded = charset or found, True
        # Some programs leave out the star on later pieces and write them in percents all the same.
        is_coded = starred is not None or (coded and PERCENT.search(text))
        data += unquote_to_bytes(text) if is_coded else text.encode("utf-8", "replace")
    return decode_words(charsets.decode(data, charset or "utf-8"))


def _charset_of(text: str) -> tuple[str, str]:
    pieces = text.split("'", 2)
    return (pieces[0], pieces[2]) if len(pieces) == 3 else ("", text)
