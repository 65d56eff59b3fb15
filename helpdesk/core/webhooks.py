"""The one sender of webhooks: signed as Standard Webhooks ask, through the egress guard, and kind to whoever is down.

One address that does not answer holds nobody else up: after four failures in a row nothing is sent there until the
schedule's next wait is over, at most two calls run at once, and after forty, or when it answers 410, it is switched off
until somebody mends it. Who sends keeps the event, tries again when `wait` is over, and gives it the same id each time.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import F, Q

from helpdesk.core import clock, egress, webclient
from helpdesk.core.models import WebhookEndpoint
from helpdesk.core.rules import webhooks as rule

SECONDS = 20.0
MOST_ANSWER = 64 * 1024
MOST_WORDS = 280
LEASE = timedelta(seconds=60)
# Two calls at once already: a moment later one of them is done.
BUSY = timedelta(seconds=3)
# The receiver understood, and refuses this one message; another try would end the same.
REFUSED = frozenset({400, 413, 422})
GONE = 410


@dataclass(frozen=True)
class Endpoint:
    """Where to: `key` names the receiver, `secrets` are all that count now."""

    key: str
    url: str
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What came of a try. `status` 0: nobody answered, or it was not tried. `wait`: seconds until another makes sense.

    `refused`: this message is not wanted as it is. `off`: the address is switched off.
    """

    ok: bool
    status: int = 0
    words: str = ""
    data: Any = field(default_factory=dict)
    wait: float = 0
    refused: bool = False
    off: bool = False


def send(endpoint: Endpoint, ident: str, payload: Mapping[str, Any]) -> Outcome:
    """Tries once, outside any transaction. Never raises for what the network or the receiver does."""
    row, _made = WebhookEndpoint.objects.get_or_create(key=endpoint.key)
    now = clock.now()
    if row.off_at is not None:
        return Outcome(False, words="switched off: " + row.error, off=True, wait=rule.SCHEDULE[3])
    if row.open_until is not None and row.open_until > now:
        return Outcome(False, words=row.error, wait=(row.open_until - now).total_seconds())
    lease = _lease(row)
    if lease is None:
        return Outcome(False, words="busy", wait=BUSY.total_seconds())
    try:
        found = _post(endpoint, ident, json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode())
    finally:
        WebhookEndpoint.objects.filter(pk=row.pk).update(**{lease: None})
    return _noted(row, found)


def mended(key: str) -> None:
    """Whoever keeps the receiver says that it is well: what was held back or switched off is tried again."""
    WebhookEndpoint.objects.filter(key=key).update(failures=0, open_until=None, off_at=None, error="")


def _lease(row: WebhookEndpoint) -> str | None:
    now = clock.now()
    for name in ("lease_a", "lease_b"):
        free = Q(**{name: None}) | Q(**{f"{name}__lte": now})
        if WebhookEndpoint.objects.filter(free, pk=row.pk).update(**{name: now + LEASE}):
            return name
    return None


def _post(endpoint: Endpoint, ident: str, body: bytes) -> Outcome:
    own = rule.headers(endpoint.secrets, ident, clock.now(), body)
    own |= {"Content-Type": "application/json", "User-Agent": "Helpdesk-Webhooks/1"}
    try:
        with webclient.session(SECONDS) as session:
            given: dict[str, Any] = {"timeout": SECONDS, "allow_redirects": False, "stream": True}
            answer = session.post(endpoint.url, data=body, headers=own, **given)
            return _outcome(answer, answer.raw.read(MOST_ANSWER, decode_content=True))
    except (webclient.Failed, egress.Refused, OSError, ValueError) as fault:
        return Outcome(False, words=type(fault).__name__)


def _outcome(answer: Any, body: bytes) -> Outcome:
    status = int(answer.status_code)
    asked = answer.headers.get("Retry-After", "").strip()
    try:
        data = json.loads(body) if body else {}
    except ValueError:
        data = {}
    return Outcome(
        ok=200 <= status < 300,
        status=status,
        words=f"{status}: {body.decode('utf-8', 'replace')[:MOST_WORDS]}",
        data=data,
        wait=float(asked) if asked.isascii() and asked.isdigit() else 0,
        refused=status in REFUSED,
        off=status == GONE,
    )


def _noted(row: WebhookEndpoint, found: Outcome) -> Outcome:
    """The receiver's row after a try; of a failure the outcome with the wait that follows."""
    now, mine = clock.now(), WebhookEndpoint.objects.filter(pk=row.pk)
    if found.ok or found.refused:
        mine.update(failures=0, open_until=None, error="", last_ok_at=now)
        return found
    mine.update(failures=F("failures") + 1, error=found.words.partition(":")[0][:300])
    failures = mine.values_list("failures", flat=True).get()
    wait = max(rule.wait(failures, secrets.randbelow(1000) / 1000).total_seconds(), min(found.wait, rule.SCHEDULE[-1]))
    if failures >= rule.TRIPS or found.wait:
        mine.update(open_until=now + timedelta(seconds=wait))
    off = found.off or failures >= rule.GIVES_UP
    if off:
        mine.update(off_at=now)
    return Outcome(False, found.status, found.words, found.data, wait, off=off)
