"""What goes out: the same bytes each time, read back whole, and no value that can add a header."""

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.channels.email.compose import BadValue, compose
from tickets.channels.email.parse import parse
from tickets.envelopes import OutboundAttachment, OutboundMessage

MESSAGE = OutboundMessage(
    delivery_id=7,
    header_id="<hd.7@desk.example>",
    sender="help@desk.example",
    sender_name="پشتیبانی",
    reply_to="help+token@desk.example",
    recipient="ada@shop.example",
    recipient_name='Byron, "Ada"',
    subject="Re: سفارش شمارهٔ ۱۲ و چند کلمهٔ دیگر تا تا بخورد و باز هم ادامه پیدا کند",
    text="سلام\nخوب هستید؟\n\n<b>&amp; Dear\n.\n.dot",
    language="fa",
    sent_at=datetime(2026, 11, 22, 10, 0, tzinfo=UTC),
    in_reply_to="<one@shop.example>",
    references=("<zero@shop.example>", "<one@shop.example>"),
    attachments=(OutboundAttachment("قبض ماه.pdf", "application/pdf", b"%PDF\r\n\0\xff"),),
)


def changed(**values: object) -> OutboundMessage:
    return dataclasses.replace(MESSAGE, **values)  # type: ignore[arg-type]  # the values are of many kinds


def test_it_is_read_back_whole() -> None:
    found = parse(compose(MESSAGE))
    assert (found.from_email, found.from_name, found.reply_to_email) == (
        "help@desk.example",
        "پشتیبانی",
        MESSAGE.reply_to,
    )
    assert (found.to, found.subject, found.text) == (("ada@shop.example",), MESSAGE.subject, MESSAGE.text)
    assert (found.message_id, found.in_reply_to) == ("hd.7@desk.example", "one@shop.example")
    assert found.references == ("one@shop.example", "zero@shop.example")
    assert [(one.name, one.content_type, one.data) for one in found.attachments] == [
        ("قبض ماه.pdf", "application/pdf", b"%PDF\r\n\0\xff")
    ]
    assert (found.date, found.auto_generated, found.bounce) == (MESSAGE.sent_at, False, False)


def test_a_repeat_is_byte_for_byte_the_same() -> None:
    assert compose(MESSAGE) == compose(changed())


def test_lines_are_short_and_end_as_mail_wants() -> None:
    data = compose(changed(text="x" * 5000, attachments=()))
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(("language", "direction"), [("fa", "rtl"), ("en", "ltr"), ('x" onload="', "ltr")])
def test_the_html_twin_has_its_direction_and_no_markup_of_others(language: str, direction: str) -> None:
    html = parse(compose(changed(language=language))).html
    assert f'<body dir="{direction}">' in html
    assert "&lt;b&gt;&amp;amp; Dear<br>" in html
    assert "onload" not in html


def test_automatic_mail_says_so() -> None:
    assert parse(compose(changed(automatic=True))).auto_generated
    assert b"Auto-Submitted: auto-replied\r\n" in compose(changed(automatic=True))
    assert b"Auto-Submitted" not in compose(MESSAGE)


FIELDS = ("header_id", "sender", "sender_name", "reply_to", "recipient", "recipient_name", "subject")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    "evil", ["x\r\nBcc: eve@evil.example", "x\nBcc: e@e.example", "x\rBcc: e", "x\0", "x\u2028y", "x\x85y"]
)
def test_a_line_break_is_refused(field: str, evil: str) -> None:
    with pytest.raises(BadValue):
        compose(changed(**{field: evil}))


@pytest.mark.parametrize(
    "address", ["", "x", "a@b, c@d.example", "<a@b.example>", "a b@c.example", "a@b@c.example", "a@[::1]"]
)
def test_a_bad_address_is_refused(address: str) -> None:
    with pytest.raises(BadValue):
        compose(changed(recipient=address))


def test_a_bad_id_of_others_is_left_out() -> None:
    data = compose(changed(in_reply_to="<a b>", references=("<x\r\nBcc: y@z.example>", "<ok@x>")))
    assert b"In-Reply-To" not in data
    assert b"References: <ok@x>\r\n" in data
    assert b"Bcc" not in data


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["sender_name", "recipient_name", "subject", "text", "in_reply_to", "language"]),
    st.text(max_size=60),
)
def test_no_text_changes_the_set_of_headers(field: str, value: str) -> None:
    try:
        data = compose(changed(**{field: value}))
    except BadValue:
        return
    head = data.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1] not in (b" ", b"\t")]
    known = [
        b"From",
        b"To",
        b"Subject",
        b"Date",
        b"Message-ID",
        b"Reply-To",
        b"In-Reply-To",
        b"References",
        b"MIME-Version",
        b"Content-Type",
    ]
    assert [name for name in known if name in names] == names


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(blacklist_categories=("C", "Z")), max_size=40))
def test_any_name_of_a_file_comes_through_clean(name: str) -> None:
    (file,) = parse(compose(changed(attachments=(OutboundAttachment(name, "x/y", b"1"),)))).attachments
    assert file.data == b"1"
    assert not set(file.name) & set('/\\\r\n"')
