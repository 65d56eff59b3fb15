"""May a machine answer this mail? One row per rule of RFC 3834 and per custom of mail servers."""

import pytest

from tickets.channels.email.parse import parse

PERSON = {
    "From": "Ada <ada@shop.example>",
    "To": "help@desk.example",
    "Subject": "My order",
    "Return-Path": "<ada@shop.example>",
}
AUTOMATIC = [
    {"Auto-Submitted": "auto-replied"},
    {"Auto-Submitted": "auto-generated; type=x"},
    {"Auto-Submitted": "auto-notified"},
    {"Precedence": "bulk"},
    {"Precedence": "JUNK"},
    {"Precedence": "list"},
    {"List-Id": "<news.shop.example>"},
    {"List-Unsubscribe": "<mailto:x@shop.example>"},
    {"X-Auto-Response-Suppress": "OOF, AutoReply"},
    {"X-Autoreply": "yes"},
    {"Return-Path": "<>"},
    {"From": "MAILER-DAEMON@mx.example"},
    {"From": "no-reply@shop.example"},
    {"Subject": "Automatic reply: My order"},
    {"Subject": "Out of Office"},
    {"Subject": "Abwesenheitsnotiz"},
    {"Subject": "پاسخ خودکار: سفارش"},
    {"Subject": "Réponse automatique : x"},
    {"Subject": "Ada Lovelace ist außer Haus (Rückkehr am 5.11.)"},
    {"Subject": "My order (Out of Office)"},
    {"Subject": "[Auto-Reply] My order"},
    {"Subject": "Parental leave: My order"},
    {"Subject": "Niet op kantoor: My order"},
    {"Subject": "Odpowiedź automatyczna: My order"},
    {"Subject": "Αυτόματη απάντηση: My order"},
    {"Subject": "תשובה אוטומטית: My order"},
    {"Subject": "در مرخصی هستم"},
    {"X-Apple-Action": "VACATION/1"},
    {"X-Loop": "yes"},
    {"X-OTRS-Loop": "true"},
    {"X-Peer-Autoresponder": "true"},
    {"X-Peer-Auto-Reply": "1"},
]
HUMAN = [
    {},
    {"Auto-Submitted": "no"},
    {"X-Auto-Response-Suppress": "DR, RN"},
    {"Subject": "Your parcel was not delivered"},
    {"Subject": "Autobiography order"},
    {"Subject": "Undeliverable parcel?"},
    {"Subject": "Re: [#12] delivery failed"},
    {"Precedence": "first-class"},
    {"X-Loop": "ada@shop.example"},
    {"X-Peer-Auto-Reply": "no"},
    {"X-MS-Exchange-Inbox-Rules-Loop": "ada@shop.example"},
    {"Subject": "Vacation rental: which key?"},
    {"Subject": "Niet aanwezig bij levering"},
    {"Subject": "Not in the office when the courier came"},
    {"Subject": "Urlaub buchen"},
    {"Subject": "Sick leave form"},
]


def mail(fields: dict[str, str], body: str = "Where is it?") -> bytes:
    head = "".join(f"{name}: {value}\n" for name, value in (PERSON | fields).items())
    return f"{head}\n{body}\n".encode()


@pytest.mark.parametrize("fields", AUTOMATIC)
def test_a_machine_wrote_it(fields: dict[str, str]) -> None:
    found = parse(mail(fields))
    assert (found.auto_generated, found.bounce) == (True, False)


@pytest.mark.parametrize("fields", HUMAN)
def test_a_person_wrote_it(fields: dict[str, str]) -> None:
    found = parse(mail(fields))
    assert (found.auto_generated, found.bounce) == (False, False)


DSN = (
    b"From: Mail Delivery <postmaster@mx.example>\nSubject: Hm\n"
    b"Content-Type: multipart/report; report-type=delivery-status;"
    b" boundary=B\n\n"
    b"--B\n\nIt failed.\n--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
    b"Final-Recipient: rfc822; a@b.example\n"
    b"Action: failed\nStatus: 5.1.1\n--B--\n"
)
BOUNCES = [
    DSN,
    DSN.replace(b"multipart/report; report-type=delivery-status", b"multipart/mixed"),
    mail({"X-Failed-Recipients": "a@b.example"}),
    mail(
        {"From": "MAILER-DAEMON@mx.example", "Subject": "Undelivered Mail Returned to Sender"}, "550 5.1.1 user unknown"
    ),
    mail(
        {"From": "Mail System <x@mx.example>", "Return-Path": "<>", "Subject": "Oops"},
        "Your message could not be delivered",
    ),
    mail({"From": "postmaster@mx.example", "Return-Path": "<>", "Subject": "Warning: message delayed"}, "still trying"),
    mail({"Return-Path": "<>", "Subject": "failure notice"}, "I'm sorry.\n<a@b.example>: mailbox is full"),
]


@pytest.mark.parametrize("raw", BOUNCES)
def test_a_failure_report_is_seen_in_every_form(raw: bytes) -> None:
    found = parse(raw)
    assert (found.bounce, found.auto_generated) == (True, True)


@pytest.mark.parametrize("kind", ["feedback-report", "disposition-notification"])
def test_other_reports_are_automatic_but_no_failure(kind: str) -> None:
    head = {"Content-Type": f"multipart/report; report-type={kind}; boundary=B", "From": "postmaster@mx.example"}
    found = parse(mail(head, "--B\n\nmessage rejected 5.1.1\n--B--"))
    assert (found.auto_generated, found.bounce) == (True, False)


def test_a_customer_who_forwards_a_bounce_is_a_person() -> None:
    text = "What does this mean?\n\n> MAILER-DAEMON: 550 5.1.1 user unknown, message could not be delivered"
    found = parse(mail({"Subject": "Fwd: Undelivered Mail Returned to Sender"}, text))
    assert (found.auto_generated, found.bounce) == (False, False)
