"""The worker dies at each step between a missed chat answer and its mail: one mail leaves."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from helpdesk.accounts.models import Team, User
from helpdesk.accounts.rules.policy import SYSTEM
from helpdesk.core import clock
from helpdesk.core.management.commands.drain import drain
from tests.support import fakesmtp
from tests.support.chats import answer, chat
from tests.torture.outbound import PASSED
from tickets.actions import inboxes
from tickets.models import Delivery

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]
ROOT = Path(__file__).parents[2]
STEPS = ("timer.claimed", "chatmail.written", "smtp.before")


def worker(port: int, at: str = "") -> int:
    """A worker of its own that dies at this step; how it ended."""
    made = connection.settings_dict
    url = f"postgresql://{quote(made['USER'])}:{quote(made['PASSWORD'])}@/{quote(made['NAME'])}"
    url += f"?host={quote(made['HOST'], safe='')}" + (f"&port={made['PORT']}" if made["PORT"] else "")
    env = os.environ | {"DATABASE_URL": url, "CHAOS": "1", "CHAOS_AT": at, "EGRESS_ALLOW": f"127.0.0.1:{port}"}
    env["DJANGO_SETTINGS_MODULE"] = "helpdesk.settings"
    done = subprocess.run([sys.executable, "manage.py", "drain"], cwd=ROOT, env=env, capture_output=True, timeout=120)
    with connection.cursor() as cursor:
        for statement in PASSED:
            cursor.execute(statement)
    return done.returncode


def test_a_worker_killed_at_any_step_before_sending_leaves_one_mail(team: Team, agent: User) -> None:
    with fakesmtp.serving() as sink:
        servers = {"smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_tls": "none"}
        given = {"address": "support@desk.example", **servers}
        inboxes.create_inbox(by=SYSTEM, kind="email", name="Support", settings=given, team=team)
        widget = inboxes.create_inbox(by=SYSTEM, kind="chat", name="Shop", team=team)
        with clock.frozen(clock.now() - timedelta(minutes=5)):
            answer(chat(widget, agent=agent, email="nina@example.org"), agent, "The red one is here.")
            drain()
        assert [worker(sink.port, step) for step in STEPS] == [-signal.SIGKILL] * len(STEPS)
        assert sink.kept == []
        assert worker(sink.port) == 0
        drain()
        assert [recipients for _sender, recipients, _data in sink.kept] == [["nina@example.org"]]
    assert [copy.state for copy in Delivery.objects.all()] == ["sent"]
