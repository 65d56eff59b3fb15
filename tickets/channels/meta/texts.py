"""Cutting what is too long for one message. Pure."""


def pieces(text: str, most: int, *, in_bytes: bool = False) -> list[str]:
    """The text in pieces of at most so many signs or bytes, cut where lines or words end."""
    found, rest = [], text.strip()
    while _long(rest, in_bytes) > most:
        room = len(rest.encode()[:most].decode(errors="ignore")) if in_bytes else most
        cut = max(rest.rfind("\n", 1, room), 0) or max(rest.rfind(" ", 1, room), 0) or room
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*found, rest] if rest else found


def _long(text: str, in_bytes: bool) -> int:
    return len(text.encode()) if in_bytes else len(text)
