"""A create that dies at its last moment leaves nothing, and its repeat makes the one ticket."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from helpdesk.core.models import IdempotencyKey
from tests.api.conftest import NEW_TICKET, Api
from tickets.models import Message, Ticket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]
ROOT = Path(__file__).parents[2]
SENDER = """
import django, json, sys
django.setup()
from django.test import Client
token, body = sys.argv[1:]
answer = Client().post("/api/v1/tickets/", body, content_type="application/json", headers={
    "Authorization": "Bearer " + token, "Idempotency-Key": "k-1", "Host": "127.0.0.1"})
print(answer.status_code)
"""


def send(token: str, chaos_at: str = "") -> subprocess.CompletedProcess[str]:
    """Sends NEW_TICKET with the key k-1 from a process of its own, which dies at `chaos_at`."""
    made = connection.settings_dict
    url = f"postgresql://{quote(made['USER'])}:{quote(made['PASSWORD'])}@/{quote(made['NAME'])}"
    url += f"?host={quote(made['HOST'], safe='')}" + (f"&port={made['PORT']}" if made["PORT"] else "")
    env = os.environ | {"DATABASE_URL": url, "CHAOS": "1", "CHAOS_AT": chaos_at}
    env["DJANGO_SETTINGS_MODULE"] = "helpdesk.settings"
    command = [sys.executable, "-c", SENDER, token, json.dumps(NEW_TICKET)]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_a_killed_create_leaves_nothing_and_its_repeat_makes_one(api: Api) -> None:
    for place in ("intake.message", "idempotency.acted"):
        assert send(api.token, place).returncode == -9, place
        assert not Ticket.objects.exists() and not IdempotencyKey.objects.exists()
    for _repeat in range(2):
        done = send(api.token)
        assert done.stdout.strip() == "201", done.stderr
        assert (Ticket.objects.count(), Message.objects.count()) == (1, 1)
