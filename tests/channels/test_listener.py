"""Mail servers hand mail to us by SMTP, LMTP or a pipe: kept before we say so, once, and for our addresses only."""

import io
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from helpdesk.core import files
from tests.conftest import CUSTOMER, Post
from tickets.actions import raw
from tickets.channels.email.listener import Listening, controller, keep
from tickets.models import Inbox, Message, RawInbound
from tickets.tokens import reply_address

pytestmark = pytest.mark.django_db(transaction=True)
ENDS = [
    *(b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\n.\r", b"\r.\n"),
    *(b"\r\n.\r\r\n", b"\r\n\x00.\r\n", b"\r\n.\x00\r\n", b"\r\n.\x0b\r\n", b"\r\n\x0c.\r\n", b"\x85.\x85"),
    *(b"\r\r\n.\r\n"[:0] or b"\n\n.\n\n", b"\r\n .\r\n", b"\r\n. \r\n", b"\r\n..\r\n", b"\r\n.\t\r\n", b"\r\n\t.\r\n"),
    *(b"\xe2\x80\xa8.\xe2\x80\xa8", b"\r\n.\xc2\x85", b"\n\r.\n\r", b"\r\n\xef\xbb\xbf.\r\n"),
]


@pytest.fixture
def port(request: Any) -> Iterator[int]:
    """A listener on a free port; LMTP when the test asks for it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = int(probe.getsockname()[1])
    server = controller(Listening("127.0.0.1", free, lmtp=getattr(request, "param", False)))
    server.start()
    yield free
    server.stop(no_assert=True)


def hand_over(port: int, data: bytes, *to: str, sender: str = CUSTOMER) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        return client.sendmail(sender, list(to), data)


def test_what_was_said_250_to_is_kept_and_read(port: int, post: Post, inbox: Inbox) -> None:
    hand_over(port, post.make("Please help."), inbox.address)
    row = RawInbound.objects.get()
    message = raw.process(row.pk)
    assert message is not None and message.text.strip() == "Please help."
    assert files.read(row.file).startswith(b"Return-Path: <narges@example.com>\r\nDelivered-To: support@desk.example")


def test_a_mail_handed_over_twice_is_one(port: int, post: Post, inbox: Inbox) -> None:
    data = post.make("Please help.")
    for _attempt in range(3):
        hand_over(port, data, inbox.address)
    assert RawInbound.objects.count() == 1


def test_a_token_in_the_envelope_alone_finds_the_ticket(port: int, post: Post, inbox: Inbox) -> None:
    first = post.send()
    token = reply_address(inbox.address, first.ticket.participants.get().pk)
    hand_over(port, post.make("More", to="undisclosed@example.com"), token)
    message = raw.process(RawInbound.objects.order_by("-pk")[0].pk)
    assert message is not None and message.ticket == first.ticket


def test_nobody_relays_through_us(port: int, post: Post, inbox: Inbox) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        hand_over(port, post.make("Spam"), "someone@elsewhere.example")
    assert refused.value.recipients["someone@elsewhere.example"][0] == 550
    assert not RawInbound.objects.exists()


@pytest.mark.parametrize("fault", [DatabaseError("gone"), OSError(28, "disk full")])
def test_what_cannot_be_kept_is_asked_for_again(
    port: int, post: Post, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fails(*given: object, **named: object) -> None:
        raise fault

    monkeypatch.setattr(raw, "take_in", fails)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        hand_over(port, post.make("Hello"), inbox.address)
    assert refused.value.smtp_code == 451
    assert not RawInbound.objects.exists()


@pytest.mark.parametrize("port", [True], indirect=True)
def test_lmtp_keeps_mail_too(port: int, post: Post, inbox: Inbox) -> None:
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.sendmail(CUSTOMER, [inbox.address], post.make("By LMTP"))
    assert RawInbound.objects.count() == 1


@pytest.mark.parametrize("end", ENDS)
def test_only_one_end_of_data_ends_a_mail(port: int, inbox: Inbox, end: bytes) -> None:
    smuggled = b"MAIL FROM:<evil@evil.example>\r\nRCPT TO:<support@desk.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nx"
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        answers = line.makefile("rb")
        answers.readline()
        for command in (b"HELO x", b"MAIL FROM:<a@b.example>", b"RCPT TO:<support@desk.example>", b"DATA"):
            line.sendall(command + b"\r\n")
            answers.readline()
        line.sendall(b"Subject: one\r\n\r\nhello" + end + smuggled + b"\r\n.\r\n")
        answers.readline()
        line.sendall(b"QUIT\r\n")
        answers.read()
    assert RawInbound.objects.count() <= 1
    for row in RawInbound.objects.all():
        assert b"Subject: one" in files.read(row.file)


def test_one_mail_for_two_inboxes_is_handed_to_both(post: Post, inbox: Inbox, team: Any) -> None:
    from helpdesk.accounts.rules.policy import SYSTEM
    from tickets.actions import inboxes

    sales = inboxes.create_inbox(by=SYSTEM, kind="email", name="Sales", settings={"address": "sales@desk.example"})
    keep(CUSTOMER, [inbox.address, sales.address], post.make("Hello both"))
    assert set(RawInbound.objects.values_list("inbox", flat=True)) == {inbox.pk, sales.pk}


def piped(monkeypatch: pytest.MonkeyPatch, data: bytes, address: str) -> int:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    try:
        call_command("receive_mail", inbox=address)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_a_pipe_says_what_mail_servers_understand(monkeypatch: pytest.MonkeyPatch, post: Post, inbox: Inbox) -> None:
    assert piped(monkeypatch, post.make("By pipe"), inbox.address) == 0
    assert RawInbound.objects.count() == 1
    assert piped(monkeypatch, post.make("By pipe"), "nobody@desk.example") == 67
    monkeypatch.setattr(raw, "take_in", lambda *a, **k: (_ for _ in ()).throw(OSError(28, "disk full")))
    assert piped(monkeypatch, post.make("By pipe"), inbox.address) == 75
    assert RawInbound.objects.count() == 1


def test_listening_ends_when_asked(inbox: Inbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = int(probe.getsockname()[1])
    child = subprocess.Popen([sys.executable, "manage.py", "listen_mail", "--port", str(free)], stderr=subprocess.PIPE)
    assert child.stderr is not None
    assert any(b"listening" in line for line in child.stderr)
    child.terminate()
    assert child.wait(10) == 0
    assert Message.objects.count() == 0
