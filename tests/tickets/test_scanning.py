"""Files that came in wait for the virus scanner, if there is one; what it finds is kept from everybody."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from helpdesk import env
from helpdesk.accounts.models import User
from helpdesk.core import clock, scanner
from helpdesk.core.models import AuditEntry, OutboxDelivery
from tests.conftest import Post
from tests.support import fakeclamd
from tests.support.fakeclamd import EICAR, Clamd
from tests.support.picturehost import picture
from tests.tickets.conftest import Sent
from tickets.actions import delivery, raw, replies, scanning
from tickets.envelopes import InboundAttachment
from tickets.models import Attachment, Delivery, Notice, Ticket
from tickets.queries.pictures import inline_pictures

Work = Callable[[], dict[str, int]]
COMMAND = """#!/bin/sh
grep -q EICAR "$1" && { echo "$1: Eicar-Test FOUND"; exit 1; }
grep -q BROKEN "$1" && exit 2
exit 0
"""


@pytest.fixture
def clamd(settings: Any) -> Iterator[Clamd]:
    with fakeclamd.serving() as (found, where):
        settings.SCANNER = where
        yield found


@pytest.fixture
def bring(post: Post) -> Callable[..., Attachment]:
    """A mail with one file arrives."""

    def arrive(data: bytes, name: str = "bill.bin", kind: str = "application/octet-stream") -> Attachment:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "narges@example.com", post.inbox.address, "My bill"
        mail["Message-ID"] = f"<{hash(data)}@mail.example>"
        mail.set_content("See the file.")
        main, _, sub = kind.partition("/")
        mail.add_attachment(data, maintype=main, subtype=sub, filename=name, cid="<pic@mail.example>")
        row = raw.take_in(post.inbox, mail.as_bytes())
        assert row is not None
        message = raw.process(row.pk)
        assert message is not None
        return message.attachments.get()

    return arrive


def seen(client: Client, found: Attachment) -> str:
    return client.get(f"/desk/t/{found.message.ticket.number}/").content.decode()


def test_without_a_scanner_a_file_is_given_out_unscanned(
    client: Client, agent: User, bring: Callable[..., Attachment], work: Work
) -> None:
    found = bring(EICAR)
    work()
    client.force_login(agent)
    assert (found.scan, client.get(f"/desk/a/{found.file.token}/").content) == ("unscanned", EICAR)


def test_a_file_waits_until_the_scanner_has_looked(
    client: Client, agent: User, bring: Callable[..., Attachment], work: Work, clamd: Clamd
) -> None:
    found = bring(picture(), "cat.png", "image/png")
    client.force_login(agent)
    token = found.file.token
    assert found.scan == "pending"
    assert "Being checked for viruses" in seen(client, found)
    assert [client.get(f"/desk/a/{token}/{part}").status_code for part in ("", "look/", "look/1/")] == [409] * 3
    assert inline_pictures(found.message) == {}
    before = found.message.ticket.version
    work()
    found.refresh_from_db()
    assert (found.scan, clamd.sizes) == ("clean", [found.file.size])
    assert [client.get(f"/desk/a/{token}/{part}").status_code for part in ("", "look/", "look/1/")] == [200] * 3
    found.message.ticket.refresh_from_db()
    assert found.message.ticket.version > before  # open pages fetch the conversation again


def test_an_infected_file_is_given_to_nobody_and_only_leads_read_its_name(
    client: Client, agent: User, lead: User, bring: Callable[..., Attachment], work: Work, clamd: Clamd
) -> None:
    found = bring(EICAR, "evil-invoice.png", "image/png")
    work()
    found.refresh_from_db()
    assert (found.scan, found.scan_note) == ("infected", "Eicar-Test-Signature")
    for person, named in ((agent, False), (lead, True)):
        client.force_login(person)
        page = seen(client, found)
        assert "Held back by the virus scanner" in page
        assert ("evil-invoice" in page) is named
        for part in ("", "look/", "look/1/", "?show"):
            answer = client.get(f"/desk/a/{found.file.token}/{part}")
            assert (answer.status_code, EICAR in answer.content) == (409, False)
    assert inline_pictures(found.message) == {}
    assert AuditEntry.objects.filter(verb="file.infected").count() == 1


def test_a_scanner_that_is_away_leaves_the_file_waiting_and_is_asked_again(
    bring: Callable[..., Attachment], work: Work, clamd: Clamd, settings: Any
) -> None:
    there = settings.SCANNER
    settings.SCANNER = "clamd:127.0.0.1:1"
    found = bring(b"a bill")
    work()
    found.refresh_from_db()
    job = OutboxDelivery.objects.get(handler="tickets.handlers.scan")
    assert (found.scan, job.state, "Away" in job.last_error) == ("pending", "pending", True)
    settings.SCANNER, clamd.sick = there, True
    with pytest.raises(scanner.Away):
        scanner.scan(b"x")
    clamd.sick = False
    OutboxDelivery.objects.update(due_at=job.event.created_at)
    work()
    found.refresh_from_db()
    assert found.scan == "clean"


def leaving(agent: User, ticket: Ticket, act: Any, data: bytes) -> Delivery:
    """The customer's copy of an answer with a file."""
    file = InboundAttachment("bill.bin", "application/octet-stream", data)
    made = replies.reply(by=act(agent), ticket=ticket, body="Here it is.", attachments=[file])
    return made.deliveries.get()


def test_what_goes_out_is_looked_at_first(
    agent: User, ticket: Ticket, act: Any, work: Work, clamd: Clamd, sent: Sent
) -> None:
    copy = leaving(agent, ticket, act, b"a bill")
    assert copy.message.attachments.get().scan == "pending"
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        work()
    copy.refresh_from_db()
    assert (copy.state, len(sent), clamd.sizes) == ("sent", 1, [6])


def test_an_infected_file_leaves_to_nobody_and_its_author_hears_of_it(
    agent: User, ticket: Ticket, act: Any, work: Work, clamd: Clamd, sent: Sent
) -> None:
    copy = leaving(agent, ticket, act, EICAR)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        work()
    copy.refresh_from_db()
    assert (copy.state, copy.attempts, list(sent)) == ("failed", 0, [])
    assert "virus" in copy.error
    assert Notice.objects.filter(user=agent, kind="failed").count() == 1


def test_a_copy_waits_for_a_scanner_that_is_away(
    agent: User, ticket: Ticket, act: Any, work: Work, settings: Any, sent: Sent
) -> None:
    settings.SCANNER = "clamd:127.0.0.1:1"
    copy = leaving(agent, ticket, act, b"a bill")
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        delivery.send_all(copy.message_id)
        copy.refresh_from_db()
        assert (copy.state, copy.attempts, copy.error, list(sent)) == (
            *("queued", 0),
            "waits for the virus scanner",
            [],
        )
    with fakeclamd.serving() as (_, where):
        settings.SCANNER = where
        with clock.frozen(clock.now() + timedelta(minutes=2)):
            scanning.scan(copy.message.attachments.get().pk)
            work()
    copy.refresh_from_db()
    assert (copy.state, copy.error, len(sent)) == ("sent", "", 1)


def test_clamd_by_a_unix_socket_and_a_file_that_is_too_big_for_it(tmp_path: Path, settings: Any) -> None:
    with fakeclamd.serving(tmp_path / "clamd") as (clamd, where):
        settings.SCANNER = where
        assert scanner.scan(b"x" * 90_000).state == "clean"
        assert scanner.scan(b"x" * 70_000 + EICAR).state == "infected"
        assert scanner.scan(b"x" * 500_000).state == "unscanned"
    assert clamd.sizes == [90_000, 70_000 + len(EICAR)]


def test_a_command_says_it_by_its_end(tmp_path: Path, settings: Any) -> None:
    program = tmp_path / "scan me"
    program.write_text(COMMAND)
    program.chmod(0o700)
    settings.SCANNER = f"command:{program}"
    assert scanner.scan(b"a bill") == scanner.Verdict("clean")
    assert scanner.scan(EICAR) == scanner.Verdict("infected", "Eicar-Test")
    with pytest.raises(scanner.Away):
        scanner.scan(b"BROKEN")
    settings.SCANNER = "command:/nowhere/at/all"
    with pytest.raises(scanner.Away):
        scanner.scan(b"x")


@pytest.mark.parametrize("value", ["clamd", "clamd:host", "clamd:host:port", "command:scan", "unix:/x", "clamd:unix:x"])
def test_a_bad_scanner_stops_the_start_with_a_line(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANNER", value)
    with pytest.raises(env.BadEnvironment, match="SCANNER"):
        env.read()


@pytest.mark.parametrize("value", ["", "clamd:av:3310", "clamd:[::1]:3310", "clamd:unix:/run/c.sock", "command:/a b"])
def test_a_good_scanner_is_taken(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANNER", value)
    assert env.read().scanner == value
