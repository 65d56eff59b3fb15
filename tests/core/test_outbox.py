"""Nothing announced is lost: one delivery per handler, leases, back-off, a visible dead letter."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from helpdesk import wiring
from helpdesk.core import clock, jobs, timers
from helpdesk.core.events import emit
from helpdesk.core.models import OutboxDelivery, OutboxEvent, Timer

pytestmark = [pytest.mark.django_db, pytest.mark.integration]
seen: list[dict[str, Any]] = []


def remember(payload: dict[str, Any]) -> None:
    seen.append(payload)


def break_down(payload: dict[str, Any]) -> None:
    raise RuntimeError("no luck")


class Killed(BaseException):
    """Stands for the end of the process."""


def kill(payload: dict[str, Any]) -> None:
    raise Killed


def refuse(payload: dict[str, Any]) -> None:
    raise jobs.GiveUp("never")


@pytest.fixture(autouse=True)
def wired(monkeypatch: pytest.MonkeyPatch) -> None:
    seen.clear()
    here = "tests.core.test_outbox."
    table = {"good": [here + "remember"], "two": [here + "remember", here + "break_down"], "never": [here + "refuse"]}
    table["deadly"] = [here + "kill"]
    monkeypatch.setattr(wiring, "HANDLERS", table | {"nobody": []})


def test_a_handler_gets_its_event_once() -> None:
    emit("good", {"n": 1})
    assert jobs.run_outbox() == 1 and jobs.run_outbox() == 0
    assert seen == [{"n": 1}]


def test_one_failing_handler_does_not_hold_up_the_other() -> None:
    emit("two", {"n": 1})
    jobs.run_outbox()
    assert seen == [{"n": 1}]
    states = OutboxDelivery.objects.values_list("state", "attempts").order_by("handler")
    assert list(states) == [("pending", 1), ("done", 1)]


def test_a_failing_handler_comes_again_later_and_dies_visibly() -> None:
    emit("two", {"n": 1})
    at = clock.now()
    for _ in range(jobs.MAX_ATTEMPTS + 2):
        with clock.frozen(at := at + timedelta(days=2)):
            jobs.run_outbox()
    row = OutboxDelivery.objects.get(handler__endswith="break_down")
    assert (row.state, row.attempts) == ("dead", jobs.MAX_ATTEMPTS) and "no luck" in row.last_error


def test_a_job_that_kills_its_worker_dies_alone_and_its_neighbours_come_first_the_next_time() -> None:
    emit("deadly", {})
    for number in range(3):
        emit("good", {"n": number})
    at = clock.now()
    with pytest.raises(Killed):
        jobs.run_outbox()
    for _ in range(jobs.MAX_ATTEMPTS - 1):
        with clock.frozen(at := at + timedelta(days=2)), pytest.raises(Killed):
            jobs.run_outbox()
        assert len(seen) == 3
    with clock.frozen(at + timedelta(days=2)):
        jobs.run_outbox()
    found = OutboxDelivery.objects.order_by("pk").values_list("state", "attempts")
    assert [state for state, _ in found] == ["dead", "done", "done", "done"]
    assert [attempts for _, attempts in found][1:] == [1, 1, 1]


def test_work_that_another_worker_has_taken_over_is_left_alone() -> None:
    emit("good", {"n": 1})
    (slow,) = jobs.claim(OutboxDelivery, 10)
    with clock.frozen(clock.now() + jobs.LEASE * 2):
        assert jobs.run_outbox() == 1
    assert not jobs.begin(slow)
    assert seen == [{"n": 1}]


def test_a_hopeless_handler_is_parked_at_once() -> None:
    emit("never", {})
    jobs.run_outbox()
    assert OutboxDelivery.objects.get().state == "dead"


def test_an_event_that_nobody_hears_is_not_written() -> None:
    assert emit("nobody", {}) is None
    assert OutboxEvent.objects.count() == 0


def test_an_event_waits_for_its_time() -> None:
    emit("good", {}, not_before=clock.now() + timedelta(seconds=10))
    assert jobs.run_outbox() == 0
    with clock.frozen(clock.now() + timedelta(seconds=11)):
        assert jobs.run_outbox() == 1


def test_an_event_whose_cause_is_rolled_back_never_was() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        emit("good", {})
        raise ZeroDivisionError
    assert OutboxEvent.objects.count() == 0


def test_work_claimed_by_a_worker_that_died_comes_back_after_its_lease() -> None:
    emit("good", {"n": 1})
    assert len(jobs.claim(OutboxDelivery, 10)) == 1
    assert jobs.run_outbox() == 0
    with clock.frozen(clock.now() + jobs.LEASE + timedelta(seconds=1)):
        assert jobs.run_outbox() == 1
    assert seen == [{"n": 1}]


def test_a_timer_fires_once_and_moving_it_leaves_one() -> None:
    handler = "tests.core.test_outbox.remember"
    timers.schedule(handler, "k", clock.now() + timedelta(hours=1), {"n": 1})
    timers.schedule(handler, "k", clock.now() + timedelta(hours=2), {"n": 2})
    assert Timer.objects.count() == 1
    with clock.frozen(clock.now() + timedelta(hours=3)):
        assert jobs.run_timers() == 1 and jobs.run_timers() == 0
    assert seen == [{"n": 2}]
