"""What load balancers and Prometheus are told, and what the application's database role may not do."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.test import Client

from helpdesk.core import clock, health
from helpdesk.core.models import AuditEntry, OutboxDelivery, OutboxEvent, Throttle
from helpdesk.core.tasks import HEARTBEAT
from helpdesk.launch import roles


def beat(seconds_ago: float) -> None:
    Throttle.objects.create(key=HEARTBEAT, window_start=clock.now() - timedelta(seconds=seconds_ago))


def test_the_process_is_up(client: Client) -> None:
    assert client.get("/healthz").status_code == 200


@pytest.mark.integration
def test_ready_when_database_worker_and_broker_answer(client: Client, db: None) -> None:
    beat(2)
    answer = client.get("/readyz")
    assert answer.json() == {"ok": True, "database": True, "worker": True, "realtime": True, "oldest_due_seconds": 0.0}


@pytest.mark.parametrize("silence", [None, 31])
def test_not_ready_without_a_worker(client: Client, db: None, silence: float | None) -> None:
    if silence:
        beat(silence)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["worker"]) == (503, False)


def test_not_ready_without_the_broker(client: Client, db: None, settings: object) -> None:
    settings.REDIS_URL = "unix:///nowhere.sock"  # type: ignore[attr-defined]  # pytest-django's settings
    beat(2)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["realtime"]) == (503, False)


def test_the_oldest_due_work_is_told(db: None) -> None:
    event = OutboxEvent.objects.create(name="x", created_at=clock.now())
    OutboxDelivery.objects.create(event=event, handler="x", due_at=clock.now() - timedelta(seconds=40))
    assert 40 <= health.oldest_due_seconds() < 45


def test_metrics_need_the_token(client: Client, db: None) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics?token=wrong").status_code == 404
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {health.metrics_token()}"})
    assert answer.status_code == 200 and b"helpdesk_oldest_due_seconds 0.0" in answer.content


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE core_auditentry SET verb = 'x'",
        "DELETE FROM core_auditentry",
        "TRUNCATE core_auditentry CASCADE",
        "UPDATE core_auditseal SET hash = ''",
    ],
)
def test_the_application_may_not_rewrite_the_audit(change: str) -> None:
    AuditEntry.objects.create(at=clock.now(), actor="system", verb="ticket.create", subject="ticket:1")
    kept = connection.settings_dict
    target = {"dbname": kept["NAME"], "host": kept["HOST"], "port": kept["PORT"] or None}
    owner = psycopg.conninfo.make_conninfo(user=kept["USER"], password=kept["PASSWORD"] or None, **target)
    with psycopg.connect(owner, autocommit=True) as link:
        if not link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [roles.APP]).fetchone():
            pytest.skip("this server has no application role")
        roles.grant_app_rights(owner, roles.APP)
        link.execute("SET ROLE helpdesk_app")
        link.execute(
            "INSERT INTO core_auditentry (at, actor, verb, subject, facts) VALUES (now(), 'a', 'b', 'c', '{}')"
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute(change.encode())
    assert AuditEntry.objects.filter(verb="ticket.create").count() == 1
