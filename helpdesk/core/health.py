"""How the product is: for load balancers (/healthz, /readyz) and for Prometheus (/metrics)."""

import hmac
import os
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Min
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from helpdesk.core import clock
from helpdesk.core.kept import kept
from helpdesk.core.models import OutboxDelivery, Throttle, Timer, Work
from helpdesk.core.tasks import HEARTBEAT

WORKER_SILENCE_SECONDS = 30
REDIS_SECONDS = 1.0


def public(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Marks a page that needs no sign-in, as `permit("public")` does: the floor knows no accounts."""
    for name in ("verb", "post_verb"):
        setattr(view, name, "public")
    return view


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is up; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """Everything that the work needs is there: 200, else 503."""
    facts = readiness()
    response = JsonResponse(facts, status=200 if facts["ok"] else 503)
    response["Cache-Control"] = "no-store"
    # "Not ready" is an answer, not a fault: Django would log each 503 as an error of ours.
    vars(response)["_has_been_logged"] = True
    return response


@public
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers for Prometheus, to whoever has the token (`Authorization: Bearer …` or `?token=`)."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ") or request.GET.get("token", "")
    if not hmac.compare_digest(given.encode(), metrics_token().encode()):
        raise Http404
    return HttpResponse(generate_latest(_gauges()), content_type="text/plain; version=0.0.4; charset=utf-8")


def readiness() -> dict[str, Any]:
    """What /readyz says. Never raises."""
    realtime = _realtime_answers()
    try:
        worker, oldest = _seconds_since(_heartbeat()), oldest_due_seconds()
    except DatabaseError:
        connection.close()
        return {"ok": False, "database": False, "worker": False, "realtime": realtime, "oldest_due_seconds": None}
    alive = worker is not None and worker < WORKER_SILENCE_SECONDS
    return {
        "ok": alive and realtime,
        "database": True,
        "worker": alive,
        "realtime": realtime,
        "oldest_due_seconds": oldest,
    }


def oldest_due_seconds() -> float:
    """For how long the oldest due piece of work has been waiting; 0 when nothing is due."""
    now = clock.now()
    waits = [0.0]
    for kind in (OutboxDelivery, Timer):
        due = kind._default_manager.filter(state=Work.PENDING, due_at__lte=now).aggregate(oldest=Min("due_at"))
        waits.append(_seconds_since(due["oldest"]) or 0.0)
    return round(max(waits), 1)


def metrics_token() -> str:
    """METRICS_TOKEN, or one made once and kept in $DATA_DIR/metrics_token."""
    if given := os.environ.get("METRICS_TOKEN", ""):
        return given
    return kept(Path(settings.DATA_DIR) / "metrics_token", lambda: secrets.token_urlsafe(32))


def _heartbeat() -> datetime | None:
    return Throttle.objects.filter(key=HEARTBEAT).values_list("window_start", flat=True).first()


def _seconds_since(moment: datetime | None) -> float | None:
    return None if moment is None else max((clock.now() - moment).total_seconds(), 0.0)


def _realtime_answers() -> bool:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        ) as link:
            return bool(link.ping())
    except (redis.RedisError, OSError):
        return False


def _gauges() -> CollectorRegistry:
    # Facts from the rows, the same from every process; a registry per answer, since processes share no memory.
    registry = CollectorRegistry()
    facts = readiness()
    for name in ("database", "worker", "realtime"):
        Gauge(f"helpdesk_{name}_up", f"1 when the {name} answers", registry=registry).set(facts[name])
    if not facts["database"]:
        return registry
    Gauge("helpdesk_oldest_due_seconds", "Wait of the oldest due work", registry=registry).set(
        facts["oldest_due_seconds"]
    )
    work = Gauge("helpdesk_work", "Rows of background work", ["kind", "state"], registry=registry)
    for kind, table in (("outbox", OutboxDelivery), ("timer", Timer)):
        for state in (Work.PENDING, Work.DEAD):
            work.labels(kind, state.value).set(table._default_manager.filter(state=state).count())
    return registry
