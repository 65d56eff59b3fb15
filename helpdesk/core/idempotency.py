"""The one answer to a request that may be sent twice: kept in the transaction of the effect, for a day."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.core import clock, failpoints
from helpdesk.core.errors import Conflict, DomainError
from helpdesk.core.models import IdempotencyKey

KEPT = timedelta(hours=24)
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"


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
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [f"{owner}\n{key}"])
        if not cursor.fetchone()[0]:
            raise Conflict(
                "request_in_flight",
                _("The first request with this key is still under way. Try again in a second."),
                retry_after=1,
            )
    kept = IdempotencyKey.objects.filter(owner=owner, key=key, created_at__gt=clock.now() - KEPT).first()
    if kept is not None:
        return _again(kept, print_)
    answer = act()
    failpoints.reach("idempotency.acted")
    _keep(owner, key, print_, answer)
    return answer


def _again(kept: IdempotencyKey, print_: str) -> Answer:
    if kept.fingerprint != print_:
        raise OtherRequest("key_reused", _("This Idempotency-Key was used for another request. Use a new one."))
    stored = kept.answer or {}
    return Answer(kept.status or 200, stored.get("body"), stored.get("headers", {}), replayed=True)


def _keep(owner: str, key: str, print_: str, answer: Answer) -> None:
    IdempotencyKey.objects.bulk_create(
        [
            IdempotencyKey(
                owner=owner,
                key=key,
                fingerprint=print_,
                status=answer.status,
                answer={"body": answer.body, "headers": answer.headers},
                created_at=clock.now(),
            )
        ],
        update_conflicts=True,
        unique_fields=["owner", "key"],
        update_fields=["fingerprint", "status", "answer", "created_at"],
    )


def forget(limit: int = 5000) -> int:
    """Drops answers that are older than a day. Returns how many."""
    old = IdempotencyKey.objects.filter(created_at__lte=clock.now() - KEPT).order_by("created_at")
    deleted, _rows = IdempotencyKey.objects.filter(pk__in=old.values("pk")[:limit]).delete()
    return deleted
