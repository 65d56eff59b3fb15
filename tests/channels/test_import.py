"""Archives come in through the same door, once."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.conftest import Post
from tickets.models import Inbox, Message, RawInbound

pytestmark = pytest.mark.django_db


def run(path: Path, inbox: str = "support@desk.example") -> dict[str, int]:
    out = StringIO()
    call_command("import_mail", str(path), inbox=inbox, json=True, stdout=out, stderr=StringIO())
    found: dict[str, int] = json.loads(out.getvalue())
    return found


@pytest.fixture
def mails(post: Post) -> list[bytes]:
    one, two = post.make("first"), post.make("From here on, second", sender="Bob <bob@shop.example>")
    return [one, two, one, b"\r\n\r\n"]


def folder(path: Path, mails: list[bytes]) -> Path:
    path.mkdir()
    for number, data in enumerate(mails):
        (path / f"{number}.eml").write_bytes(data)
    return path


def test_read_is_accepted_and_duplicate_and_quarantined(tmp_path: Path, mails: list[bytes], inbox: Inbox) -> None:
    path = folder(tmp_path / "in", mails)
    assert run(path) == {"read": 4, "duplicate": 1, "accepted": 2, "quarantined": 1, "tickets": 2, "customers": 2}
    assert run(path) == {"read": 4, "duplicate": 4, "accepted": 0, "quarantined": 0, "tickets": 0, "customers": 0}
    assert Message.objects.count() == 2


def test_an_mbox_is_read_line_by_line(tmp_path: Path, mails: list[bytes], inbox: Inbox) -> None:
    path = tmp_path / "old.mbox"
    path.write_bytes(
        b"".join(
            b"From x Mon Jan  5 10:00:00 2026\n" + one.replace(b"\nFrom ", b"\n>From ") + b"\n" for one in mails[:2]
        )
    )
    assert run(path)["accepted"] == 2
    assert any("From here on" in text for text in Message.objects.values_list("text", flat=True))


def test_a_maildir_is_read(tmp_path: Path, mails: list[bytes], inbox: Inbox) -> None:
    for part in ("cur", "new", "tmp"):
        (tmp_path / "box" / part).mkdir(parents=True)
    (tmp_path / "box" / "cur" / "1:2,S").write_bytes(mails[0])
    (tmp_path / "box" / "new" / "2").write_bytes(mails[1])
    (tmp_path / "box" / "tmp" / "3").write_bytes(b"half")
    assert run(tmp_path / "box")["read"] == 2


def test_an_unknown_inbox_is_made(tmp_path: Path, mails: list[bytes], db: None) -> None:
    run(folder(tmp_path / "in", mails[:1]), inbox="new@desk.example")
    assert Inbox.objects.filter(address="new@desk.example", kind="email").count() == 1


def test_bad_input_is_told_in_a_line(tmp_path: Path, inbox: Inbox) -> None:
    with pytest.raises(CommandError, match="does not exist"):
        run(tmp_path / "nothing")
    with pytest.raises(CommandError, match="create_inbox"):
        run(tmp_path, inbox="not an address")


def test_an_import_that_died_halfway_goes_on(
    tmp_path: Path, mails: list[bytes], inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder(tmp_path / "in", mails[:2])
    died: list[Any] = []

    def die(pk: int) -> None:
        died.append(pk)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("tickets.actions.raw.process", die)
        with pytest.raises(KeyboardInterrupt):
            run(path)
    assert run(path)["accepted"] == 1
    from tickets.actions import raw

    raw.run_queued()
    assert RawInbound.objects.filter(state="accepted").count() == 2


def test_create_inbox_tells_what_a_script_needs(db: None) -> None:
    out = StringIO()
    call_command("create_inbox", kind="email", name="Help", pairs=["address=help@desk.example"], json=True, stdout=out)
    found = json.loads(out.getvalue())
    assert (found["kind"], found["id"]) == ("email", Inbox.objects.get(address="help@desk.example").pk)
    assert found["secret"] in found["webhook_url"]
    with pytest.raises(CommandError, match="already"):
        call_command("create_inbox", kind="email", name="Help", pairs=["address=help@desk.example"], stdout=out)
