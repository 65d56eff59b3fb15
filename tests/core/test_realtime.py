"""Hints go out after the commit, each once, and a process that ends right after its commit has still told."""

import subprocess
import sys
import time

import pytest

from helpdesk.core import realtime

Sent = list[tuple[str, dict[str, str]]]
ENDS_AT_ONCE = """
import asyncio, django
django.setup()
from helpdesk.core import realtime

async def slowly(batch):
    await asyncio.sleep(0.3)
    print([group for group, message in batch], flush=True)

realtime._send_all = slowly
realtime.send(["desk"], {"kind": "queue"})
realtime.send(["user.7"], {"kind": "notice"})
"""


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    found: Sent = []

    async def note(batch: Sent) -> None:
        time.sleep(0.05)
        found.extend(batch)

    monkeypatch.setattr(realtime, "_send_all", note)
    return found


def test_everything_is_sent_and_what_waits_twice_goes_once(sent: Sent) -> None:
    sender = realtime.Sender()
    sender.put(["desk"], {"kind": "first"})
    for _ in range(5):
        sender.put(["desk", "ticket.1"], {"kind": "queue"})
    assert sender.flush(5)
    assert sent[0] == ("desk", {"kind": "first"})
    for group in ("desk", "ticket.1"):
        assert 1 <= sent.count((group, {"kind": "queue"})) <= 2


def test_a_hint_that_cannot_be_sent_holds_nothing_up(monkeypatch: pytest.MonkeyPatch, sent: Sent) -> None:
    working = realtime._send_all

    async def fail(batch: Sent) -> None:
        raise ConnectionError

    sender = realtime.Sender()
    monkeypatch.setattr(realtime, "_send_all", fail)
    sender.put(["desk"], {"kind": "lost"})
    assert sender.flush(5)
    monkeypatch.setattr(realtime, "_send_all", working)
    sender.put(["desk"], {"kind": "queue"})
    assert sender.flush(5)
    assert sent == [("desk", {"kind": "queue"})]


def test_a_process_that_ends_right_after_its_commit_has_told() -> None:
    told = subprocess.run([sys.executable, "-c", ENDS_AT_ONCE], capture_output=True, text=True, timeout=60, check=True)
    assert "desk" in told.stdout and "user.7" in told.stdout
