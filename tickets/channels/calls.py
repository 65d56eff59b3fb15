"""One call of a provider's API: through the egress guard, over in time, and its answer read once."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from helpdesk.core import clock, egress, webclient
from tickets.envelopes import SendResult

# Below a copy's lease, so that nobody else sends it while we still wait.
SECONDS = 30.0
MOST_WORDS = 280
LOCKED_OUT = (401,)
AGAIN = (408, 425, 429)


@dataclass(frozen=True)
class Reply:
    """What the provider answered: `status` 0 when nobody did, then `words` says why. `data`: its JSON, or {}."""

    status: int
    data: Any = field(default_factory=dict)
    words: str = ""
    retry_after: float = 0

    @property
    def ok(self) -> bool:
        """Whether it took the call."""
        return 200 <= self.status < 300


def call(method: str, url: str, **given: Any) -> Reply:
    """Makes one call (`json`, `data`, `files`, `headers`, `auth`, `params` as for requests). Never raises.

    What is secret in the address (a bot's token) is in no word of the reply.
    """
    try:
        with webclient.session(SECONDS) as session:
            answer = session.request(method, url, timeout=SECONDS, **given)
            return Reply(answer.status_code, _json(answer), answer.text[:MOST_WORDS], _wait(answer.headers))
    except (webclient.Failed, egress.Refused, OSError, ValueError) as fault:
        return Reply(0, words=type(fault).__name__)


def _json(answer: Any) -> Any:
    try:
        return answer.json()
    except ValueError:
        return {}


def _wait(headers: Mapping[str, str]) -> float:
    """`Retry-After` in seconds, written as a number or a date (RFC 9110 10.2.3)."""
    given = headers.get("Retry-After", "").strip()
    if given.isascii() and given.isdigit():
        return float(given)
    try:
        return max(0.0, (parsedate_to_datetime(given) - clock.now()).total_seconds()) if given else 0
    except (ValueError, TypeError):
        return 0


def refused(reply: Reply, words: str = "", *, code: str = "", cause: str = "") -> SendResult:
    """What a refusal means by its status alone; an adapter that knows more says so by `cause` and `words`."""
    said = (words or reply.words)[:MOST_WORDS]
    code = (code or str(reply.status or ""))[:12]
    if reply.status == 0:
        return SendResult(ok=False, error=f"not reached: {said}", cause=cause or "network", status_code=code)
    if reply.status in AGAIN or reply.status >= 500:
        wait = reply.retry_after
        return SendResult(ok=False, error=said, cause=cause or "server", status_code=code, retry_after=wait)
    if reply.status in LOCKED_OUT or cause == "sign_in":
        return SendResult(ok=False, error=f"sign-in refused: {said}", cause="sign_in", status_code=code)
    return SendResult(ok=False, error=said, permanent=True, cause=cause or "content", status_code=code)


def same(one: str, other: str) -> bool:
    """Whether two secrets agree, in constant time; nothing agrees with an empty one."""
    return bool(one) and bool(other) and hmac.compare_digest(one.encode(), other.encode())


def valid(secrets: Mapping[str, str], name: str = "secret") -> list[str]:
    """The secrets that count now: the present one, and while one is rotated the one before."""
    return [value for value in (secrets.get(name, ""), secrets.get(f"{name}_old", "")) if value]


def query_words(path: str, name: str) -> list[str]:
    """What stands under this name in an address, for networks that sign nothing."""
    return parse_qs(urlsplit(path).query).get(name, [])
