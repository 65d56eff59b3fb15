"""When the database does not answer in time: a 503 that says so, and nothing half-written."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import OperationalError, connection
from django.test import Client, RequestFactory

from customers.models import Customer
from helpdesk.accounts import actions as account_actions
from helpdesk.accounts.models import User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core.http import broken
from helpdesk.core.models import AuditEntry, OutboxEvent
from tickets.models import Message, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.fault]
KEPT = (Ticket, Message, Customer, AuditEntry, OutboxEvent)


def limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])


@pytest.fixture
def slow_messages() -> Iterator[None]:
    """Every message takes five seconds to write, and a statement may take 0.2."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.dawdle() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_sleep(5); RETURN NEW; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER dawdle BEFORE INSERT ON tickets_message FOR EACH ROW EXECUTE FUNCTION pg_temp.dawdle()"
        )
        cursor.execute("SET LOCAL statement_timeout = '200ms'")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = DEFAULT")


def counts() -> list[int]:
    return [kind._default_manager.count() for kind in KEPT]


def test_a_web_process_waits_five_seconds_and_a_command_longer() -> None:
    script = (
        "from django.db import connection as c; cur = c.cursor();"
        "cur.execute('SHOW statement_timeout'); print(cur.fetchone()[0])"
    )
    for first, seconds in (("import helpdesk.wsgi", "5s"), ("import django; django.setup()", "1min")):
        env = os.environ | {"DJANGO_SETTINGS_MODULE": "helpdesk.settings"}
        ran = subprocess.run([sys.executable, "-c", f"{first}; {script}"], env=env, capture_output=True, text=True)
        assert ran.stdout.strip() == seconds, ran.stderr


def test_a_migration_takes_as_long_as_it_needs() -> None:
    before = limit()
    emit_pre_migrate_signal(verbosity=0, interactive=False, db="default")
    assert limit() == "0"
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert limit() == before != "0"


def test_the_api_says_busy_and_keeps_nothing_half_written(agent: User, slow_messages: None) -> None:
    token = account_actions.create_key(by=SYSTEM, user=agent, scopes=["*"], name="busy")[1]
    before = counts()
    body = {"subject": "Help", "body": "Now", "channel": "email", "customer": {"email": "new@example.com"}}
    answer = Client().post(
        "/api/v1/tickets/",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", "Accept-Language": "fa"},
    )
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert (answer.json()["code"], answer["Retry-After"]) == ("busy", "1")
    assert counts() == before


@pytest.mark.parametrize(
    ("who", "words"), [("agent", "Nothing was changed. Please try again"), ("teammate", "چیزی تغییر نکرد")]
)
def test_a_page_says_busy_in_the_readers_language(
    slow_messages: None, who: str, words: str, request: pytest.FixtureRequest
) -> None:
    client = Client()
    client.force_login(request.getfixturevalue(who))
    before = counts()
    typed = {"contact": "09121234567", "name": "New", "subject": "Help", "body": "Now", "channel": "phone"}
    answer = client.post("/desk/t/new/", typed)
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert words in answer.content.decode()
    assert counts() == before


def test_before_we_know_the_reader_it_is_said_in_both_languages() -> None:
    request = RequestFactory().get("/desk/")
    try:
        raise OperationalError("the database is away")
    except OperationalError:
        answer = broken(request)
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert "Nothing was changed" in answer.content.decode()
    assert "چیزی تغییر نکرد" in answer.content.decode()
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        answer = broken(request)
    assert answer.status_code == 500
    assert "Retry-After" not in answer
