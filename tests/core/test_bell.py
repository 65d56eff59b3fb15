"""The name under which Celery keeps waiting tasks in Redis, which tasks.ring() counts."""

from helpdesk.celery import app


def test_bells_wait_in_the_list_that_is_counted() -> None:
    assert app.conf.task_default_queue == "celery"
