"""What each kind of mail may set off: every row of the table, and every rule of RFC 3834 that leads to one."""

import pytest

from tickets.channels.email.parse import parse
from tickets.rules import mailkinds

PERSON = {"Return-Path": "<ada@shop.example>", "From": "Ada <ada@shop.example>", "Subject": "My order"}
MIME = "multipart/report; boundary=B; report-type="
# The rule, the header fields that meet it, the kind; then whether a machine may answer and whether somebody waits.
ROWS = [
    ("people are answered", {}, "", True, True),
    ("3834 2: Auto-Submitted: no is a person", {"Auto-Submitted": "no"}, "", True, True),
    ("3834 5: with a comment", {"Auto-Submitted": "No (typed)"}, "", True, True),
    ("3834 5.1: auto-generated", {"Auto-Submitted": "auto-generated"}, "machine", False, False),
    ("3834 5.1: auto-replied", {"Auto-Submitted": "auto-replied"}, "auto_reply", False, False),
    ("3834 5: with parameters", {"Auto-Submitted": 'auto-replied; owner-token="a"'}, "auto_reply", False, False),
    ("3834 5: with a comment", {"Auto-Submitted": "auto-replied (vacation)"}, "auto_reply", False, False),
    ("3834 5: any value to come", {"Auto-Submitted": "auto-later"}, "machine", False, False),
    ("3834 2: the null return path", {"Return-Path": "<>"}, "machine", False, False),
    ("3834 2: MAILER-DAEMON", {"From": "MAILER-DAEMON@mx.example"}, "machine", False, False),
    ("3834 2: owner-list", {"Return-Path": "<owner-news@lists.example>"}, "machine", False, False),
    ("3834 2: list-request", {"From": "news-request@lists.example"}, "machine", False, False),
    ("3834 2: Precedence: bulk", {"Precedence": "bulk"}, "bulk", False, False),
    ("3834 2: Precedence: junk", {"Precedence": "junk"}, "bulk", False, False),
    ("3834 2: Precedence: list", {"Precedence": "list"}, "list", False, True),
    ("custom: Precedence: auto_reply", {"Precedence": "auto_reply"}, "auto_reply", False, False),
    ("2369: a list that people write to", {"List-Post": "<mailto:team@lists.example>"}, "list", False, True),
    ("2369: a list that nobody may write to", {"List-Post": "NO", "List-Id": "<n.x>"}, "bulk", False, False),
    ("2369: a newsletter", {"List-Unsubscribe": "<https://shop.example/u>"}, "bulk", False, False),
    ("2919: a list's name alone", {"List-Id": "<news.shop.example>"}, "bulk", False, False),
    ("a machine writes to a list", {"Mailing-List": "x", "Auto-Submitted": "auto-generated"}, "machine", False, False),
    ("custom: nobody reads", {"From": "no-reply@shop.example"}, "machine", False, False),
    ("custom: suppressed", {"X-Auto-Response-Suppress": "All"}, "machine", False, False),
    ("custom: only receipts suppressed", {"X-Auto-Response-Suppress": "DR, RN, NRN"}, "", True, True),
    ("custom: X-Autoreply", {"X-Autoreply": "yes"}, "auto_reply", False, False),
    ("custom: X-Autoreply denied", {"X-Autoreply": "no"}, "", True, True),
    ("custom: Apple's vacation", {"X-Apple-Action": "VACATION"}, "machine", False, False),
    ("a subject that says so", {"Subject": "Automatic reply: My order"}, "auto_reply", False, False),
    ("a subject of a vacation", {"Subject": "Abwesenheitsnotiz: Bestellung"}, "auto_reply", False, False),
    ("3464: a failure", {"Content-Type": f"{MIME}delivery-status"}, "bounce", False, False),
    ("5965: a complaint", {"Content-Type": f"{MIME}feedback-report"}, "complaint", False, False),
    ("8098: a receipt", {"Content-Type": f"{MIME}disposition-notification"}, "receipt", False, False),
]  # fmt: skip
REPORT = "--B\n\nIt says.\n--B\nContent-Type: message/{kind}\n\n{fields}\n--B--\n"


def mail(fields: dict[str, str]) -> bytes:
    head = "".join(f"{name}: {value}\n" for name, value in (PERSON | fields).items())
    kind = fields.get("Content-Type", "").rpartition("=")[2]
    return f"{head}\n{REPORT.format(kind=kind, fields='Feedback-Type: abuse') if kind else 'Where is it?'}".encode()


@pytest.mark.parametrize(("rule", "fields", "kind", "answered", "asks"), ROWS)
def test_each_rule_leads_to_its_row(rule: str, fields: dict[str, str], kind: str, answered: bool, asks: bool) -> None:
    found = parse(mail(fields))
    assert found.kind == kind, rule
    effect = mailkinds.effect(found.kind)
    assert (effect.answered, effect.asks) == (answered, asks), rule
    # What may not be answered is what the desk knows as automatic, and nothing else is.
    assert found.auto_generated is not answered


@pytest.mark.parametrize(("action", "kind"), [("failed", "bounce"), ("delayed", "delayed"), ("delivered", "delivered")])
def test_a_status_report_is_named_by_what_it_tells(action: str, kind: str) -> None:
    head = "".join(f"{name}: {value}\n" for name, value in PERSON.items())
    fields = f"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.example\nAction: {action}\n"
    raw = f"{head}Content-Type: {MIME}delivery-status\n\n{REPORT.format(kind='delivery-status', fields=fields)}"
    found = parse(raw.encode())
    assert (found.kind, found.bounce) == (kind, True)


def test_a_kind_that_nobody_knows_sets_nothing_off() -> None:
    assert mailkinds.effect("from a later version") == mailkinds.SILENT


@pytest.mark.parametrize("kind", mailkinds.EFFECTS)
def test_only_people_are_answered_and_only_people_wait(kind: str) -> None:
    effect = mailkinds.EFFECTS[kind]
    assert effect.answered is (kind == "")
    assert effect.asks is (kind in ("", "list"))
    assert mailkinds.asks(kind, automatic=not effect.answered) is effect.asks


def test_other_channels_say_only_whether_a_machine_wrote() -> None:
    assert mailkinds.asks("", automatic=False)
    assert not mailkinds.asks("", automatic=True)
