"""What servers say of a mail of ours is read from every form they use."""

import pytest

from tickets.channels.email.parse import parse
from tickets.channels.email.reports import code_of

OURS = "hd.00112233445566778899aabbccddeeff@desk.example"
HEAD = "From: Mail Delivery System <MAILER-DAEMON@mx.example>\r\nTo: support@desk.example\r\nReturn-Path: <>\r\n"
COPY = (
    f"Message-ID: <{OURS}>\r\nFrom: support@desk.example\r\nTo: ada@shop.example\r\nSubject: Re: hello\r\n\r\nHello\r\n"
)


def report(*parts: tuple[str, str], subject: str = "Undelivered Mail Returned to Sender", kind: str = "") -> bytes:
    kind = kind or "delivery-status"
    body = "".join(f"--x\r\nContent-Type: {name}\r\n\r\n{text}\r\n" for name, text in parts)
    head = f"{HEAD}Subject: {subject}\r\nMIME-Version: 1.0\r\n"
    return f'{head}Content-Type: multipart/report; report-type={kind}; boundary="x"\r\n\r\n{body}--x--\r\n'.encode()


def plain(text: str, subject: str = "failure notice", **headers: str) -> bytes:
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"{HEAD}{more}Subject: {subject}\r\n\r\n{text}".replace("\r\n", "\n").replace("\n", "\r\n").encode()


STATUS = """Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ada@shop.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}
"""


@pytest.mark.parametrize(
    ("action", "status", "said", "state", "code"),
    [
        ("failed", "5.1.1", "550 5.1.1 <ada@shop.example> User unknown", "failed", "5.1.1"),
        ("failed", "5.0.0", "550 Mailbox full", "failed", "5.2.2"),
        ("delayed", "4.4.1", "connection timed out", "delayed", "4.4.1"),
        ("delivered", "2.0.0", "250 ok", "delivered", ""),
        ("Failed (permanently)", "5.7.1", "554 5.7.1 blocked", "failed", "5.7.1"),
    ],
)
def test_a_delivery_status(action: str, status: str, said: str, state: str, code: str) -> None:
    text = STATUS.format(action=action, status=status, said=said).replace("\n", "\r\n")
    mail = parse(report(("text/plain", "Sorry."), ("message/delivery-status", text), ("message/rfc822", COPY)))
    (one,) = mail.reports
    assert (one.recipient, one.state, one.header_ids[0]) == ("ada@shop.example", state, OURS)
    assert one.status_code.startswith(code)
    assert mail.kind == {"failed": "bounce"}.get(state, state)


def test_each_recipient_has_a_report_of_its_own() -> None:
    groups = "Reporting-MTA: dns; mx\r\n" + "".join(
        f"\r\nFinal-Recipient: rfc822;{who}@shop.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        for who in ("ada", "bob")
    )
    mail = parse(report(("message/delivery-status", groups), ("text/rfc822-headers", COPY)))
    assert [one.recipient for one in mail.reports] == ["ada@shop.example", "bob@shop.example"]
    assert mail.reports[1].header_ids[0] == OURS


def test_exims_words() -> None:
    text = (
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
        "delivered to one or more of its recipients. This is a permanent error. The following address(es) failed:\n\n"
        "  ada@shop.example\n    SMTP error from remote mail server after RCPT TO: 550 No such user here\n\n"
        f"------ This is a copy of the message, including all the headers. ------\n\n{COPY}"
    )
    (one,) = parse(plain(text, "Mail delivery failed: returning message to sender")).reports
    assert (one.recipient, one.state, one.status_code, one.header_ids[0]) == (
        "ada@shop.example",
        "failed",
        "5.1.1",
        OURS,
    )


def test_exims_header_names_the_recipients() -> None:
    mail = parse(
        plain("Could not be delivered: 550 unknown user", X_Failed_Recipients="ada@shop.example, bob@shop.example")
    )
    assert [one.recipient for one in mail.reports] == ["ada@shop.example", "bob@shop.example"]


def test_qmails_words() -> None:
    text = (
        "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the "
        "following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        "<ada@shop.example>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.7.1 rejected\n\n"
        f"--- Below this line is a copy of the message.\n\n{COPY}"
    )
    (one,) = parse(plain(text)).reports
    assert (one.recipient, one.status_code, one.header_ids[0]) == ("ada@shop.example", "5.7.1", OURS)


def test_a_warning_is_a_delay() -> None:
    text = (
        "THIS IS A WARNING MESSAGE ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.\n\nYour mail to <ada@shop.example> "
        "has been delayed. It will be retried until it is five days old.\n  451 4.4.1 connection timed out\n"
    )
    (one,) = parse(plain(text, "Warning: could not send message for past 4 hours")).reports
    assert (one.recipient, one.state) == ("ada@shop.example", "delayed")


def test_a_complaint() -> None:
    fields = "Feedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\nOriginal-Rcpt-To: <ada@shop.example>\r\n"
    mail = parse(
        report(
            ("text/plain", "This is an email abuse report."),
            ("message/feedback-report", fields),
            ("message/rfc822", COPY),
            subject="complaint about message",
            kind="feedback-report",
        )
    )
    (one,) = mail.reports
    assert (one.recipient, one.state, one.header_ids[0], mail.kind) == (
        "ada@shop.example",
        "complained",
        OURS,
        "complaint",
    )


def test_a_read_receipt() -> None:
    fields = (
        "Final-Recipient: rfc822; ada@shop.example\r\n"
        f"Original-Message-ID: <{OURS}>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"
    )
    mail = parse(
        report(
            ("text/plain", "It was displayed."),
            ("message/disposition-notification", fields),
            subject="Read: hello",
            kind="disposition-notification",
        )
    )
    (one,) = mail.reports
    assert (one.recipient, one.state, one.header_ids[0], mail.bounce) == ("ada@shop.example", "read", OURS, False)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("550 5.1.1 no such user", "5.1.1"),
        ("552 mailbox full", "5.2.2"),
        ("The user does not exist", "5.1.1"),
        ("Host unknown (Name server: shop.example: not found)", "5.1.2"),
        ("message too large", "5.3.4"),
        ("451 try again", "4.0.0"),
        ("something happened", ""),
    ],
)
def test_words_that_mean_a_code(words: str, code: str) -> None:
    assert code_of(words) == code


def test_a_persons_mail_reports_nothing() -> None:
    mail = parse(
        b"From: ada@shop.example\r\nTo: support@desk.example\r\nSubject: undelivered?\r\n\r\nIt never arrived.\r\n"
    )
    assert (mail.reports, mail.kind) == ((), "")
