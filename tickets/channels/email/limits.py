"""What we agree to read. Everything here is checked before anything costly touches the mail."""

MAX_BYTES = 26 * 1024 * 1024
MAX_DEPTH = 50
MAX_PARTS = 500
MAX_HEADERS = 1_000
MAX_HEADER_BYTES = 256 * 1024
MAX_ADDRESSES = 500
MAX_SUBJECT = 500
MAX_NAME = 200
MAX_TEXT = 2_000_000
MAX_HTML = 4_000_000
MAX_REFERENCES = 100
MAX_HEADER_ID = 998
# The first header of a mail of which only the beginning was fetched.
TRUNCATED = b"X-Truncated-At-Fetch"
# The only header of what stands in for a mail that its server did not hand over.
NOT_HANDED_OVER = b"X-Not-Handed-Over"

# The first header of a provider's request that was kept whole.
REQUEST = b"X-Request-Of"


class UnreadableMail(ValueError):
    """A mail that we keep but will not read; `reason` says why in words for an agent."""

    unreadable = True

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_size(raw: bytes) -> None:
    """Refuses a mail that is empty or larger than we read."""
    if len(raw) > MAX_BYTES:
        raise UnreadableMail(f"larger than {MAX_BYTES // 1024 // 1024} MB")
    if raw.startswith(TRUNCATED):
        raise UnreadableMail(f"larger than {MAX_BYTES // 1024 // 1024} MB; only its beginning was kept")
    if raw.startswith(NOT_HANDED_OVER):
        raise UnreadableMail(f"the server did not hand it over{raw[len(NOT_HANDED_OVER) :].decode()}".strip())
    if not raw.strip(b"\r\n\t \0"):
        raise UnreadableMail("empty")


def check_headers(block: bytes) -> None:
    """Refuses a header block that is too long or has too many fields."""
    if len(block) > MAX_HEADER_BYTES:
        raise UnreadableMail(f"headers longer than {MAX_HEADER_BYTES // 1024} kB")
    if _fields(block) > MAX_HEADERS:
        raise UnreadableMail(f"more than {MAX_HEADERS} headers")


def _fields(block: bytes) -> int:
    return sum(1 for line in block.split(b"\n") if line[:1] not in (b" ", b"\t", b"\r", b""))


def check_addresses(value: str) -> None:
    """Refuses an address list that names too many people."""
    if value.count("@") > MAX_ADDRESSES or any(value.count(sign) > MAX_ADDRESSES * 2 for sign in ",:;<"):
        raise UnreadableMail(f"more than {MAX_ADDRESSES} addresses")
