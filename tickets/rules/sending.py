"""What becomes of a copy after the server's answer: sent, tried again later, or given up. Pure.

Causes are the answerer's classes (RFC 5321 4.2.1, RFC 3463): `network` nobody answered, `sign_in` our password was
refused, `server` the server is busy for everyone, `recipient` this address is put off (greylisting, a full mailbox),
`content` this mail is refused. Messengers have two more: `window` the time to write to this person is over, `stopped`
they want nothing from us.
"""

from dataclasses import dataclass
from datetime import timedelta

GIVE_UP_AFTER = timedelta(hours=72)
# Seconds for which a server may put us off at most.
LONGEST_ASKED = 86_400

# Minutes until the next try, per cause; the last one repeats until we give up.
WAITS: dict[str, tuple[float, ...]] = {
    "network": (0.2, 0.5, 1, 2, 5, 10, 15, 30, 60),
    "sign_in": (1, 5, 15, 30, 60),
    "server": (0.5, 2, 5, 15, 30, 60, 120),
    "recipient": (1, 5, 15, 30, 60, 120, 240),
    "content": (5, 30, 60, 240),
}


@dataclass(frozen=True)
class Verdict:
    """The copy's next state (`sent`, `queued`, `failed`) and, when queued, how long to wait."""

    state: str
    wait: timedelta = timedelta(0)


@dataclass(frozen=True)
class Refusal:
    """Whose trouble an answer is (one of the causes), and whether another try can change it."""

    cause: str
    lasting: bool


def verdict(*, ok: bool, permanent: bool, cause: str, attempts: int, age: timedelta, retry_after: float = 0) -> Verdict:
    """Decides after attempt number `attempts` (from 1) of a message that was written `age` ago; never sooner than the
    server asked us to come back (`retry_after`, seconds)."""
    if ok:
        return Verdict("sent")
    if permanent or age > GIVE_UP_AFTER:
        return Verdict("failed")
    waits = WAITS.get(cause, WAITS["server"])
    wait = timedelta(minutes=waits[min(max(attempts, 1), len(waits)) - 1])
    return Verdict("queued", max(wait, timedelta(seconds=min(retry_after, LONGEST_ASKED))))


def sender_name(*, person: str, shop: str, language: str) -> str:
    """How a person's mail is signed in From: "Sara at Blue Shop", «سارا از فروشگاه آبی»; the shop alone for nobody."""
    first = person.split()[0] if person.split() else ""
    if not first or not shop:
        return first or shop
    return f"{first} از {shop}" if language == "fa" else f"{first} at {shop}"
