"""What each provider documents, read without a database. All requests here are written for the test."""

import base64
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tickets.channels.email import hooks
from tickets.channels.email.hooks import HookMail, Request
from tickets.channels.email.parse import ParsedMail, parse

HEAD = [["From", "Åsa <asa@shop.example>"], ["To", "help@desk.example"], ["Message-Id", "<m1@shop.example>"]]
MORE = [["In-Reply-To", "<q@desk.example>"], ["References", "<p@desk.example> <q@desk.example>"]]
HEADERS = [*HEAD, *MORE, ["Subject", "Rechnung"]]
RAW = "\r\n".join(f"{name}: {value}" for name, value in HEADERS) + "\r\n\r\nGrüße\r\n"
ENVELOPE = ("bounce@shop.example", ("help@desk.example",))
PNG = bytes(range(256)) * 3
FORM = "application/x-www-form-urlencoded"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def as_json(body: Any, **headers: str) -> Request:
    return Request(json.dumps(body).encode(), "application/json", headers)


def form(fields: dict[str, str], files: dict[str, tuple[str, str, bytes]] | None = None) -> Request:
    """A multipart form as browsers and providers write it."""
    parts = [f'Content-Disposition: form-data; name="{k}"\r\n\r\n{v}'.encode() for k, v in fields.items()]
    for name, (filename, kind, data) in (files or {}).items():
        head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: {kind}\r\n\r\n'
        parts.append(head.encode() + data)
    body = b"".join(b"--XX\r\n" + part + b"\r\n" for part in parts) + b"--XX--\r\n"
    return Request(body, "multipart/form-data; boundary=XX")


def one(provider: str, request: Request) -> tuple[HookMail, ParsedMail]:
    (found,) = hooks.read(provider, request)
    return found, parse(found.data)


def ses(content: str, **action: str) -> Request:
    receipt = {"recipients": ["help@desk.example"], "spamVerdict": {"status": "FAIL"}, "action": action}
    mail = {"messageId": "s-1", "source": "bounce@shop.example"}
    told = {"notificationType": "Received", "mail": mail, "receipt": receipt, "content": content}
    return as_json({"Type": "Notification", "Message": json.dumps(told)})


def sparkpost(content: str, is_base64: bool) -> Request:
    kept = {"email_rfc822": content, "email_rfc822_is_base64": is_base64}
    relayed = {"rcpt_to": "help@desk.example", "msg_from": "bounce@shop.example", "content": kept}
    return as_json([{"msys": {}}, {"msys": {"relay_message": relayed}}])


POSTAL = {"id": 7, "rcpt_to": "help@desk.example", "mail_from": "bounce@shop.example"}
MAILGUN = {"recipient": "help@desk.example", "sender": "bounce@shop.example", "token": "t"}
SENDGRID = {"envelope": json.dumps({"to": ["help@desk.example"], "from": "bounce@shop.example"})}
MAILERSEND = {"sender": {"email": "bounce@shop.example"}, "recipients": {"rcptTo": [{"email": "help@desk.example"}]}}
PATH = {"Name": "Return-Path", "Value": "<bounce@shop.example>"}
MAILJET = {"Sender": "bounce@shop.example", "Recipient": "help@desk.example", "Text-part": "Grüße\n"}
DICT = dict(HEADERS)
FIELDS = {
    "from": "Åsa <asa@shop.example>",
    "to": "help@desk.example",
    "subject": "Rechnung",
    "message_id": "m1@shop.example",
    "in_reply_to": "q@desk.example",
    "references": "<p@desk.example> <q@desk.example>",
}
SAME: dict[str, tuple[str, Request]] = {
    "ses": ("amazon_ses", ses(RAW, type="SNS", encoding="UTF8")),
    "ses base64": ("amazon_ses", ses(b64(RAW.encode()), type="SNS", encoding="BASE64")),
    "brevo": (
        "brevo",
        as_json(
            {"items": [{"Headers": DICT | {"Return-Path": ENVELOPE[0], "Delivered-To": ENVELOPE[1][0]}}
                       | {"RawTextBody": "Grüße\n"}]}
        ),
    ),
    "mailersend": ("mailersend", as_json({"type": "inbound.message", "data": MAILERSEND | {"raw": RAW}})),
    "mailgun raw": ("mailgun", form(MAILGUN | {"body-mime": RAW})),
    "mailgun fields": ("mailgun", form(MAILGUN | {"message-headers": json.dumps(HEADERS), "body-plain": "Grüße\n"})),
    "mailgun plain form": ("mailgun", Request(urlencode(MAILGUN | {"body-mime": RAW}).encode(), FORM)),
    "mailjet": ("mailjet", as_json(MAILJET | {"Headers": {name: [value] for name, value in HEADERS}})),
    "postal": ("postal", as_json(POSTAL | {"message": b64(RAW.encode()), "base64": True})),
    "postal plain": ("postal", as_json(POSTAL | {"message": RAW, "base64": False})),
    "postal silent": ("postal", as_json(POSTAL | {"message": RAW})),
    "postal hash": ("postal", as_json(POSTAL | FIELDS | {"plain_body": "Grüße\n"})),
    "postmark": (
        "postmark",
        as_json(
            {"Headers": [PATH, *({"Name": n, "Value": v} for n, v in HEADERS if n not in ("From", "To", "Subject"))]}
            | {"FromFull": {"Email": "asa@shop.example", "Name": "Åsa"}, "ToFull": [{"Email": "help@desk.example"}]}
            | {"Subject": "Rechnung", "TextBody": "Grüße\n", "OriginalRecipient": "help@desk.example"}
        ),
    ),
    "postmark raw": (
        "postmark",
        as_json({"Headers": [PATH], "RawEmail": RAW, "OriginalRecipient": "help@desk.example"}),
    ),
    "sendgrid": (
        "sendgrid",
        form(SENDGRID | {"headers": RAW.partition("\r\n\r\n")[0] + "\n", "text": "Grüße\n"}),
    ),
    "sendgrid raw": ("sendgrid", form(SENDGRID | {"email": RAW})),
    "sparkpost": ("sparkpost", sparkpost(RAW, False)),
    "sparkpost base64": ("sparkpost", sparkpost(b64(RAW.encode()), True)),
}  # fmt: skip


@pytest.mark.parametrize("form_of", SAME)
def test_the_same_mail_is_read_the_same_from_every_form(form_of: str) -> None:
    found, mail = one(*SAME[form_of])
    assert (mail.from_email, mail.from_name, mail.subject) == ("asa@shop.example", "Åsa", "Rechnung")
    assert (mail.text.strip(), mail.to) == ("Grüße", ("help@desk.example",))
    assert (mail.message_id, mail.in_reply_to) == ("m1@shop.example", "q@desk.example")
    assert set(mail.references) == {"p@desk.example", "q@desk.example"}
    assert (found.envelope_sender, found.recipients) == ENVELOPE


def test_mandrill_hands_over_many_mails_at_once() -> None:
    events = [{"event": "inbound", "msg": {"raw_msg": RAW, "email": f"{n}@desk.example"}} for n in range(3)]
    found = hooks.read("mandrill", form({"mandrill_events": json.dumps([*events, {"event": "send", "msg": {}}])}))
    assert [one.recipients for one in found] == [("0@desk.example",), ("1@desk.example",), ("2@desk.example",)]


HTML = '<p>x <img src="cid:p1"></p>'
NAME = "صورت‌حساب.csv"
INFO = json.dumps({"attachment1": {"content-id": "p1", "type": "image/png"}, "attachment2": {"type": "text/csv"}})
SENT_FILES = {
    "attachment1": ("p.png", "image/png", PNG),
    "attachment2": (NAME, "text/csv", b"a\rb\rc\r" * 50),
}
MAILGUN_FILES = {name.replace("attachment", "attachment-"): file for name, file in SENT_FILES.items()}
POSTMARK_FILES = [
    {"Name": "p.png", "ContentType": "image/png", "Content": b64(PNG), "ContentID": "cid:p1"},
    {"Name": NAME, "ContentType": "text/csv", "Content": b64(b"a\rb\rc\r" * 50), "ContentID": ""},
]
MAILJET_PARTS = [
    {"Headers": {"Content-Type": ["text/plain"]}, "ContentRef": "Text-part"},
    {
        "Headers": {"Content-Type": 'image/png; name="p.png"', "Content-Id": "<p1>", "Content-Disposition": "inline"},
        "ContentRef": "InlineAttachment1",
    },
    {
        "Headers": {"Content-Type": "text/csv", "Content-Disposition": f"attachment; filename*=utf-8''{quote(NAME)}"},
        "ContentRef": "Attachment1",
    },
]  # fmt: skip
WITH_FILES: dict[str, tuple[str, Request]] = {
    "sendgrid": (
        "sendgrid",
        form({"from": "a@b.example", "text": "x", "html": HTML, "attachment-info": INFO}, SENT_FILES),
    ),
    "mailgun": (
        "mailgun",
        form(
            {"from": "a@b.example", "body-plain": "x", "body-html": HTML, "content-id-map": '{"<p1>": "attachment-1"}'},
            MAILGUN_FILES,
        ),
    ),
    "postmark": (
        "postmark",
        as_json(
            {"FromFull": {"Email": "a@b.example"}, "TextBody": "x", "HtmlBody": HTML, "Attachments": POSTMARK_FILES}
        ),
    ),
    "mailjet": (
        "mailjet",
        as_json(
            {"From": "a@b.example", "Headers": {}, "Text-part": "x", "Html-part": HTML, "Parts": MAILJET_PARTS}
            | {"InlineAttachment1": b64(PNG), "Attachment1": b64(b"a\rb\rc\r" * 50)}
        ),
    ),
}


@pytest.mark.parametrize("provider", WITH_FILES)
def test_files_come_byte_for_byte_with_their_names_and_places(provider: str) -> None:
    _, mail = one(*WITH_FILES[provider])
    told = [(one.name, one.content_type, one.data, one.inline, one.content_id) for one in mail.attachments]
    assert told == [
        ("p.png", "image/png", PNG, True, "p1"),
        (NAME, "text/csv", b"a\rb\rc\r" * 50, False, ""),
    ]


def test_sendgrid_names_the_charset_of_each_field() -> None:
    text = b'--XX\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + "Привет".encode("koi8-r")
    plain = form({"from": "a@b.example", "charsets": json.dumps({"text": "KOI8-R"})}).body.removesuffix(b"--XX--\r\n")
    _, mail = one(
        "sendgrid", Request(plain + b"--XX\r\n" + text + b"\r\n--XX--\r\n", "multipart/form-data; boundary=XX")
    )
    assert mail.text.strip() == "Привет"


def test_mailguns_stored_files_are_told_by_their_address() -> None:
    url = "https://storage.eu.mailgun.net/v3/x/attachments/0"
    stored = json.dumps([{"url": url, "name": "a.pdf", "content-type": "application/pdf", "size": 9}])
    found, _ = one("mailgun", form({"from": "a@b.example", "body-plain": "x", "attachments": stored}))
    (file,) = found.unfetched
    assert (file.ref, file.name, file.size, found.is_partial) == (url, "a.pdf", 9, True)


def test_a_return_path_of_the_senders_own_is_no_envelope() -> None:
    headers = [{"Name": "X-A", "Value": "1"}, {"Name": "Return-Path", "Value": "<ceo@desk.example>"}]
    found, _ = one("postmark", as_json({"FromFull": {"Email": "a@b.example"}, "Headers": headers}))
    assert found.envelope_sender == ""


NEWS: dict[str, Request] = {
    "amazon_ses": as_json({"Type": "Notification", "Message": "Successfully validated SNS topic."}),
    "brevo": as_json({"event": "delivered"}),
    "mailersend": as_json({"type": "activity.sent", "data": {}}),
    "mailgun": form({"event": "bounced", "message-headers": json.dumps(HEADERS), "token": "t"}),
    "mailjet": as_json([{"event": "sent"}]),
    "mandrill": form({"mandrill_events": "[]"}),
    "postal": as_json({"event": "MessageSent", "payload": {}}),
    "postmark": as_json({"RecordType": "Delivery"}),
    "resend": as_json({"type": "email.sent", "data": {}}),
    "sendgrid": as_json([{"event": "processed"}]),
    "sparkpost": as_json([{"msys": {}}]),
}


@pytest.mark.parametrize("provider", hooks.READERS)
def test_news_are_no_mail(provider: str) -> None:
    with pytest.raises(hooks.Ignored):
        hooks.read(provider, NEWS[provider])


@pytest.mark.parametrize("provider", hooks.READERS)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b"null", b'"x"', b"[" * 9000, b"--XX\r\n", b"\xff\xfe"])
@pytest.mark.parametrize("kind", ["application/json", FORM, "multipart/form-data; boundary=XX", ""])
def test_whatever_else_comes_is_called_by_its_name(provider: str, body: bytes, kind: str) -> None:
    try:
        hooks.read(provider, Request(body, kind))
    except (hooks.BadHook, hooks.Ignored):
        return
    pytest.fail("read as a mail")
