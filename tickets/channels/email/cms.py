"""What an S/MIME envelope that is only signed holds (RFC 5652): read, never verified. Bounded by what came."""

TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime")
SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
DATA = bytes.fromhex("2a864886f70d010701")
SEQUENCE, SET, OBJECT_ID, INTEGER, OCTETS, NESTED_OCTETS, INNER = 0x30, 0x31, 0x06, 0x02, 0x04, 0x24, 0xA0
MOST_PIECES, MOST_DEPTH = 100_000, 20


class _Broken(ValueError):
    """These bytes are not what they claim to be."""


def content(data: bytes) -> bytes:
    """The mail inside; b"" when there is none to be read, as when it is encrypted."""
    try:
        outer = _Reader(data).enter(SEQUENCE)
        if outer.take(OBJECT_ID) != SIGNED_DATA:
            return b""
        signed = outer.enter(INNER).enter(SEQUENCE)
        signed.take(INTEGER)
        signed.enter(SET).skip_all()
        held = signed.enter(SEQUENCE)
        return held.enter(INNER).octets() if held.take(OBJECT_ID) == DATA else b""
    except (_Broken, IndexError):
        return b""


class _Reader:
    """Reads values of BER one after the other. An `open` length is ended by two zero bytes."""

    def __init__(self, data: bytes, at: int = 0, end: int | None = None, *, parent: "_Reader | None" = None) -> None:
        self.data, self.at, self.end, self.parent = data, at, len(data) if end is None else end, parent
        self.is_open = False

    def _head(self, wanted: int | None = None) -> tuple[int, int]:
        """Tag and length of the next value; -1 for an open length."""
        tag, size = self.data[self.at], self.data[self.at + 1]
        if wanted is not None and tag != wanted:
            raise _Broken
        self.at += 2
        if size == 0x80:
            return tag, -1
        if size > 0x80:
            more = size & 0x7F
            if more > 4:
                raise _Broken
            size = int.from_bytes(self.data[self.at : self.at + more], "big")
            self.at += more
        if self.at + size > self.end:
            raise _Broken
        return tag, size

    def take(self, tag: int) -> bytes:
        """The bytes of the next value, which is a plain one."""
        _tag, size = self._head(tag)
        if size < 0:
            raise _Broken
        self.at += size
        return self.data[self.at - size : self.at]

    def enter(self, tag: int) -> "_Reader":
        """A reader inside the next value."""
        _tag, size = self._head(tag)
        inside = _Reader(self.data, self.at, self.end if size < 0 else self.at + size, parent=self)
        inside.is_open = size < 0
        self.at = self.end if size < 0 else self.at + size
        return inside

    def skip_all(self, depth: int = 0) -> None:
        """Past this value, so that its parent goes on after it."""
        if depth > MOST_DEPTH:
            raise _Broken
        while self.is_open and not self._ends():
            tag, size = self._head()
            if size < 0:
                self.at -= 2
                self.enter(tag).skip_all(depth + 1)
            else:
                self.at += size
        if self.parent is not None:
            self.parent.at = self.at if self.is_open else self.end

    def _ends(self) -> bool:
        if self.at >= self.end:
            raise _Broken
        if self.data[self.at : self.at + 2] != b"\0\0":
            return False
        self.at += 2
        return True

    def octets(self) -> bytes:
        """The bytes of the next value, which may come in pieces."""
        if self.data[self.at] == OCTETS:
            return self.take(OCTETS)
        pieces = self.enter(NESTED_OCTETS)
        found: list[bytes] = []
        while len(found) < MOST_PIECES and (not pieces._ends() if pieces.is_open else pieces.at < pieces.end):
            found.append(pieces.take(OCTETS))
        return b"".join(found)
