"""Celery: the bell and the clock. Tasks only say "look at the rows", so a lost or doubled one costs nothing."""

import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

app = Celery("helpdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.set_default()


def _every(task: str, seconds: float) -> dict[str, object]:
    # A beat that nobody heard is worth nothing once the next one is due.
    return {"task": task, "schedule": seconds, "options": {"expires": seconds * 2, "ignore_result": True}}


app.conf.beat_schedule = {
    "pump": _every("helpdesk.core.tasks.pump", 5),
    "seal_audit": _every("helpdesk.core.tasks.seal_audit", 5),
    "fetch_mail": _every("tickets.tasks.fetch_mail", 10),
    "tidy": _every("helpdesk.core.tasks.tidy", 600),
}
# A task that hangs takes its process with it; its row's lease runs out and another worker tries again.
app.conf.task_time_limit = 300
app.conf.worker_prefetch_multiplier = 1
app.conf.worker_max_memory_per_child = 400_000


@signals.worker_ready.connect
def _first_look(**kwargs: Any) -> None:
    # Work may have waited while no worker was there; beat would ring only in five seconds.
    app.send_task("helpdesk.core.tasks.pump", expires=60, ignore_result=True)
