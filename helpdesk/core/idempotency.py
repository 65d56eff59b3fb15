"""The one answer to a request that may be sent twice: kept in the transaction of the effect, for a day."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.core import clock, failpoints, sql
from helpdesk.core.errors import Conflict, DomainError
from helpdesk.core.models import IdempotencyKey

KEPT = timedelta(hours=24)
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s::text, 0))"
KEPT_SQL = """
SELECT fingerprint, status, answer FROM core_idempotencykey WHERE owner = %s AND key = %s AND created_at > %s
"""
KEEP_SQL = """
INSERT INTO core_idempotencykey (owner, key, fingerprint, status, answer, created_at) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (owner, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,
  answer = excluded.answer, created_at = excluded.created_at
"""


class OtherRequest(DomainError):
    """The key was used before, for another request."""

    status = 422


@dataclass(frozen=True)
class Answer:
    """What was answered: status, headers worth repeating, body; `replayed` when it comes from the store."""

    status: int
    body: Any
    headers: dict[str, str]
    replayed: bool = False


def fingerprint(method: str, path: str, body: Any) -> str:
    """What must be the same in a repeat: the request's meaning, however its JSON is spelled."""
    text = json.dumps([method, path, body], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def once(owner: str, key: str, print_: str, act: Callable[[], Answer]) -> Answer:
    """Runs `act` once per `owner` and `key` within a day, and answers a repeat with the first answer.

    The answer commits with the effect. A refusal (an exception) changes nothing and is not kept. Raises
    Conflict(request_in_flight) while the first is under way and OtherRequest when the key was used differently.
    """
    (free,) = sql.first(LOCK, [f"{owner}\n{key}"])
    if not free:
        raise Conflict(
            "request_in_flight",
            _("The first request with this key is still under way. Try again in a second."),
            retry_after=1,
        )
    kept = sql.first(KEPT_SQL, [owner, key, clock.now() - KEPT])
    if kept is not None:
        return _again(kept, print_)
    answer = act()
    failpoints.reach("idempotency.acted")
    stored = json.dumps({"body": answer.body, "headers": answer.headers})
    sql.run(KEEP_SQL, [owner, key, print_, answer.status, stored, clock.now()])
    return answer


def _again(kept: tuple[str, int, str], print_: str) -> Answer:
    fingerprint_, status, stored = kept
    if fingerprint_ != print_:
        raise OtherRequest("key_reused", _("This Idempotency-Key was used for another request. Use a new one."))
    said = json.loads(stored)
    return Answer(status, said["body"], said["headers"], replayed=True)


def forget(limit: int = 5000) -> int:
    """Drops answers that are older than a day. Returns how many."""
    old = IdempotencyKey.objects.filter(created_at__lte=clock.now() - KEPT).order_by("created_at")
    deleted, _rows = IdempotencyKey.objects.filter(pk__in=old.values("pk")[:limit]).delete()
    return deleted
