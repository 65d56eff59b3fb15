"""The bell: Celery tasks that only say "look at the rows". Truth is in PostgreSQL."""

import logging
import time
from collections.abc import Callable
from functools import lru_cache

from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string
from redis import Redis

from helpdesk import wiring
from helpdesk.core import audit, clock
from helpdesk.core.models import Throttle

BATCH = 20
LONGEST = 60.0
WAITING = 8
SILENCE = 5.0
BATCH_OF_OLD = 5000
HEARTBEAT = "worker.heartbeat"
log = logging.getLogger(__name__)
_silence = {"until": 0.0}


def ring(delay: float = 0) -> None:
    """Asks a worker to look for due work in `delay` seconds (at most 60). Losing this loses nothing.

    A broker that did not answer is left alone for a while, so that without Redis no request waits for it twice.
    """
    if time.monotonic() < _silence["until"]:
        return
    try:
        # Bells that nobody has heard yet will be heard after this commit; a ninth would say nothing new.
        if not delay and int(_redis().llen("celery")) >= WAITING:
            return
        pump.apply_async(countdown=min(max(delay, 0), 60), ignore_result=True, expires=120)
    except Exception as error:
        _silence["until"] = time.monotonic() + SILENCE
        log.warning("the worker was not rung: %s", type(error).__name__)


@lru_cache(maxsize=1)
def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1)


def pumps() -> list[Callable[[int], int]]:
    """Every source of due work, as wiring.PUMPS names them."""
    return [import_string(path) for path in wiring.PUMPS]


@shared_task(name="helpdesk.core.tasks.pump")
def pump() -> int:
    """Does due work until none is left, or for a minute; each round tells that the worker lives."""
    total = 0
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        Throttle.objects.update_or_create(key=HEARTBEAT, defaults={"window_start": clock.now(), "count": 1})
        done = sum(work(BATCH) for work in pumps())
        total += done
        if not done:
            break
    return total


@shared_task(name="helpdesk.core.tasks.seal_audit")
def seal_audit() -> int:
    """Seals what the audit gained since the last time."""
    return audit.seal()


@shared_task(name="helpdesk.core.tasks.tidy")
def tidy() -> int:
    """Drops what has grown old (wiring.TIDY), as much as there is."""
    total = 0
    for path in wiring.TIDY:
        forget = import_string(path)
        while done := forget(BATCH_OF_OLD):
            total += done
    return total
