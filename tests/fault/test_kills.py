"""A small part of stage T1 on every run: the reader dies at each step of a mail's way in, and nothing is lost."""

import shutil
from email.message import EmailMessage
from pathlib import Path

import pytest

from helpdesk.launch.servers import temporary
from tests.torture import inbound

pytestmark = pytest.mark.fault
STEPS = ("raw.committed", "raw.parsed", "intake.message", "raw.accepted")


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    """Twelve mails of our own, two of them the same bytes."""
    folder = tmp_path / "mails"
    folder.mkdir()
    for number in range(12):
        mail = EmailMessage()
        mail["From"] = f"Person {number % 4} <p{number % 4}@example.com>"
        mail["To"] = inbound.INBOX
        mail["Subject"] = f"Matter {number}"
        mail["Message-ID"] = f"<{min(number, 10)}@example.com>"
        mail.set_content(f"Text {number if number != 11 else 10}")
        if number == 11:
            (folder / "11.eml").write_bytes((folder / "10.eml").read_bytes())
        else:
            (folder / f"{number:02}.eml").write_bytes(mail.as_bytes())
    return folder


def test_kills_at_every_step_of_the_way_in_lose_and_double_nothing(mails: Path) -> None:
    place = temporary("helpdesk-kills-")
    rig = inbound.Rig(place)
    plan = inbound.Plan([1], STEPS, ["intake.message"], postgres=1, web=["reply.written"], mixed=2)
    try:
        found = inbound.torture(rig, mails, plan)
    finally:
        rig.close()
        shutil.rmtree(place, ignore_errors=True)
    assert (found.sent, found.lost, found.dup, found.strange) == (11, 0, 0, 0), found
    assert (found.accepted, found.quarantined) == (11, 0), found
    assert found.kills >= 8
